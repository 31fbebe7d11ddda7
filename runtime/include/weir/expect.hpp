/// \file
/// How a scenario says what must hold, and the exceptions that end a run.
#pragma once

#include <boost/system/error_code.hpp>

#include <chrono>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir {

/// Thrown by `expect`. The run ends as `assertion_failed` even when the scenario swallows it.
struct expectation_failed : std::logic_error {
  using std::logic_error::logic_error;
};

/// Thrown when a `world::memory_budget` is exceeded. The run ends as `out_of_memory` even when
/// swallowed.
struct simulated_out_of_memory : std::runtime_error {
  explicit simulated_out_of_memory(const std::string& what);
};

namespace detail {

/// \name Values in messages: numbers, booleans, text, durations ("1.5 ms"), error codes
/// @{
std::string show_integer(long long value);
std::string show_unsigned(unsigned long long value);
std::string show_number(double value);
std::string show_duration(std::chrono::nanoseconds value);

inline std::string show(bool value) {
  return value ? "true" : "false";
}

inline std::string show(std::string_view value) {
  return std::string(value);
}

inline std::string show(const char* value) {
  return value;
}

inline std::string show(const boost::system::error_code& value) {
  return value.message();
}

template <typename Rep, typename Period>
std::string show(std::chrono::duration<Rep, Period> value) {
  return show_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(value));
}

template <typename Number>
  requires std::is_arithmetic_v<Number>
std::string show(Number value) {
  if constexpr (std::is_floating_point_v<Number>)
    return show_number(value);
  else if constexpr (std::is_signed_v<Number>)
    return show_integer(value);
  else
    return show_unsigned(value);
}

/// @}

std::string fill(std::string_view pattern, const std::string* values, std::size_t count);
[[noreturn]] void expectation_broken(std::string message);

} // namespace detail

/// Replaces each "{}" in `pattern` by the next value.
template <typename... Values>
std::string text(std::string_view pattern, const Values&... values) {
  const std::string shown[sizeof...(Values) + 1] = {detail::show(values)...};
  return detail::fill(pattern, shown, sizeof...(Values));
}

/// Ends the run as `assertion_failed` unless `held`. `pattern` says what was seen, with "{}" for
/// each of `values`; it should read as a finding: "the queue held {} items, its capacity is {}".
/// Works from any handler or coroutine of a run, also from one whose exceptions nobody sees.
/// \throws expectation_failed
template <typename... Values>
void expect(bool held, std::string_view pattern, const Values&... values) {
  if (!held)
    detail::expectation_broken(text(pattern, values...));
}

/// Ends the run as `assertion_failed`. \throws expectation_failed
template <typename... Values>
[[noreturn]] void fail(std::string_view pattern, const Values&... values) {
  detail::expectation_broken(text(pattern, values...));
}

} // namespace weir
