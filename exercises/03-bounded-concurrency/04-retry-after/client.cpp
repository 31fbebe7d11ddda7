#include "client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// Hands out turns: the first one now, the next one `interval` later, and so on.
class pacer {
public:
  pacer(asio::any_io_executor executor, nanoseconds interval)
      : executor_(executor), interval_(interval) {}

  /// Takes the next turn, and waits for it.
  asio::awaitable<void> turn() {
    const steady_clock::time_point mine = std::max(next_, steady_clock::now());
    next_ = mine + interval_;
    co_await sleep_until(mine);
  }

  asio::awaitable<void> sleep_until(steady_clock::time_point when) {
    if (when <= steady_clock::now())
      co_return;
    asio::steady_timer timer(executor_, when);
    co_await timer.async_wait(asio::use_awaitable);
  }

private:
  asio::any_io_executor executor_;
  nanoseconds interval_;
  steady_clock::time_point next_{};
};

class paced_client final : public client {
public:
  paced_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : pacer_(executor, interval), partner_(to) {}

  asio::awaitable<answer> ask(int request) override {
    for (;;) {
      co_await pacer_.turn();
      const answer got = co_await partner_.send(request);
      if (got.status != answer::too_many_requests)
        co_return got;
      co_await pacer_.sleep_until(steady_clock::now() + got.retry_after);
    }
  }

private:
  pacer pacer_;
  partner& partner_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<paced_client>(executor, to, interval);
}
