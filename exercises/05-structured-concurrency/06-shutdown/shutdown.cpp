#include "shutdown.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace {

/// Those who are being served.
class clients {
public:
  explicit clients(const asio::any_io_executor& executor) : all_gone_(executor) {}

  static asio::awaitable<void> serve(std::shared_ptr<clients> self, std::unique_ptr<request> who) {
    ++self->inside_;
    try {
      co_await who->serve();
    } catch (...) {
      // its own matter, and in the log already
    }
    if (--self->inside_ == 0)
      self->all_gone_.cancel();
  }

  /// Until all have gone, but not longer than the grace.
  asio::awaitable<void> drain(std::chrono::nanoseconds grace) {
    all_gone_.expires_after(grace);
    if (inside_ != 0)
      co_await all_gone_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

private:
  asio::steady_timer all_gone_;
  std::size_t inside_ = 0;
};

asio::awaitable<void> close_when_told(stop_signals& signals, listener& entrance) {
  co_await signals.next();
  entrance.close();
}

} // namespace

asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, std::chrono::nanoseconds grace) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto everybody = std::make_shared<clients>(executor);
  asio::co_spawn(executor, close_when_told(signals, entrance), asio::detached);

  for (;;) {
    std::unique_ptr<request> next;
    try {
      next = co_await entrance.accept();
    } catch (const boost::system::system_error&) {
      break; // closed
    }
    asio::co_spawn(executor, clients::serve(everybody, std::move(next)), asio::detached);
  }

  co_await everybody->drain(grace);

  // First those who use, then what they use.
  while (!opened.empty()) {
    co_await opened.back()->close();
    opened.pop_back();
  }
  co_return exit_code::done;
}
