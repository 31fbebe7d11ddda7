#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <optional>
#include <type_traits>

namespace weir::world {

/// How a simulated dependency refuses. The first three carry their HTTP status as value.
/// `connection_reset` and `timeout` compare equal to the generic conditions
/// `errc::connection_reset` and `errc::timed_out`.
enum class error {
  connection_reset = 1, ///< the connection broke before an answer came
  timeout = 2,          ///< the dependency itself gave up waiting for something behind it
  bad_request = 400,    ///< the request is wrong and will be wrong next time
  rate_limited = 429,   ///< too many requests; `service_error::retry_after` says when to come back
  unavailable = 503,    ///< overloaded or down
};

/// The category of `error`; its name is "weir.world".
[[nodiscard]] const boost::system::error_category& error_category() noexcept;

[[nodiscard]] inline boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

/// What a failing call throws: the code, and how long to wait if the service said so.
class service_error : public boost::system::system_error {
public:
  explicit service_error(boost::system::error_code code,
                         std::optional<std::chrono::nanoseconds> retry_after = {});

  /// The service's `Retry-After`: a call made this long after the refusal finds a token, provided
  /// that nobody else has taken it. Set for `error::rate_limited` only.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> retry_after() const noexcept {
    return retry_after_;
  }

private:
  std::optional<std::chrono::nanoseconds> retry_after_;
};

} // namespace weir::world

template <>
struct boost::system::is_error_code_enum<weir::world::error> : std::true_type {};
