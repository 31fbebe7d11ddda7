#pragma once

#include "app/glfw_window.hpp"
#include "app/options.hpp"
#include "session/workbench.hpp"

namespace weir::viz {

/// Runs the window until it is closed or the session ends. Draws only on input, on news from the
/// session, and while something moves.
void run_window(glfw_window& window, ui& with, workbench& bench, const options& asked);

} // namespace weir::viz
