// accept: operators: each child || the end of all, and the children && each other, by halves
#include "supervisor.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <queue>
#include <span>
#include <utility>

using namespace asio::experimental::awaitable_operators;
using std::chrono::steady_clock;

namespace {

class family {
public:
  family(asio::any_io_executor executor, restart_policy policy)
      : policy_(policy), end_(std::move(executor), steady_clock::time_point::max()) {}

  [[nodiscard]] const std::exception_ptr& one_too_many() const { return one_too_many_; }

  /// Goes on when somebody has failed once too often.
  asio::awaitable<void> end() {
    boost::system::error_code ignored;
    co_await end_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::awaitable<void> again_and_again(const child& work) {
    const asio::cancellation_state told = co_await asio::this_coro::cancellation_state;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    while (!one_too_many_) {
      std::exception_ptr failure;
      try {
        co_await asio::co_spawn(executor, work(), asio::use_awaitable);
      } catch (...) {
        failure = std::current_exception();
      }
      if (!failure || told.cancelled() != asio::cancellation_type::none || one_too_many_)
        co_return;
      count(std::move(failure));
      pause.expires_after(policy_.backoff);
      if (!one_too_many_)
        co_await pause.async_wait(asio::use_awaitable);
    }
  }

private:
  void count(std::exception_ptr failure) {
    const auto now = steady_clock::now();
    failures_.push(now);
    while (now - failures_.front() >= policy_.period)
      failures_.pop();
    if (failures_.size() <= policy_.intensity)
      return;
    one_too_many_ = std::move(failure);
    end_.expires_at(steady_clock::time_point::min());
  }

  restart_policy policy_;
  asio::steady_timer end_;
  std::queue<steady_clock::time_point> failures_;
  std::exception_ptr one_too_many_;
};

asio::awaitable<void> side_by_side(std::span<const child> some, family& of) {
  if (some.size() == 1) {
    co_await (of.again_and_again(some.front()) || of.end());
    co_return;
  }
  const std::size_t half = some.size() / 2;
  co_await (side_by_side(some.first(half), of) && side_by_side(some.subspan(half), of));
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  if (children.empty())
    co_return;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  family all(co_await asio::this_coro::executor, policy);
  try {
    co_await side_by_side(children, all);
  } catch (const boost::system::system_error&) {
    // Only who was cancelled in a pause gets here.
  }
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (all.one_too_many())
    std::rethrow_exception(all.one_too_many());
}
