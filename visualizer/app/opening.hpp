#pragma once

#include "app/options.hpp"
#include "session/workbench.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weir::viz {

/// Opens what the options name: a trace file or a live session. `wake` is called from any thread
/// when the session has something new. Throws trace::file_error, std::runtime_error.
[[nodiscard]] std::unique_ptr<workbench> open_workbench(const options& asked,
                                                        std::function<void()> wake);

/// Puts cursor, tab and mode where the options want them. Call when there is a run.
void place(workbench& bench, const options& asked);

/// For a picture or a text: waits until a live session has its first run. Throws
/// std::runtime_error with what the session says when there will be none.
void wait_for_first_run(workbench& bench);

/// The picture as text on standard output.
void print_text(workbench& bench);

} // namespace weir::viz
