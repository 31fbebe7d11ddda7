/// \file
/// The serve mode of weir-runner: a scene, run again for every request, for the visualizer.
#pragma once

#include "perform_scene.hpp"

namespace weir::harness {

struct serve_descriptors {
  int channel = -1; ///< a stream socket: requests come in, answers go out
  int memory = -1;  ///< a memfd of fixed size; finished runs are laid out in one of its two halves
};

/// Says hello and answers requests, one after the other, until the other end closes the channel.
/// Returns the exit status. protocol/scene_requests.hpp has the messages, and weir/trace/shared.hpp
/// what lies in the memory.
///
/// Every run has a fresh image of the process: a variable that outlives one run is not there in the
/// next, so that the same request always gives the same run. This process itself never loads the
/// code, and outlives whatever the code does. Ends as the first image did when that could not load
/// it.
int serve(const scene_source& scene, serve_descriptors through);

} // namespace weir::harness
