#pragma once

#include "model/trace_view.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

struct tick {
  double at = 0; ///< in the axis' own unit; ns for times
  std::string label = {};
};

/// Round times within the range, at most `most` of them: steps of 1, 2 or 5 times a power of ten,
/// labelled in the unit that suits the step ("1.25 s", "350 ms"). Distinct ticks have distinct
/// labels.
[[nodiscard]] std::vector<tick> time_ticks(time_range range, std::size_t most);

/// Round values from `low` to `high`, at most `most` (at least 2) of them; whole numbers for a
/// series of whole numbers.
[[nodiscard]] std::vector<tick> value_ticks(double low, double high, std::size_t most);

/// The least of 1, 2, 5 times a power of ten that is not below `value`: a calm top for a chart.
[[nodiscard]] double nice_ceiling(double value);

/// "1.234 s" with as many decimals as `resolution_ns` needs: for the cursor's time.
[[nodiscard]] std::string format_time(nanos t_ns, nanos resolution_ns = 1'000'000);

/// "12", "3.1", "0.042", "1.2 k", "3.4 M": at most three significant digits.
[[nodiscard]] std::string format_number(double value);

/// "calls", but "call" of 1: units that are counted come as plurals.
[[nodiscard]] std::string unit_of(double value, std::string_view unit);

/// "B" and "B/s" count in powers of 1024.
[[nodiscard]] bool counts_bytes(std::string_view unit);
/// "512 B", "1.5 KiB", "64 MiB/s": three significant digits.
[[nodiscard]] std::string format_bytes(double value, std::string_view unit);

} // namespace weir::viz
