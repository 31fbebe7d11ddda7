#include "model/latency_series.hpp"

#include "model/pyramid.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

/// Nearest rank: the smallest length that at least `percent` of all do not exceed.
nanos percentile(std::vector<nanos>& lengths, std::size_t from, std::size_t percent) {
  const std::size_t rank = std::max<std::size_t>((lengths.size() * percent + 99) / 100, 1) - 1;
  const auto at = lengths.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(lengths.begin() + static_cast<std::ptrdiff_t>(from), at, lengths.end());
  return *at;
}

} // namespace

std::vector<latency_window> latency_series::windows_in(time_range range, std::size_t count) const {
  std::vector<latency_window> result(count);
  std::vector<nanos> served;
  auto first =
      static_cast<std::size_t>(std::ranges::lower_bound(ends, range.from_ns) - ends.begin());
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    auto& window = result[i];
    window.range = {column_start(range, i, count),
                    last ? range.to_ns : column_start(range, i + 1, count)};
    const auto rest = ends.subspan(first);
    const auto stop = last ? std::ranges::upper_bound(rest, window.range.to_ns)
                           : std::ranges::lower_bound(rest, window.range.to_ns);
    const auto in_window = static_cast<std::size_t>(stop - rest.begin());
    served.clear();
    for (std::size_t at = first; at < first + in_window; ++at) {
      if (was_served(static_cast<trace::outcome>(how[at]))) {
        served.push_back(lengths[at]);
      }
    }
    window.count = static_cast<std::uint32_t>(served.size());
    window.turned_away = static_cast<std::uint32_t>(in_window - served.size());
    if (!served.empty()) {
      window.p50 = percentile(served, 0, 50);
      // What is right of the median is larger, so only that part has to be looked at again.
      const std::size_t median = std::max<std::size_t>((served.size() * 50 + 99) / 100, 1) - 1;
      window.p99 = percentile(served, median, 99);
      window.max = *std::ranges::max_element(served.begin() + static_cast<std::ptrdiff_t>(median),
                                             served.end());
    }
    first += in_window;
  }
  return result;
}

} // namespace weir::viz
