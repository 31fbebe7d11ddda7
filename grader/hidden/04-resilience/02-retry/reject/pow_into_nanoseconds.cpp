// reject: cap
// the power is a double and does not overflow, but the cap comes after the conversion, which does
#include "retry.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
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
  for (unsigned attempt = 1;; ++attempt) {
    try {
      co_return co_await work.attempt();
    } catch (const boost::system::system_error& failure) {
      if (attempt >= policy.attempts || !is_transient(failure.code()))
        throw;
    }
    const double grown = static_cast<double>(policy.base.count()) * std::pow(2.0, attempt - 1);
    const nanoseconds ceiling = std::min(nanoseconds(static_cast<std::int64_t>(grown)), policy.cap);
    co_await clock.sleep(times(random.uniform(), ceiling));
  }
}
