/// \file
/// What is done to an offloader. Scenarios are written out, storms are drawn.
#pragma once

#include <weir/storm/edges.hpp>
#include <weir/storm/plan.hpp>
#include <weir/storm/runner.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::moment;
using weir::storm::thrown;

/// How a job behaves.
struct script {
  nanoseconds takes = 5ms;
  std::optional<thrown> throws = {};
  bool polite = false;                   ///< ends at the next look when it is asked to stop
  std::optional<thrown> if_stopped = {}; ///< by throwing this, else by returning
  int again = 0;                         ///< so often its caller calls anew, as soon as it is back
};

/// How often a polite job looks.
constexpr nanoseconds look = 500us;

struct command {
  enum class kind : std::uint8_t { none, pass, call, cancel, close } what = kind::none;
  moment when = moment::quiet;
  script work{};        ///< of a call
  std::size_t whom = 0; ///< to cancel: counted from who has been there longest
};

/// What happens to one offloader.
struct plan {
  std::size_t threads = 1;
  std::size_t limit = 1;
  bool on_a_strand = false; ///< every other caller is
  std::vector<command> commands{};
};

/// \name Written out: each at a quiet moment, a millisecond after the one before
/// @{
inline command call(script work = {}) {
  return {.what = command::kind::call, .work = work};
}

inline command cancel(std::size_t whom = 0) {
  return {.what = command::kind::cancel, .whom = whom};
}

inline command close() {
  return {.what = command::kind::close};
}

/// In the instant of the one before.
inline command and_then(command one, moment when = moment::at_once) {
  one.when = when;
  return one;
}

inline std::vector<command> pass(int milliseconds) {
  return std::vector<command>(static_cast<std::size_t>(milliseconds),
                              command{.what = command::kind::pass});
}

inline std::vector<command> operator+(std::vector<command> all, command one) {
  all.push_back(one);
  return all;
}

inline std::vector<command> operator+(std::vector<command> all, const std::vector<command>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// @}

/// Which commands a storm has.
enum class weather : std::uint8_t { fair, cancelling, closing };

namespace detail {

inline command::kind kind_of(weather how, std::size_t drawn) {
  using enum command::kind;
  using table = std::array<command::kind, 10>;
  static constexpr table fair{none, call, pass, call, call, pass, call, call, pass, call};
  static constexpr table cancelling{none, call, cancel, call, call,
                                    pass, call, cancel, call, cancel};
  static constexpr table closing{none, call, close, call, call, pass, call, close, cancel, call};
  return (how == weather::fair ? fair : how == weather::cancelling ? cancelling : closing)[drawn];
}

inline script script_of(std::size_t drawn) {
  static constexpr std::array<script, 12> all{{
      {},
      {.takes = 2ms},
      {.takes = 0ns},
      {.takes = 3ms, .polite = true},
      {.takes = 2ms, .throws = thrown::system_error},
      {.takes = 1ms, .throws = thrown::number},
      {.takes = 0ns, .throws = thrown::derived},
      {.takes = 900us},
      {.takes = 4ms, .polite = true, .if_stopped = thrown::runtime_error},
      {.takes = 3ms, .throws = thrown::aborted},
      {.takes = 2ms, .throws = thrown::runtime_error, .polite = true},
      {.takes = 1ms, .polite = true, .if_stopped = thrown::aborted},
  }};
  return all[drawn];
}

} // namespace detail

inline plan draw_storm(weather how) {
  static constexpr std::array<std::size_t, 6> threads{1, 2, 1, 3, 2, 1};
  static constexpr std::array<std::size_t, 6> limits{1, 0, 2, 1, 3, 300};
  const auto drawn = weir::storm::draw_plan({.header = {threads.size(), limits.size(), 8},
                                             .command = {10, 12, weir::storm::moment_draws},
                                             .commands = 9});
  plan what{.threads = threads[drawn.header[0]],
            .limit = limits[drawn.header[1]],
            .on_a_strand = drawn.header[2] > 5};
  for (const auto& fields : drawn.commands)
    what.commands.push_back({.what = detail::kind_of(how, fields[0]),
                             .when = weir::storm::moment_of(fields[2]),
                             .work = detail::script_of(fields[1]),
                             .whom = fields[1]});
  return what;
}

} // namespace weir_hidden
