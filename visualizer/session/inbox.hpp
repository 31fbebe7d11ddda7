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
  /// Derives what is drawn from what was simulated.
  using run_maker = std::function<std::shared_ptr<run>(const run_finished& made,
                                                       const std::vector<knob_info>& knobs)>;

  /// `wake` is called, on the simulation's thread, when there is something to take.
  explicit inbox(std::function<void()> wake, run_maker make = make_run)
      : wake_(std::move(wake)), make_(std::move(make)) {}

  /// A run without a trace is left out. Of the results for one slot only the newest is worth a
  /// frame; those of a sweep all count. A run that can't be made ready comes as a banner that says
  /// why: nothing is thrown at the simulation's thread.
  void put(simulation_update update);

  /// What has come since the last call, oldest first.
  [[nodiscard]] std::vector<session_update> take();

private:
  static std::shared_ptr<run> make_run(const run_finished& made,
                                       const std::vector<knob_info>& knobs);
  [[nodiscard]] std::optional<session_update> made_ready(simulation_update update);

  std::function<void()> wake_;
  run_maker make_;
  std::vector<knob_info> knobs_; ///< of the scene that is open; the simulation's thread's own
  std::mutex mutex_;
  std::vector<session_update> updates_; ///< behind the mutex
};

} // namespace weir::viz
