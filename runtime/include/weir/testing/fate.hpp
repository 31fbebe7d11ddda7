/// \file
/// How an asynchronous operation fared, as a value that can be compared and printed. Part of
/// <weir/testing.hpp>.
#pragma once

#include <weir/expect.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <ostream>
#include <ranges>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace weir::testing {

/// \name What a fate can be: `pending`, `returned()`, `returned(5)`, `cancelled`, `threw(code)`
/// @{
struct pending_t {
  bool operator==(const pending_t&) const = default;
};

struct cancelled_t {};

template <class T>
struct returned_t {
  T value;
};

template <>
struct returned_t<void> {};

struct threw_t {
  boost::system::error_code code;
};

/// It has not ended.
inline constexpr pending_t pending{};

/// It ended with `asio::error::operation_aborted`: what Asio's operations do when they are
/// cancelled, and the same fate as `threw(asio::error::operation_aborted)`.
inline constexpr cancelled_t cancelled{};

/// It returned, and gave nothing.
inline returned_t<void> returned() {
  return {};
}

/// It returned this.
template <class T>
returned_t<T> returned(T value) {
  return {std::move(value)};
}

/// It threw a `system_error` with this code.
inline threw_t threw(boost::system::error_code code) {
  return {code};
}

/// @}

/// What an operation threw. Two are equal when both have a code and that is the same, or neither
/// has one and they are of one type and say the same.
class failure {
public:
  /// A `system_error` with this code.
  explicit failure(boost::system::error_code code);

  /// \pre `thrown` is not null
  explicit failure(std::exception_ptr thrown);

  /// Of a `system_error`; of anything else, none.
  [[nodiscard]] const boost::system::error_code& code() const noexcept { return code_; }

  [[nodiscard]] const std::exception_ptr& thrown() const noexcept { return thrown_; }

  /// "threw \"Broken pipe\"", "ended with operation_aborted".
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  bool operator==(const failure& other) const noexcept;

private:
  std::exception_ptr thrown_;
  boost::system::error_code code_;
  std::string type_; ///< of what has no code
  std::string text_;
};

namespace detail {

template <class T>
concept shown_by_weir = !std::is_pointer_v<T> && requires(const T& value) {
  { ::weir::detail::show(value) } -> std::same_as<std::string>;
};

/// A smart pointer would show an address, which is another one in every run.
template <class T>
concept streamed = requires(std::ostream& out, const T& value) { out << value; } &&
                   !requires(const T& value) { value.operator->(); };

/// A value for a message; empty for what has no words.
template <class T>
std::string show_value(const T& value);

template <class T>
std::string show_value(const std::optional<T>& value) {
  return value ? show_value(*value) : "nothing";
}

template <std::ranges::input_range Range>
std::string show_range(const Range& range) {
  constexpr std::size_t enough = 8;
  std::string all;
  std::size_t shown = 0;
  for (const auto& each : range) {
    all += all.empty() ? "" : ", ";
    if (++shown > enough)
      return "{" + all + "…}";
    all += show_value(each);
  }
  return "{" + all + "}";
}

template <class T>
std::string show_value(const T& value) {
  if constexpr (std::convertible_to<T, std::string_view>) {
    return "\"" + std::string(std::string_view(value)) + "\"";
  } else if constexpr (shown_by_weir<T>) {
    return ::weir::detail::show(value);
  } else if constexpr (streamed<T>) {
    std::ostringstream out;
    out << value;
    return out.str();
  } else if constexpr (std::ranges::input_range<T>) {
    return show_range(value);
  } else {
    return {};
  }
}

} // namespace detail

/// How an operation that gives a `T` fared: still pending, returned a value, or threw. Pending when
/// it is made.
///
///     fate == returned(5)    fate == cancelled    fate == threw(asio::error::broken_pipe)
///
/// Equal are: two that are pending, two that returned equal values (any values of a type that can't
/// be compared), and two whose failures are equal.
template <class T>
class fate_of {
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
  fate_of() = default;

  fate_of(pending_t) {}

  fate_of(cancelled_t) : how_(failure(boost::asio::error::operation_aborted)) {}

  fate_of(threw_t thrown) : how_(failure(thrown.code)) {}

  fate_of(failure thrown) : how_(std::move(thrown)) {}

  fate_of(returned_t<void>)
    requires std::is_void_v<T>
      : how_(value_type{}) {}

  template <class U>
    requires(!std::is_void_v<T> && !std::is_void_v<U> && std::constructible_from<value_type, U>)
  fate_of(returned_t<U> with) : how_(std::in_place_type<value_type>, std::move(with.value)) {}

  [[nodiscard]] bool pending() const noexcept { return std::holds_alternative<pending_t>(how_); }

  [[nodiscard]] bool returned() const noexcept { return std::holds_alternative<value_type>(how_); }

  [[nodiscard]] bool threw() const noexcept { return std::holds_alternative<failure>(how_); }

  [[nodiscard]] bool cancelled() const noexcept {
    return code() == boost::asio::error::operation_aborted;
  }

  /// \pre returned()
  [[nodiscard]] const value_type& value() const
    requires(!std::is_void_v<T>)
  {
    return std::get<value_type>(how_);
  }

  [[nodiscard]] value_type& value()
    requires(!std::is_void_v<T>)
  {
    return std::get<value_type>(how_);
  }

  /// Of the `system_error` that it threw; none for any other fate.
  [[nodiscard]] boost::system::error_code code() const noexcept {
    const failure* const thrown = std::get_if<failure>(&how_);
    return thrown ? thrown->code() : boost::system::error_code();
  }

  /// What it threw, to be thrown on; null for any other fate.
  [[nodiscard]] std::exception_ptr thrown() const {
    const failure* const thrown = std::get_if<failure>(&how_);
    return thrown ? thrown->thrown() : nullptr;
  }

  /// What it threw, where that is an `Error` or derived from it: a copy.
  template <class Error>
  [[nodiscard]] std::optional<Error> thrown_as() const {
    const failure* const thrown = std::get_if<failure>(&how_);
    if (!thrown)
      return std::nullopt;
    try {
      std::rethrow_exception(thrown->thrown());
    } catch (const Error& error) {
      return error;
    } catch (...) {
      return std::nullopt;
    }
  }

  /// "has not ended", "returned", "returned 5", "returned nothing" (an empty `std::optional`),
  /// "threw \"Broken pipe\"", "ended with operation_aborted".
  [[nodiscard]] std::string text() const {
    if (pending())
      return "has not ended";
    if (const failure* const thrown = std::get_if<failure>(&how_))
      return thrown->text();
    std::string value;
    if constexpr (!std::is_void_v<T>)
      value = detail::show_value(this->value());
    return value.empty() ? "returned" : "returned " + value;
  }

  friend bool operator==(const fate_of& one, const fate_of& other) {
    if constexpr (std::equality_comparable<value_type>) {
      return one.how_ == other.how_;
    } else {
      const failure* const thrown = std::get_if<failure>(&one.how_);
      return one.how_.index() == other.how_.index() &&
             (!thrown || *thrown == std::get<failure>(other.how_));
    }
  }

  friend std::ostream& operator<<(std::ostream& out, const fate_of& one) {
    return out << one.text();
  }

private:
  std::variant<pending_t, value_type, failure> how_;
};

} // namespace weir::testing
