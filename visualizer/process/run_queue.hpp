#pragma once

#include "process/simulation.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

namespace weir::viz {

/// A request with its place in the order of all requests.
struct queued_run {
  run_request request = {};
  std::uint64_t number = 0;
};

/// Which request goes next. Pure: at most one waits for `slot::main` and one for `slot::other`, the
/// newest; those of a sweep wait in line behind them.
class run_queue {
public:
  void add(const run_request& wanted);

  /// Takes the next request for this code; nullopt when none waits.
  std::optional<queued_run> take(submission which);

  /// Whether one waits for this code.
  [[nodiscard]] bool waits(submission which) const;

  void cancel_sweep() { sweep_.clear(); }

  /// Forgets what waits for a code that was built anew: its runs are asked for again.
  void forget(submission which);
  void clear();

  /// Whether this result may still be shown, and notes that it was: not when a later one of its
  /// slot has been.
  bool accept(const queued_run& finished);

private:
  static constexpr std::size_t index(slot where) { return static_cast<std::size_t>(where); }

  std::array<std::optional<queued_run>, 2> newest_ = {}; ///< main, other
  std::deque<queued_run> sweep_ = {};
  std::array<std::uint64_t, 2> shown_ = {};
  std::uint64_t added_ = 0;
};

} // namespace weir::viz
