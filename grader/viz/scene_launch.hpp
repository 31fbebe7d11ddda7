#pragma once

#include "judge/process.hpp"
#include "protocol/feed.hpp"

#include <chrono>

namespace weir::grader::viz {

/// `runner` for the window to start: what the sandbox made of it, without the descriptors that a
/// scene runner serves. Pure.
protocol::scene_launch launch_of(const process_spec& runner, std::chrono::milliseconds patience);

} // namespace weir::grader::viz
