// accept: one loop, the ceiling in whole nanoseconds, cancellation left to the coroutine
#include "retry.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>

using boost::system::error_code;
using std::chrono::nanoseconds;

namespace {

bool is_transient(const error_code& failure) {
  using weir::world::error;
  return failure == error::connection_reset || failure == error::timeout ||
         failure == error::unavailable;
}

nanoseconds times(double random, nanoseconds ceiling) {
  return nanoseconds(static_cast<std::int64_t>(random * static_cast<double>(ceiling.count())));
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  nanoseconds ceiling = std::min(policy.base, policy.cap);
  for (unsigned attempt = 1;; ++attempt) {
    try {
      co_return co_await work.attempt();
    } catch (const boost::system::system_error& failure) {
      if (attempt >= policy.attempts || !is_transient(failure.code()))
        throw;
    }
    co_await clock.sleep(times(random.uniform(), ceiling));
    ceiling = ceiling > policy.cap / 2 ? policy.cap : 2 * ceiling;
  }
}
