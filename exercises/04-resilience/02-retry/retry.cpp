#include "retry.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>

using std::chrono::nanoseconds;

namespace {

/// Twice as long after each attempt, up to the cap, and a tenth of it at random: not everybody
/// should come back in the same instant.
nanoseconds backoff(const retry_policy& policy, unsigned attempts, random_source& random) {
  const nanoseconds exponential(policy.base.count() << (attempts - 1));
  const nanoseconds pause = std::min(policy.cap, exponential);
  const double jitter = 0.1 * static_cast<double>(pause.count()) * random.uniform();
  return pause + nanoseconds(static_cast<std::int64_t>(jitter));
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  for (unsigned attempts = 1;; ++attempts) {
    try {
      co_return co_await work.attempt();
    } catch (const boost::system::system_error&) {
      if (attempts == policy.attempts)
        throw;
    }
    co_await clock.sleep(backoff(policy, attempts, random));
  }
}
