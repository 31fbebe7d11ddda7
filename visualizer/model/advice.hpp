#pragma once

#include "model/figures.hpp"
#include "model/timeline.hpp"

#include <weir/knob.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

/// A knob and what it is set to.
struct knob_value {
  knob_info info = {};
  double value = 0;
};

/// What is known of a run beside its trace. All of it may be missing.
struct run_facts {
  std::span<const knob_value> knobs = {};
  std::string_view ended = {}; ///< as the scene's result says it; empty: as the trace says it
  nanos horizon_ns = 0;        ///< how long the scene meant to run; 0 = not known
};

enum class urgency : std::uint8_t { hint, warning, wrong };

/// One plain sentence and the figures it rests on.
struct advice {
  std::string_view rule = {}; ///< stable name: "retries-multiply", "queue-full", ...
  urgency weight = urgency::hint;
  std::string text = {};      ///< "retries multiply the load by 3.1"
  std::string evidence = {};  ///< "4,650 attempts for 1,500 requests"
  std::string try_this = {};  ///< what to turn, empty when nothing is at hand
  std::string_view knob = {}; ///< the knob meant by it, empty when none; points into the facts
};

/// The warnings that the trace gives evidence for, the most urgent first; none otherwise. Every
/// rule has a floor of observations below which it keeps silent. O(points of the gauges).
[[nodiscard]] std::vector<advice> advise(const timeline& line, const run_facts& facts = {});

} // namespace weir::viz
