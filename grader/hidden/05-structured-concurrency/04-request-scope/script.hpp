/// \file
/// How the calls of these tests go: what they throw (the kinds of <weir/storm/edges.hpp>, and those
/// that look like the words of `answer` itself), how long they take, and what came of them.
#pragma once

#include "request_scope.hpp"

#include <weir/expect.hpp>
#include <weir/storm/edges.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// The first five are those of `weir::storm::thrown`.
enum class thrown : std::uint8_t {
  system_error,
  derived,
  runtime_error,
  number,
  aborted,
  timed_out,         ///< a time-out of its own
  derived_timed_out, ///< the same, of a class of its own
  derived_aborted,   ///< operation_aborted nobody asked for, of a class of its own
};
inline constexpr std::size_t thrown_kinds = 8;

/// A source's own class for an error of the network.
class source_error : public boost::system::system_error {
public:
  using boost::system::system_error::system_error;
};

inline std::string_view to_string(thrown kind) {
  switch (kind) {
  case thrown::timed_out:
    return "a timed_out of its own";
  case thrown::derived_timed_out:
    return "a timed_out of a class derived from system_error";
  case thrown::derived_aborted:
    return "an operation_aborted of a class derived from system_error";
  default:
    return weir::storm::to_string(static_cast<weir::storm::thrown>(kind));
  }
}

inline std::exception_ptr make_exception(thrown kind) {
  switch (kind) {
  case thrown::timed_out:
    return std::make_exception_ptr(boost::system::system_error(asio::error::timed_out));
  case thrown::derived_timed_out:
    return std::make_exception_ptr(source_error(asio::error::timed_out));
  case thrown::derived_aborted:
    return std::make_exception_ptr(source_error(asio::error::operation_aborted));
  default:
    return weir::storm::make_exception(static_cast<weir::storm::thrown>(kind));
  }
}

inline bool is(const std::exception_ptr& error, thrown kind) {
  const auto is_code = [&](boost::system::error_code code, bool derived) {
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& one) {
      return one.code() == code && (!derived || typeid(one) == typeid(source_error));
    } catch (...) {
      return false;
    }
  };
  switch (kind) {
  case thrown::timed_out:
    return is_code(asio::error::timed_out, false);
  case thrown::derived_timed_out:
    return is_code(asio::error::timed_out, true);
  case thrown::derived_aborted:
    return is_code(asio::error::operation_aborted, true);
  default:
    return weir::storm::is(error, static_cast<weir::storm::thrown>(kind));
  }
}

/// How a call goes.
struct script {
  nanoseconds takes = 10ms;
  std::optional<thrown> fails = {};
  bool at_the_call = false;                     ///< throws before there is a coroutine
  nanoseconds tidies = 0ms;                     ///< so long it takes when it is cancelled
  std::optional<thrown> then = thrown::aborted; ///< and that it throws; empty: it was faster
  std::optional<nanoseconds> at_most = {};      ///< of a part
  std::optional<int> value = {};                ///< of a part; else 100, 101, 102, …
};

inline constexpr nanoseconds end_of_time = nanoseconds::max();
inline constexpr nanoseconds dawn_of_time = nanoseconds::min();

/// Two times with as many digits as it takes to see what they are, and that they differ.
struct two_times {
  two_times(nanoseconds one, nanoseconds other) : first(shown(one)), second(shown(other)) {
    if (first == second && one != other) {
      first = weir::text("{} ns", one.count());
      second = weir::text("{} ns", other.count());
    }
  }

  static std::string shown(nanoseconds time) {
    return time % 1us == 0ns ? weir::text("{}", time) : weir::text("{} ns", time.count());
  }

  std::string first;
  std::string second;
};

/// A call of the gate or of a source, and what came of it.
struct entry {
  std::string name;
  script how;
  nanoseconds until{}; ///< what it was told
  nanoseconds began{};
  std::optional<nanoseconds> cancelled{};
  std::optional<nanoseconds> ended{};
  std::exception_ptr error{};
  std::optional<std::size_t> part{}; ///< empty: of the gate

  [[nodiscard]] bool came() const { return ended && !error; }
};

} // namespace weir_hidden
