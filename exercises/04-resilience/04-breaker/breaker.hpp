#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

/// A circuit breaker as a state machine: it makes no call, sets no timer and asks no clock. Whoever
/// makes the calls asks it before each of them, tells it what came of those that were admitted, and
/// says what time it is.
///
/// Thread: one. Any number of calls may be under way; their results come in any order, and late.

enum class breaker_state : std::uint8_t { closed, open, half_open };

/// What came of a call.
enum class call_result : std::uint8_t {
  succeeded,
  failed,
  abandoned, ///< the caller gave up for reasons of its own: nothing is known about the dependency
};

using time_point = std::chrono::steady_clock::time_point;

/// A change of state. A *period* is the time from one change to the next.
struct transition {
  breaker_state from = {};
  breaker_state to = {};
  time_point at = {};

  friend bool operator==(const transition&, const transition&) = default;
};

/// Comes with an admission and goes back with the result. The breaker chooses the number, as it
/// likes; two tickets may have the same.
struct ticket {
  std::uint64_t number = 0;
};

/// The answer to a caller.
struct admission {
  std::optional<ticket> permit = {};      ///< empty: refused
  std::optional<transition> changed = {}; ///< what the question has brought about
};

/// What the report of a result has brought about.
struct effect {
  bool counted = false; ///< whether the result was taken into account
  std::optional<transition> changed = {};
};

/// Results that were taken into account.
struct tally {
  std::size_t calls = 0;
  std::size_t failures = 0;

  friend bool operator==(const tally&, const tally&) = default;
};

struct breaker_options {
  std::size_t window = 20;        ///< results that a closed breaker looks back on, >= 1
  std::size_t minimum_calls = 10; ///< it takes so many to judge by, 1 ... window
  unsigned threshold = 50;        ///< per cent of them that have failed: 1 ... 100
  std::chrono::nanoseconds cooldown = std::chrono::seconds(5); ///< > 0
  std::size_t probes = 3; ///< calls that a half-open breaker admits, >= 1
};

/// Nothing throws, and every function takes constant time but for what `window` results cost.
class circuit_breaker {
public:
  virtual ~circuit_breaker() = default;

  /// May this call be made? `now` is never earlier than in a call of `admit` or `report` before.
  virtual admission admit(time_point now) = 0;

  /// What came of a call that was admitted; at most once for each.
  virtual effect report(ticket of, call_result result, time_point now) = 0;

  /// The state after the last step. Time alone changes nothing.
  [[nodiscard]] virtual breaker_state state() const = 0;

  /// What the breaker goes by. Closed: the results in the window. Half-open: those of the probes.
  /// Open: those that opened it.
  [[nodiscard]] virtual tally window() const = 0;
};

/// A closed breaker with an empty window.
std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options);
