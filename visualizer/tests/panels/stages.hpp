/// \file
/// Workbenches in every state that a panel has to show, by name. Tests go over all of them, and
/// weir_viz_gallery draws them for a person to look at.
#pragma once

#include "session/workbench.hpp"
#include "tests/session/fake_simulation.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir::viz::test {

struct stage {
  std::string name; ///< "breaker: open, half of the countdown"
  std::unique_ptr<workbench> (*set)();
  bool heavy = false; ///< takes long to make: looked at in one size only
};

[[nodiscard]] std::vector<stage> flow_stages();
[[nodiscard]] std::vector<stage> breaker_stages();
[[nodiscard]] std::vector<stage> knob_stages();
[[nodiscard]] std::vector<stage> goal_stages();
[[nodiscard]] std::vector<stage> frame_stages(); ///< header, banner, menu, transport, help
[[nodiscard]] std::vector<stage> charts_stages();
[[nodiscard]] std::vector<stage> lane_stages();
[[nodiscard]] std::vector<stage> tree_stages();
[[nodiscard]] std::vector<stage> event_stages();
[[nodiscard]] std::vector<stage> compare_stages();
[[nodiscard]] std::vector<stage> sweep_stages();
[[nodiscard]] std::vector<stage> all_stages();

/// A live session in which the scene has run once and given this.
[[nodiscard]] std::unique_ptr<workbench> live_with(run_finished done,
                                                   scene_opened scene = fake_simulation::scene());
[[nodiscard]] std::unique_ptr<workbench> live_with(const trace_builder& run);
[[nodiscard]] std::unique_ptr<workbench> live_with(const trace_builder& run, nanos at);

} // namespace weir::viz::test
