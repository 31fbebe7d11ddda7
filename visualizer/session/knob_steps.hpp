#pragma once

#include <weir/knob.hpp>

#include <cstddef>

namespace weir::viz {

/// `value` held within the knob's range; whole where the knob is whole. What was given in words or
/// digits goes through this and is otherwise kept.
[[nodiscard]] double within_range(const knob_info& knob, double value);

/// The same, to the nearest step from the range's beginning: what a hand on a slider means.
[[nodiscard]] double quantized(const knob_info& knob, double value);

/// How many runs a sweep over the knob takes: each value where there are few, `most` otherwise.
[[nodiscard]] std::size_t sweep_count(const knob_info& knob, std::size_t most = 24);

} // namespace weir::viz
