// reject: cap
// the cap limits the pause and not the ceiling: late pauses crowd together at the cap
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

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  double ceiling = static_cast<double>(policy.base.count());
  for (unsigned attempt = 1;; ++attempt) {
    try {
      co_return co_await work.attempt();
    } catch (const boost::system::system_error& failure) {
      if (attempt >= policy.attempts || !is_transient(failure.code()))
        throw;
    }
    const double pause =
        std::min(random.uniform() * ceiling, static_cast<double>(policy.cap.count()));
    co_await clock.sleep(nanoseconds(static_cast<std::int64_t>(pause)));
    ceiling *= 2;
  }
}
