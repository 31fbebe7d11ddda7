// accept: three spawned coroutines under a supervisor, semaphores of slots and items
#include "stages.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <exception>
#include <list>

using boost::system::error_code;

namespace {

/// Counts; who wants one of none waits. For one that waits and one that adds.
class semaphore {
public:
  semaphore(asio::any_io_executor executor, std::size_t count)
      : count_(count), more_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<void> acquire() {
    while (count_ == 0) {
      error_code woken;
      co_await more_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    --count_;
  }

  void release() {
    ++count_;
    more_.cancel();
  }

private:
  std::size_t count_;
  asio::steady_timer more_;
};

struct belt {
  belt(asio::any_io_executor executor, std::size_t capacity)
      : room(executor, capacity), filled(executor, 0) {}

  asio::awaitable<void> put(int item) {
    co_await room.acquire();
    items.push_back(item);
    filled.release();
  }

  /// Takes no room: there is one end only.
  void put_end() { filled.release(); }

  asio::awaitable<std::optional<int>> take() {
    co_await filled.acquire();
    if (items.empty())
      co_return std::nullopt;
    const int item = items.front();
    items.pop_front();
    room.release();
    co_return item;
  }

  semaphore room;
  semaphore filled;
  std::list<int> items;
};

asio::awaitable<void> read_all(reader& from, belt& out) {
  while (const std::optional<int> item = co_await from.read())
    co_await out.put(*item);
  out.put_end();
}

asio::awaitable<void> transform_all(belt& in, transformer& by, belt& out) {
  while (const std::optional<int> item = co_await in.take()) {
    const int transformed = co_await by.transform(*item);
    co_await out.put(transformed);
  }
  out.put_end();
}

asio::awaitable<void> write_all(belt& in, writer& to) {
  while (const std::optional<int> item = co_await in.take())
    co_await to.write(*item);
}

class supervisor {
public:
  explicit supervisor(asio::any_io_executor executor)
      : executor_(executor), all_ended_(executor, asio::steady_timer::time_point::max()) {}

  void start(std::size_t number, asio::awaitable<void> stage) {
    ++running_;
    asio::co_spawn(
        executor_, std::move(stage),
        asio::bind_cancellation_slot(stops_[number].slot(), [this](std::exception_ptr error) {
          --running_;
          if (error)
            stop(error);
          if (running_ == 0)
            all_ended_.cancel();
        }));
  }

  asio::awaitable<void> join() {
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code woken;
    if (running_ > 0)
      co_await all_ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      stop(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (running_ > 0)
      co_await all_ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (failure_)
      std::rethrow_exception(failure_);
  }

private:
  void stop(std::exception_ptr why) {
    if (failure_)
      return;
    failure_ = std::move(why);
    for (asio::cancellation_signal& each : stops_)
      each.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor_;
  std::array<asio::cancellation_signal, 3> stops_;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
  asio::steady_timer all_ended_;
};

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  const auto executor = co_await asio::this_coro::executor;
  belt raw(executor, capacity);
  belt done(executor, capacity);
  supervisor all(executor);
  all.start(0, read_all(from, raw));
  all.start(1, transform_all(raw, by, done));
  all.start(2, write_all(done, to));
  co_await all.join();
}
