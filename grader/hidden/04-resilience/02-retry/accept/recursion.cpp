// accept: recursion: what is left of the policy is a policy, with a base twice as high
#include "retry.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

using std::chrono::nanoseconds;

namespace {

bool is_transient(const boost::system::error_code& failure) {
  if (failure.category() != weir::world::error_category())
    return false;
  switch (static_cast<weir::world::error>(failure.value())) {
  case weir::world::error::connection_reset:
  case weir::world::error::timeout:
  case weir::world::error::unavailable:
    return true;
  case weir::world::error::bad_request:
  case weir::world::error::rate_limited:
    return false;
  }
  return false;
}

/// The answer; nothing if the attempt is worth another, and throws if it isn't.
asio::awaitable<std::optional<int>> try_once(operation& work) {
  try {
    co_return co_await work.attempt();
  } catch (const boost::system::system_error& failure) {
    if (!is_transient(failure.code()))
      throw;
  }
  co_return std::nullopt;
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  if (policy.attempts <= 1)
    co_return co_await work.attempt();
  const std::optional<int> answer = co_await try_once(work);
  if (answer)
    co_return *answer;
  policy.base = std::min(policy.base, policy.cap);
  const std::chrono::duration<double, std::nano> pause = random.uniform() * policy.base;
  co_await clock.sleep(std::chrono::round<nanoseconds>(pause));
  policy.base *= 2;
  --policy.attempts;
  co_return co_await retry(work, policy, random, clock);
}
