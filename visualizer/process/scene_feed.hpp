#pragma once

#include "process/simulation.hpp"

#include <memory>

namespace weir::viz {

/// The live side of the window: `feed` is one end of a stream socket whose other end speaks as
/// protocol/feed.hpp says; it is taken over.
///
/// Scene runners are children of this process. Each has a channel and memory of its own; one that
/// crashes or hangs is a banner, and a fresh one takes its place. All of it happens on a thread of
/// its own; destroying the object ends thread and children. Waits for the list of scenes, at most
/// ten seconds. Throws std::runtime_error when it does not come, std::system_error when there are
/// no descriptors left.
[[nodiscard]] std::unique_ptr<simulation> open_scene_feed(int feed);

} // namespace weir::viz
