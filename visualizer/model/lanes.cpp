#include "model/timeline_body.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>

namespace weir::viz {

namespace {

constexpr std::size_t most_levels = span_bar::max_levels;

/// The lowest-numbered lane that is free, or a new one.
class free_lanes {
public:
  std::uint32_t take(nanos begin, nanos until) {
    while (!busy_.empty() && busy_.top().until <= begin) {
      free_.push(busy_.top().lane);
      busy_.pop();
    }
    std::uint32_t lane = count_;
    if (free_.empty()) {
      ++count_;
    } else {
      lane = free_.top();
      free_.pop();
    }
    busy_.push({until, lane});
    return lane;
  }

  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

private:
  struct taken {
    nanos until;
    std::uint32_t lane;

    bool operator>(const taken& other) const noexcept { return until > other.until; }
  };

  std::priority_queue<taken, std::vector<taken>, std::greater<>> busy_;
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free_;
  std::uint32_t count_ = 0;
};

} // namespace

void pack_lanes(std::span<span_bar> spans, std::vector<std::uint32_t>& lane_bars,
                std::vector<std::uint32_t>& lane_offsets, std::vector<std::uint8_t>& lane_levels) {
  // A lane is taken until the last descendant has ended. Children stand behind their parents.
  std::vector<nanos> until(spans.size());
  for (std::size_t i = spans.size(); i-- > 0;) {
    until[i] = std::max(until[i], spans[i].end_ns);
    if (spans[i].parent >= 0) {
      auto& above = until[static_cast<std::size_t>(spans[i].parent)];
      above = std::max(above, until[i]);
    }
  }

  free_lanes lanes;
  std::vector<std::array<nanos, most_levels>> level_ends;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    auto& bar = spans[i];
    std::size_t level = 0;
    if (bar.parent < 0) {
      // A span of no length still takes its place.
      bar.lane = lanes.take(bar.begin_ns, std::max(until[i], bar.begin_ns + 1));
      level_ends.resize(lanes.count());
    } else {
      const auto& parent = spans[static_cast<std::size_t>(bar.parent)];
      bar.lane = parent.lane;
      level = std::min<std::size_t>(parent.level + 1U, most_levels - 1);
      while (level + 1 < most_levels && level_ends[bar.lane][level] > bar.begin_ns) {
        ++level;
      }
    }
    bar.level = static_cast<std::uint8_t>(level);
    level_ends[bar.lane][level] = bar.end_ns;
  }

  lane_offsets.assign(lanes.count() + std::size_t{1}, 0);
  lane_levels.assign(lanes.count(), 1);
  for (const auto& bar : spans) {
    ++lane_offsets[bar.lane + std::size_t{1}];
    lane_levels[bar.lane] =
        std::max(lane_levels[bar.lane], static_cast<std::uint8_t>(bar.level + 1));
  }
  for (std::size_t lane = 0; lane < lanes.count(); ++lane) {
    lane_offsets[lane + 1] += lane_offsets[lane];
  }
  lane_bars.resize(spans.size());
  std::vector<std::uint32_t> next(lane_offsets.begin(), lane_offsets.end() - 1);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    lane_bars[next[spans[i].lane]++] = static_cast<std::uint32_t>(i);
  }
}

query_cost timeline::lane_bars(std::uint32_t lane_number, time_range range, std::size_t columns,
                               std::vector<drawn_bar>& out) const {
  query_cost cost;
  if (lane_number >= lanes() || range.length() <= 0 || columns == 0) {
    return cost;
  }
  const auto bars = lane(lane_number);
  const auto all = spans();
  const auto begins_after = [&](nanos t, std::uint32_t i) {
    return t < all[i].begin_ns;
  };
  auto first = std::upper_bound(bars.begin(), bars.end(), range.from_ns, begins_after);
  while (first != bars.begin() && all[*(first - 1)].level != 0) {
    --first; // to the outermost span, which may reach into the range with all that it holds
  }
  first -= first != bars.begin() ? 1 : 0;

  struct open_column {
    std::size_t at = 0; ///< index in `out`
    std::int64_t column = -1;
  };

  std::array<open_column, most_levels> merging{};
  const double scale = static_cast<double>(columns) / static_cast<double>(range.length());
  for (; first != bars.end() && all[*first].begin_ns <= range.to_ns; ++first) {
    const auto& bar = all[*first];
    ++cost.visited;
    if (bar.end_ns < range.from_ns) {
      continue;
    }
    auto& level = merging[bar.level];
    const bool narrow = static_cast<double>(bar.length()) * scale < 1;
    const auto column =
        static_cast<std::int64_t>(static_cast<double>(bar.begin_ns - range.from_ns) * scale);
    if (narrow && level.column == column) {
      auto& shared = out[level.at];
      shared.end_ns = std::max(shared.end_ns, bar.end_ns);
      shared.worst = std::max(shared.worst, bar.how);
      ++shared.merged;
      continue;
    }
    level = {out.size(), narrow ? column : -1};
    out.push_back({bar.begin_ns, bar.end_ns, *first, 1, bar.how, bar.level});
  }
  return cost;
}

} // namespace weir::viz
