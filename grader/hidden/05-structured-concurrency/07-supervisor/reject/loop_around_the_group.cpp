// reject: undisturbed
// the loop stands around the group and not in it: one failure ends all, and all are started again
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

asio::awaitable<void> call(const child& work) {
  co_await work();
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  if (children.empty())
    co_return;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  failure_budget budget(policy);
  std::vector<bool> done(children.size());
  for (;;) {
    const auto run = [&](const child& work) {
      return asio::co_spawn(executor, call(work), asio::deferred);
    };
    std::vector<decltype(run(children.front()))> all;
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < children.size(); ++i)
      if (!done[i]) {
        all.push_back(run(children[i]));
        who.push_back(i);
      }
    if (all.empty())
      co_return;
    auto group = asio::experimental::make_parallel_group(std::move(all));
    const auto [order, failures] =
        co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    std::exception_ptr first;
    for (const std::size_t next : order) {
      if (!failures[next])
        done[who[next]] = true;
      else if (!first)
        first = failures[next];
    }
    if (!first)
      co_return;
    if (!budget.bears_one_more())
      std::rethrow_exception(first);
    asio::steady_timer pause(executor, policy.backoff);
    co_await pause.async_wait(asio::use_awaitable);
  }
}
