// accept: a backoff object in floating point, attempts as a value or an error
#include "retry.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <utility>

using std::chrono::nanoseconds;

namespace {

/// Hands out the pauses, one after the other.
class backoff {
public:
  backoff(const retry_policy& policy, random_source& random) : policy_(policy), random_(random) {}

  nanoseconds next() {
    // Infinite after a thousand, which is more than the cap all the same.
    const double grown = std::ldexp(static_cast<double>(policy_.base.count()), doublings_++);
    const double ceiling = std::min(grown, static_cast<double>(policy_.cap.count()));
    return nanoseconds(static_cast<std::int64_t>(ceiling * random_.uniform()));
  }

private:
  retry_policy policy_;
  random_source& random_;
  int doublings_ = 0;
};

bool worth_another(const std::exception_ptr& failure) {
  using weir::world::error;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& caught) {
    static constexpr std::array transient{error::connection_reset, error::timeout,
                                          error::unavailable};
    return std::any_of(transient.begin(), transient.end(),
                       [&caught](error each) { return caught.code() == each; });
  } catch (...) {
    return false;
  }
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  backoff pauses(policy, random);
  for (unsigned left = policy.attempts;; --left) {
    asio::awaitable<int> attempt = work.attempt();
    const auto [failure, answer] =
        co_await asio::co_spawn(executor, std::move(attempt), asio::as_tuple(asio::use_awaitable));
    if (!failure)
      co_return answer;
    if (left <= 1 || !worth_another(failure))
      std::rethrow_exception(failure);
    co_await clock.sleep(pauses.next());
  }
}
