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

/// When the last descendant of each has ended: so long is its lane taken. Children stand behind
/// their parents.
std::vector<nanos> last_ends(std::span<const span_bar> spans) {
  std::vector<nanos> until(spans.size());
  for (std::size_t i = spans.size(); i-- > 0;) {
    until[i] = std::max(until[i], spans[i].end_ns);
    if (spans[i].parent >= 0) {
      auto& above = until[static_cast<std::size_t>(spans[i].parent)];
      above = std::max(above, until[i]);
    }
  }
  return until;
}

} // namespace

std::vector<std::uint8_t> place_spans(std::span<span_bar> spans) {
  const auto until = last_ends(spans);
  free_lanes lanes;
  std::vector<std::array<nanos, most_levels>> level_ends;
  std::vector<std::uint8_t> levels;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    auto& bar = spans[i];
    std::size_t level = 0;
    if (bar.parent < 0) {
      // A span of no length still takes its place.
      bar.lane = lanes.take(bar.begin_ns, std::max(until[i], bar.begin_ns + 1));
      level_ends.resize(lanes.count());
      levels.resize(lanes.count());
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
    levels[bar.lane] = std::max(levels[bar.lane], static_cast<std::uint8_t>(level + 1));
  }
  return levels;
}

std::uint32_t timeline::rows_before(std::uint32_t lane) const noexcept {
  return body_->rows.rows_before(std::min(lane, lanes()));
}

std::uint8_t timeline::lane_levels(std::uint32_t lane) const noexcept {
  return lane < lanes() ? static_cast<std::uint8_t>(rows_before(lane + 1) - rows_before(lane))
                        : std::uint8_t{0};
}

std::string_view timeline::lane_name(std::uint32_t lane) const noexcept {
  return lane < lanes() ? std::string_view(trace().source(body_->rows.main_source(lane)).name)
                        : std::string_view{};
}

std::span<const std::uint32_t> timeline::lane_row(std::uint32_t lane,
                                                  std::uint8_t level) const noexcept {
  return level < lane_levels(lane) ? body_->rows.row(rows_before(lane) + level)
                                   : std::span<const std::uint32_t>{};
}

query_cost timeline::lane_bars(std::uint32_t lane, time_range range, std::size_t columns,
                               std::vector<drawn_bar>& out) const {
  query_cost cost;
  if (range.length() <= 0 || columns == 0) {
    return cost;
  }
  for (std::uint8_t level = 0; level < lane_levels(lane); ++level) {
    cost.visited +=
        body_->rows.draw(spans(), rows_before(lane) + level, range, columns, out).visited;
  }
  return cost;
}

const span_bar* timeline::span_at(std::uint32_t lane, nanos t_ns) const noexcept {
  const auto own = lane_row(lane, 0);
  const auto after = std::ranges::upper_bound(
      own, t_ns, {}, [&](std::uint32_t index) { return spans()[index].begin_ns; });
  if (after == own.begin()) {
    return nullptr;
  }
  const auto& last = spans()[*(after - 1)];
  return t_ns < last.end_ns ? &last : nullptr;
}

} // namespace weir::viz
