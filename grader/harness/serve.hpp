/// \file
/// The serve mode of weir-runner: a scene, run again for every request, for the visualizer.
#pragma once

#include "perform_scene.hpp"

namespace weir::harness {

struct serve_descriptors {
  int channel = -1; ///< a stream socket: requests come in, replies go out, a JSON object a line
  int memory = -1;  ///< a memfd of fixed size; finished runs are laid out in one of its two halves
};

// clang-format off
/// Says hello and answers requests, one after the other, until the other end closes the channel. Returns the exit status.
///
///     <- {"hello": 1, "title", "caption", "horizon_ns", "goals": ["..."], "knobs": [as knob_set::to_json]}
///     -> {"ticket": 7, "half": 0, "seed": 1, "horizon_ns": 0, "knobs": [["arrival-rate", 200]]}
///     <- {"ticket": 7, "half": 0, "bytes": 4096, "healthy", "ended", "message", "goals": [{"text", "met", "seen", "remark"}],
///         "simulate_ns", "share_ns"}
///     <- {"ticket": 7, "error": "knob" or "scene", "message"}
///     <- {"ticket": 7, "died": "signal" or "exit", "code": 11}
///
/// A knob that is left out has its default; a horizon of 0 is the scene's own. What lies in the memory is described in
/// weir/trace/shared.hpp.
///
/// Every run has a fresh image of the process: a variable that outlives one run is not there in the next, so that the same
/// request always gives the same run. This process itself never loads the code, and outlives whatever the code does.
/// Ends as the first image did when that could not load it.
// clang-format on
int serve(const scene_source& scene, serve_descriptors through);

} // namespace weir::harness
