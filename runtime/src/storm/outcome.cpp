#include <weir/storm/edges.hpp>
#include <weir/storm/outcome.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstddef>

namespace weir::storm {

namespace {

outcome outcome_of(thrown kind) {
  switch (kind) {
  case thrown::system_error:
    return outcome::system_error;
  case thrown::derived:
    return outcome::derived;
  case thrown::runtime_error:
    return outcome::runtime_error;
  case thrown::number:
    return outcome::number;
  case thrown::aborted:
    return outcome::aborted;
  }
  return outcome::other;
}

outcome outcome_of(const boost::system::error_code& code) {
  if (code == boost::asio::error::try_again)
    return outcome::refused;
  if (code == boost::asio::error::shut_down)
    return outcome::shut_down;
  return code == boost::asio::error::timed_out ? outcome::timed_out : outcome::other;
}

} // namespace

outcome outcome_of(const std::exception_ptr& error) noexcept {
  if (!error)
    return outcome::returned;
  if (const auto kind = kind_of(error))
    return outcome_of(*kind);
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& thrown) {
    return outcome_of(thrown.code());
  } catch (...) {
    return outcome::other;
  }
}

std::string_view to_string(outcome how) noexcept {
  static constexpr std::array<std::string_view, 10> all{
      "returned",
      "threw a system_error",
      "threw an error of a class derived from system_error",
      "threw a runtime_error",
      "threw the number 42",
      "threw operation_aborted",
      "threw try_again",
      "threw shut_down",
      "threw timed_out",
      "threw something else"};
  return all[static_cast<std::size_t>(how)];
}

} // namespace weir::storm
