#include <weir/testing/job.hpp>

namespace weir::testing {

namespace asio = boost::asio;

job::job(asio::any_io_executor executor, job_options options)
    : timer_(std::move(executor)), options_(std::move(options)) {}

asio::awaitable<bool> job::run(std::source_location where) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  bool done = told_ || options_.takes <= std::chrono::nanoseconds(0);
  if (!done && state.cancelled() == asio::cancellation_type::none) {
    if (options_.takes == std::chrono::nanoseconds::max())
      timer_.expires_at(asio::steady_timer::time_point::max());
    else
      timer_.expires_after(options_.takes);
    boost::system::error_code interrupted;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, interrupted), where);
    done = told_ || !interrupted;
  }
  if (!done) {
    tidies_up_ = true;
    if (options_.when_cancelled)
      options_.when_cancelled();
    const auto until = std::chrono::steady_clock::now() + options_.tidies;
    // Cancelled once more, it goes on as if nothing had happened.
    while (std::chrono::steady_clock::now() < until) {
      boost::system::error_code ignored;
      timer_.expires_at(until);
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored), where);
    }
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return done;
}

void job::finish() {
  if (tidies_up_)
    return;
  told_ = true;
  timer_.cancel();
}

} // namespace weir::testing
