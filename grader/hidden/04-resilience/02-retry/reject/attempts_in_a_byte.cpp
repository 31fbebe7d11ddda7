// reject: attempts
// nobody attempts anything 256 times
#include "retry.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;

namespace {

/// A list of what may be repeated, not of what may not: an error that nobody thought of is thrown.
bool is_transient(const error_code& error) {
  using transient = weir::world::error;
  return error == transient::connection_reset || error == transient::timeout ||
         error == transient::unavailable;
}

/// The ceilings of the pauses, one after the other. Compared before it is doubled, a ceiling never
/// exceeds the cap, and the cap is far from what an integer can hold.
class ceilings {
public:
  explicit ceilings(const retry_policy& policy)
      : cap_(policy.cap), next_(std::min(policy.base, policy.cap)) {}

  nanoseconds next() {
    const nanoseconds ceiling = next_;
    next_ = ceiling > cap_ / 2 ? cap_ : 2 * ceiling;
    return ceiling;
  }

private:
  nanoseconds cap_;
  nanoseconds next_;
};

/// Full jitter: the whole pause is random, so that of those who failed together no two stay
/// together.
nanoseconds between_zero_and(nanoseconds ceiling, random_source& random) {
  return nanoseconds(
      static_cast<std::int64_t>(random.uniform() * static_cast<double>(ceiling.count())));
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  ceilings backoff(policy);
  for (std::uint8_t attempts = 1;; ++attempts) {
    try {
      co_return co_await work.attempt();
    } catch (const system_error& error) {
      if (attempts == policy.attempts || !is_transient(error.code()))
        throw;
    }
    // If an attempt was cancelled and failed in its own way, Asio throws operation_aborted here: a
    // coroutine that has been cancelled begins nothing new.
    const nanoseconds pause = between_zero_and(backoff.next(), random);
    co_await clock.sleep(pause);
  }
}
