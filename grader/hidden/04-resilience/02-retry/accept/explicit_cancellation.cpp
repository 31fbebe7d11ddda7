// accept: asks for cancellation itself, drops an answer that is late, compares before it shifts
#include "retry.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cmath>
#include <exception>
#include <optional>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;

namespace {

constexpr weir::world::error transient[] = {
    weir::world::error::connection_reset,
    weir::world::error::timeout,
    weir::world::error::unavailable,
};

bool is_transient(const error_code& failure) {
  for (const weir::world::error each : transient) {
    if (failure == each)
      return true;
  }
  return false;
}

nanoseconds ceiling_after(unsigned attempt, const retry_policy& policy) {
  const unsigned doublings = attempt - 1;
  if (doublings >= 63 || policy.base.count() > (policy.cap.count() >> doublings))
    return policy.cap;
  return nanoseconds(policy.base.count() << doublings);
}

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  for (unsigned attempt = 1;; ++attempt) {
    std::optional<int> answer;
    std::exception_ptr failure;
    bool again = false;
    try {
      answer = co_await work.attempt();
    } catch (const system_error& caught) {
      failure = std::current_exception();
      again = is_transient(caught.code());
    }
    if (cancellation.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    if (answer)
      co_return *answer;
    if (!again || attempt == policy.attempts)
      std::rethrow_exception(failure);
    const double ceiling = static_cast<double>(ceiling_after(attempt, policy).count());
    co_await clock.sleep(nanoseconds(std::llround(random.uniform() * ceiling)));
    if (cancellation.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
  }
}
