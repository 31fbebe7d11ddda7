// reject: together
// The function is copied for each call, and the copy is gone before the child has done anything. A
// lambda with captures that is a coroutine reads them from there.
#include "supervisor.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <utility>

using std::chrono::steady_clock;

namespace {

/// The failures that count, oldest first: one budget for all children.
class failure_budget {
public:
  explicit failure_budget(const restart_policy& policy) : policy_(policy) {}

  /// Whether one more failure, now, is borne.
  bool bears_one_more() {
    const steady_clock::time_point now = steady_clock::now();
    // A difference, not `front + period`, which would pass the end of the clock.
    while (!failures_.empty() && now - failures_.front() >= policy_.period)
      failures_.pop_front();
    if (failures_.size() >= policy_.intensity)
      return false;
    failures_.push_back(now);
    return true;
  }

private:
  restart_policy policy_;
  std::deque<steady_clock::time_point> failures_;
};

/// By value, as a function is taken.
asio::awaitable<void> begin(child work) {
  return work();
}

/// One child, as often as it needs; each pauses by itself. Throws when the budget is spent, or when
/// it is cancelled.
asio::awaitable<void> keep_running(const child& work, std::chrono::nanoseconds backoff,
                                   failure_budget& budget) {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  for (;;) {
    std::exception_ptr failure;
    try {
      // Spawned, so that what it does to its cancellation state is not done to this coroutine's.
      asio::awaitable<void> running = begin(work);
      co_await asio::co_spawn(executor, std::move(running), asio::use_awaitable);
      co_return;
    } catch (...) {
      failure = std::current_exception();
    }
    // Who has been told to end may throw what it likes; and operation_aborted without that is a
    // failure like any other. So the question is the state, not the error.
    if (state.cancelled() != asio::cancellation_type::none || !budget.bears_one_more())
      std::rethrow_exception(failure);
    pause.expires_after(backoff);
    co_await pause.async_wait(asio::use_awaitable);
    // A pause that came to its end may have been cancelled since.
    if (state.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  if (children.empty())
    co_return;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  failure_budget budget(policy);
  const auto run = [&](const child& work) {
    return asio::co_spawn(executor, keep_running(work, policy.backoff, budget), asio::deferred);
  };
  std::vector<decltype(run(children.front()))> all;
  all.reserve(children.size());
  for (const child& each : children)
    all.push_back(run(each));

  // The first that throws has spent the budget, and cancels the rest; a cancellation from outside
  // reaches all of them. Either way this goes on when every child has ended.
  auto group = asio::experimental::make_parallel_group(std::move(all));
  const auto [order, failures] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);

  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  for (const std::size_t next : order)
    if (failures[next])
      std::rethrow_exception(failures[next]);
}
