// reject: attempts
// an attempt that hangs would hold everything up, so none gets longer than the cap
#include "retry.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

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
      using namespace asio::experimental::awaitable_operators;
      asio::awaitable<int> one = work.attempt();
      asio::awaitable<void> limit = clock.sleep(policy.cap);
      const std::variant<int, std::monostate> first = co_await (std::move(one) || std::move(limit));
      if (first.index() == 0)
        co_return std::get<0>(first);
      throw weir::world::service_error(weir::world::error::timeout);
    } catch (const boost::system::system_error& failure) {
      if (attempt >= policy.attempts || !is_transient(failure.code()))
        throw;
    }
    co_await clock.sleep(times(random.uniform(), ceiling));
    ceiling = ceiling > policy.cap / 2 ? policy.cap : 2 * ceiling;
  }
}
