// reject: cancelled
// the first in line books its time on arriving there; cancelled, it has used it up all the same
// too
#include "client.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <set>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

class belled_client final : public client {
public:
  belled_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : executor_(executor),
        partner_(to),
        interval_(interval),
        bell_(executor, steady_clock::time_point::max()) {}

  asio::awaitable<answer> ask(int request) override {
    const std::uint64_t number = ++numbers_;
    for (;;) {
      line_.insert(number);
      steady_clock::time_point mine{};
      try {
        for (;;) {
          if (number == *line_.begin() && mine == steady_clock::time_point()) {
            mine = std::max(next_, steady_clock::now());
            next_ = mine + interval_;
          }
          const steady_clock::time_point when = std::max(mine, pause_ends_);
          if (number != *line_.begin())
            co_await moved();
          else if (steady_clock::now() < when)
            co_await moved_or(when);
          else
            break;
        }
      } catch (...) {
        leave(number);
        throw;
      }
      next_ = std::max(next_, steady_clock::now() + interval_);
      leave(number);
      const answer got = co_await partner_.send(request);
      if (got.status != answer::too_many_requests)
        co_return got;
      pause_ends_ = std::max(pause_ends_, steady_clock::now() + got.retry_after);
    }
  }

private:
  void leave(std::uint64_t number) {
    line_.erase(number);
    bell_.cancel();
  }

  asio::awaitable<void> moved() {
    error_code rung;
    co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    co_await still_wanted();
  }

  asio::awaitable<void> moved_or(steady_clock::time_point when) {
    asio::steady_timer alarm(executor_, when);
    co_await asio::experimental::make_parallel_group(alarm.async_wait(asio::deferred),
                                                     bell_.async_wait(asio::deferred))
        .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    co_await still_wanted();
  }

  static asio::awaitable<void> still_wanted() {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
  }

  const asio::any_io_executor executor_;
  partner& partner_;
  const nanoseconds interval_;
  steady_clock::time_point next_{};
  steady_clock::time_point pause_ends_{};
  std::uint64_t numbers_ = 0;
  std::set<std::uint64_t> line_;
  asio::steady_timer bell_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<belled_client>(executor, to, interval);
}
