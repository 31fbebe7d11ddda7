#pragma once

#include "process/simulation.hpp"
#include "session/run.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace weir::viz {

/// A finished run with everything that is derived from it before it can be drawn.
struct run_ready {
  run_request request = {};
  std::shared_ptr<run> made = {}; ///< never null
};

using session_update = std::variant<scene_opened, run_ready, run_replayed, banner>;

/// Between the simulation's thread, which puts in, and the window's, which takes out. Runs are made
/// ready on the way in: the timeline of a long one would hold up a frame.
class inbox {
public:
  /// `wake` is called, on the simulation's thread, when there is something to take.
  explicit inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// A run without a trace is left out. Of the results for one slot only the newest is worth a
  /// frame; those of a sweep all count.
  void put(simulation_update update);

  /// What has come since the last call, oldest first.
  [[nodiscard]] std::vector<session_update> take();

private:
  [[nodiscard]] std::optional<session_update> made_ready(simulation_update update);

  std::function<void()> wake_;
  std::vector<knob_info> knobs_; ///< of the scene that is open; the simulation's thread's own
  std::mutex mutex_;
  std::vector<session_update> updates_; ///< behind the mutex
};

} // namespace weir::viz
