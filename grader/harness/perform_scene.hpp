#pragma once

#include "shared_halves.hpp"
#include "support/line_socket.hpp"

#include <weir/scene.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace weir::harness {

/// What there is to run.
struct scene_source {
  /// Loads the reader's code and the scene around it; ends the process when that can't be done.
  std::function<const scene_definition&()> load;
  std::string exercise;
};

/// Asks for the scene's hello; any other line is a request.
inline constexpr std::string_view ask_hello = "hello";

/// Loads the scene, and answers one request (protocol/scene_requests.hpp).
void perform_scene(const scene_source& source, const shared_halves& memory,
                   support::line_socket& asked);

} // namespace weir::harness
