#include "model/outcome_series.hpp"

#include <algorithm>
#include <numeric>

namespace weir::viz {

std::uint64_t total(const outcome_counts& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

outcome_counts outcome_series::counts(std::size_t from, std::size_t to) const noexcept {
  const auto up_to = [&](std::size_t end) {
    auto sum = prefix[end / block];
    for (std::size_t i = end / block * block; i < end; ++i) {
      ++sum[kinds[i]];
    }
    return sum;
  };
  outcome_counts result{};
  if (from < to) {
    result = up_to(to);
    const auto before = up_to(from);
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] -= before[i];
    }
  }
  return result;
}

outcome_counts outcome_series::at_event(std::size_t event_count) const noexcept {
  const auto after = std::ranges::lower_bound(events, event_count);
  return counts(0, static_cast<std::size_t>(after - events.begin()));
}

outcome_counts outcome_series::in(time_range range) const noexcept {
  const auto from = std::ranges::lower_bound(times, range.from_ns) - times.begin();
  const auto to = std::ranges::lower_bound(times, range.to_ns) - times.begin();
  return counts(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
}

query_cost outcome_series::columns(time_range range, std::span<outcome_counts> out) const {
  query_cost cost;
  auto from = std::ranges::lower_bound(times, range.from_ns);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::span<const nanos> rest(from, times.end());
    const bool last = i + 1 == out.size();
    const auto to = last ? std::ranges::upper_bound(rest, range.to_ns)
                         : std::ranges::lower_bound(rest, column_start(range, i + 1, out.size()));
    const auto begin = static_cast<std::size_t>(from - times.begin());
    const auto count = static_cast<std::size_t>(to - rest.begin());
    if (count <= block) {
      out[i] = {};
      for (std::size_t k = begin; k < begin + count; ++k) {
        ++out[i][kinds[k]];
      }
      cost.visited += count + 1;
    } else {
      out[i] = counts(begin, begin + count);
      cost.visited += 2 * block;
    }
    from += static_cast<std::ptrdiff_t>(count);
  }
  return cost;
}

} // namespace weir::viz
