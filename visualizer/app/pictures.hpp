#pragma once

#include "app/glfw_window.hpp"
#include "app/options.hpp"
#include "session/workbench.hpp"

namespace weir::viz {

/// Draws the bench once into `asked.screenshot`. Throws std::runtime_error.
void take_screenshot(glfw_window& window, ui& with, workbench& bench, const options& asked);

/// Draws the run from the cursor to its end, one frame for each 1/fps of virtual time, into
/// numbered pictures in `asked.record_folder`, and makes a film of them where ffmpeg is installed.
/// Throws std::runtime_error.
void record_run(glfw_window& window, ui& with, workbench& bench, const options& asked);

} // namespace weir::viz
