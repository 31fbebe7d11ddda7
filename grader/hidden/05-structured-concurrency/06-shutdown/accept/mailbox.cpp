// accept: everything that happens goes into one channel, and one loop reads it
#include "shutdown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <utility>

namespace {

enum class news : std::uint8_t { came_in, entrance_closed, gone, signal, grace_over, deaf };

struct letter {
  news what = news::gone;
  int who = 0;
  bool failed = false;
  std::shared_ptr<request> guest = {};
};

class mailbox {
public:
  explicit mailbox(const asio::any_io_executor& executor) : bell_(executor, 1) {}

  void put(letter one) {
    letters_.push_back(std::move(one));
    bell_.try_send(boost::system::error_code());
  }

  asio::awaitable<letter> next() {
    while (letters_.empty())
      co_await bell_.async_receive(asio::use_awaitable);
    letter first = std::move(letters_.front());
    letters_.pop_front();
    co_return first;
  }

private:
  std::deque<letter> letters_;
  asio::experimental::channel<void(boost::system::error_code)> bell_;
};

asio::awaitable<void> porter(listener& entrance, mailbox& box) {
  for (;;) {
    std::unique_ptr<request> next = co_await entrance.accept();
    box.put({.what = news::came_in, .guest = std::move(next)});
  }
}

asio::awaitable<void> watchman(stop_signals& signals, mailbox& box) {
  for (;;) {
    co_await signals.next();
    box.put({.what = news::signal});
  }
}

asio::awaitable<void> serve(std::shared_ptr<request> guest) {
  co_await guest->serve();
}

asio::awaitable<void> close(resource* one) {
  co_await one->close();
}

} // namespace

asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, std::chrono::nanoseconds grace) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  mailbox box(executor);
  std::map<int, asio::cancellation_signal> under_way;
  int last = 0;
  const auto start = [&](asio::awaitable<void> work) {
    const int who = ++last;
    asio::co_spawn(
        executor, std::move(work),
        asio::bind_cancellation_slot(under_way[who].slot(), [&box, who](std::exception_ptr error) {
          box.put({.what = news::gone, .who = who, .failed = error != nullptr});
        }));
  };
  const auto cancel_all = [&] {
    for (auto& [who, button] : under_way)
      button.emit(asio::cancellation_type::terminal);
  };

  asio::cancellation_signal ear;
  asio::co_spawn(executor, watchman(signals, box),
                 asio::bind_cancellation_slot(
                     ear.slot(), [&box](std::exception_ptr) { box.put({.what = news::deaf}); }));
  asio::co_spawn(executor, porter(entrance, box),
                 [&box](std::exception_ptr) { box.put({.what = news::entrance_closed}); });

  asio::steady_timer clock(executor);
  bool open = true;
  bool told = false;
  bool timing = false;
  bool closing = false;
  bool hurried = false;
  bool cut_off = false;
  bool failed = false;
  while (open || !under_way.empty() || !opened.empty()) {
    if (!open && under_way.empty()) {
      closing = true;
      start(close(opened.back()));
      opened.pop_back();
    }
    const letter next = co_await box.next();
    switch (next.what) {
    case news::came_in:
      if (!hurried && !cut_off)
        start(serve(next.guest));
      break;
    case news::entrance_closed:
      open = false;
      break;
    case news::gone:
      failed |= closing && next.failed;
      under_way.erase(next.who);
      break;
    case news::signal:
      if (told) {
        hurried = true;
        cancel_all();
        break;
      }
      told = true;
      entrance.close();
      timing = true;
      clock.expires_after(grace);
      clock.async_wait(
          [&box](const boost::system::error_code&) { box.put({.what = news::grace_over}); });
      break;
    case news::grace_over:
      timing = false;
      if (!hurried && !closing && !under_way.empty()) {
        cut_off = true;
        cancel_all();
      }
      break;
    case news::deaf:
      break;
    }
  }

  clock.cancel();
  ear.emit(asio::cancellation_type::terminal);
  for (bool listening = true; listening || timing;) {
    const letter next = co_await box.next();
    listening &= next.what != news::deaf;
    timing &= next.what != news::grace_over;
    hurried |= next.what == news::signal;
  }
  co_return hurried ? exit_code::hurried
  : cut_off         ? exit_code::cut_off
  : failed          ? exit_code::not_closed
                    : exit_code::done;
}
