#include "weir/world/error.hpp"

#include <string>

namespace weir::world {

namespace {

// g++ minds that boost's base class has a protected destructor that is not virtual.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class category final : public boost::system::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "weir.world"; }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<error>(value)) {
    case error::connection_reset:
      return "connection reset by the service";
    case error::timeout:
      return "the service timed out";
    case error::bad_request:
      return "bad request (400)";
    case error::rate_limited:
      return "rate limited (429)";
    case error::unavailable:
      return "service unavailable (503)";
    }
    return "unknown error " + std::to_string(value);
  }

  [[nodiscard]] boost::system::error_condition
  default_error_condition(int value) const noexcept override {
    switch (static_cast<error>(value)) {
    case error::connection_reset:
      return boost::system::errc::make_error_condition(boost::system::errc::connection_reset);
    case error::timeout:
      return boost::system::errc::make_error_condition(boost::system::errc::timed_out);
    default:
      return {value, *this};
    }
  }
};

#pragma GCC diagnostic pop

} // namespace

const boost::system::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

service_error::service_error(boost::system::error_code code,
                             std::optional<std::chrono::nanoseconds> retry_after)
    : system_error(code), retry_after_(retry_after) {}

} // namespace weir::world
