/// \file
/// Values at which code breaks, the simplest first: a storm draws an index, and 0 is what shrinking
/// leads to.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string_view>

namespace weir::storm {

/// Where the next value of a series comes from.
enum class value_edge : std::uint8_t {
  fresh,     ///< 1, 2, 3, …: one that was not drawn before
  zero,      ///< "empty", to code that has no other word for it
  minus_one, ///< "none", the same
  equal,     ///< the one before, once more
  falling,   ///< the one before, less one
  least,     ///< of the type
  greatest,  ///< of the type
};
inline constexpr std::size_t value_edges = 7;

/// Values in the order in which a storm asks for them.
template <std::integral T>
class value_series {
public:
  constexpr T next(value_edge edge) noexcept {
    switch (edge) {
    case value_edge::fresh:
      last_ = ++fresh_;
      break;
    case value_edge::zero:
      last_ = T{0};
      break;
    case value_edge::minus_one:
      last_ = static_cast<T>(-1);
      break;
    case value_edge::equal:
      break;
    case value_edge::falling:
      last_ = last_ == std::numeric_limits<T>::min() ? last_ : static_cast<T>(last_ - 1);
      break;
    case value_edge::least:
      last_ = std::numeric_limits<T>::min();
      break;
    case value_edge::greatest:
      last_ = std::numeric_limits<T>::max();
      break;
    }
    return last_;
  }

private:
  T fresh_ = 0;
  T last_ = 0;
};

/// Capacities, limits, sizes: powers of two and their neighbours, one that is larger than any
/// storm, nothing at all. Not the type's greatest: whether that is to be borne depends on what is
/// bounded.
inline constexpr std::array<std::size_t, 7> capacities{1, 2, 3, 5, 8, 300, 0};

/// Durations: a plain one, none, below a millisecond, one tick, and so long that an instant from
/// now plus itself passes the end of the clock. Negative ones are for whoever promises to bear
/// them.
inline constexpr std::array<std::chrono::nanoseconds, 7> durations{
    std::chrono::milliseconds(1),   std::chrono::nanoseconds(0), std::chrono::microseconds(900),
    std::chrono::microseconds(1),   std::chrono::nanoseconds(1), std::chrono::hours(24 * 365),
    std::chrono::nanoseconds::max()};

/// What a failing call throws.
enum class thrown : std::uint8_t {
  system_error,  ///< boost::system::system_error with `connection_reset`
  derived,       ///< a class derived from it: its type has to survive
  runtime_error, ///< std::runtime_error
  number,        ///< `throw 42`: no std::exception
  aborted,       ///< boost::system::system_error with `operation_aborted`, and nobody had cancelled
};
inline constexpr std::size_t thrown_kinds = 5;

/// As text for stories: "a runtime_error", "the number 42", …
[[nodiscard]] std::string_view to_string(thrown kind) noexcept;

/// A new exception of that kind, to be rethrown where the storm wants it: at the call, or where it
/// is awaited.
[[nodiscard]] std::exception_ptr make_exception(thrown kind);

/// Which kind it is, by its dynamic type, not by what it can be caught as; empty for any other, and
/// for none. `aborted` goes by the code alone: what Asio itself throws is of a type around
/// `system_error`.
[[nodiscard]] std::optional<thrown> kind_of(const std::exception_ptr& error) noexcept;
[[nodiscard]] bool is(const std::exception_ptr& error, thrown kind) noexcept;

} // namespace weir::storm
