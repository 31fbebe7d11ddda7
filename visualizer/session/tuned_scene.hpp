#pragma once

#include "model/advice.hpp"
#include "process/simulation.hpp"

#include <cstdint>
#include <vector>

namespace weir::viz {

/// The scene that is open and what it is set to.
struct tuned_scene {
  scene_info info = {};
  std::vector<submission> codes = {}; ///< what there is to run
  submission code = submission::mine; ///< whose runs are shown
  std::vector<knob_value> knobs = {};
  std::uint64_t seed = 1;

  /// A request for a run with these settings, without a ticket.
  [[nodiscard]] run_request request(slot where, submission which) const;

  /// Takes over what a scene that was opened, or built anew, declares. Knobs of the same scene keep
  /// their values, as far as the new ranges hold them; whose code it is about is the caller's.
  void open(const scene_opened& what);
};

} // namespace weir::viz
