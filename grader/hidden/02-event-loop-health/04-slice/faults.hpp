/// \file
/// What an item may throw: whatever it likes. The kinds that every storm knows, and some that
/// people catch on their own.
#pragma once

#include <weir/storm/edges.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

namespace weir_hidden {

enum class fault : std::uint8_t {
  system_error, ///< the first five are those of weir::storm::thrown, in its order
  derived,
  runtime_error,
  number,
  aborted,
  own_aborted,  ///< a class derived from system_error, with `operation_aborted`
  timed_out,    ///< a system_error with `timed_out`: what is often tried again
  std_system,   ///< std::system_error
  out_of_range, ///< a logic_error, whose type has to survive
  characters,   ///< `throw "text"`
  bad_alloc,
};
inline constexpr std::size_t fault_kinds = 11;

namespace detail {

class lost_board : public boost::system::system_error {
public:
  lost_board() : system_error(boost::asio::error::operation_aborted, "the board was lost") {}
};

[[nodiscard]] inline bool known_to_storms(fault kind) {
  return static_cast<std::size_t>(kind) < weir::storm::thrown_kinds;
}

/// Type and text.
[[nodiscard]] inline std::string description(const std::exception_ptr& error) {
  if (!error)
    return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    return std::string(typeid(thrown).name()) + ": " + thrown.what();
  } catch (const char* thrown) {
    return std::string("characters: ") + thrown;
  } catch (...) {
    return "something else";
  }
}

} // namespace detail

/// "a runtime_error", "the number 42", …
[[nodiscard]] inline std::string_view to_string(fault kind) {
  switch (kind) {
  case fault::own_aborted:
    return "a class derived from system_error, with the code operation_aborted";
  case fault::timed_out:
    return "a system_error with the code timed_out";
  case fault::std_system:
    return "a std::system_error";
  case fault::out_of_range:
    return "an out_of_range";
  case fault::characters:
    return "a const char*";
  case fault::bad_alloc:
    return "a bad_alloc";
  default:
    return weir::storm::to_string(static_cast<weir::storm::thrown>(kind));
  }
}

[[nodiscard]] inline std::exception_ptr make_exception(fault kind) {
  switch (kind) {
  case fault::own_aborted:
    return std::make_exception_ptr(detail::lost_board());
  case fault::timed_out:
    return std::make_exception_ptr(boost::system::system_error(boost::asio::error::timed_out));
  case fault::std_system:
    return std::make_exception_ptr(
        std::system_error(std::make_error_code(std::errc::no_space_on_device)));
  case fault::out_of_range:
    return std::make_exception_ptr(std::out_of_range("no such board"));
  case fault::characters:
    return std::make_exception_ptr(static_cast<const char*>("a board is torn"));
  case fault::bad_alloc:
    return std::make_exception_ptr(std::bad_alloc());
  default:
    return weir::storm::make_exception(static_cast<weir::storm::thrown>(kind));
  }
}

/// Whether it came out unchanged: of the same type, with the same text.
[[nodiscard]] inline bool is(const std::exception_ptr& error, fault kind) {
  if (detail::known_to_storms(kind))
    return weir::storm::is(error, static_cast<weir::storm::thrown>(kind));
  return detail::description(error) == detail::description(make_exception(kind));
}

} // namespace weir_hidden
