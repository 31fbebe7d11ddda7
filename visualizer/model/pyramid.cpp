#include "model/pyramid.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

using extent = pyramid::extent;

constexpr std::size_t fan_out = pyramid::fan_out;

extent join(const extent& a, const extent& b) noexcept {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

extent as_extent(double value) noexcept {
  return {value, value};
}

extent as_extent(extent one) noexcept {
  return one;
}

template <class Finer>
void build_level(std::span<const Finer> finer, extent* out) {
  const std::size_t full = finer.size() / fan_out;
  for (std::size_t i = 0; i < full; ++i) {
    const Finer* const run = finer.data() + i * fan_out;
    out[i] = join(join(as_extent(run[0]), as_extent(run[1])),
                  join(as_extent(run[2]), as_extent(run[3])));
  }
}

template <class Finer>
void scan(std::span<const Finer> finer, std::size_t from, std::size_t to, extent& seen) {
  for (std::size_t i = from; i < to; ++i) {
    seen = join(seen, as_extent(finer[i]));
  }
}

/// First index in [from, size) whose time is not before `t_ns` (with `inclusive`: is after it).
std::size_t gallop(std::span<const nanos> times, std::size_t from, nanos t_ns, bool inclusive,
                   std::size_t& visited) {
  const auto before = [&](std::size_t i) {
    ++visited;
    return inclusive ? times[i] <= t_ns : times[i] < t_ns;
  };
  std::size_t low = from;
  std::size_t step = 1;
  while (low + step <= times.size() && before(low + step - 1)) {
    low += step;
    step *= 2;
  }
  std::size_t high = std::min(low + step - 1, times.size());
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

} // namespace

pyramid::pyramid(std::span<const double> values) : values_(values) {
  static_assert(fan_out == 4);
  std::size_t all = 0;
  for (std::size_t n = values.size() / fan_out; n != 0; n /= fan_out) {
    offsets_.push_back(all);
    all += n;
  }
  buckets_.resize(all);
  for (std::size_t level = 0; level < offsets_.size(); ++level) {
    auto* const out = buckets_.data() + offsets_[level];
    if (level == 0) {
      build_level(values, out);
    } else {
      const auto* const below = buckets_.data() + offsets_[level - 1];
      build_level(std::span<const extent>(below, out), out);
    }
  }
}

pyramid::extent pyramid::range(std::size_t from, std::size_t to, query_cost* cost) const {
  extent seen{values_[from], values_[from]};
  std::size_t visited = 0;
  for (std::size_t level = 0;; ++level) {
    const std::size_t up = (from + fan_out - 1) / fan_out * fan_out;
    const std::size_t down = to / fan_out * fan_out;
    const bool climb = level < offsets_.size() && up < down;
    const auto look = [&](std::size_t begin, std::size_t end) {
      visited += end - begin;
      if (level == 0) {
        scan(values_, begin, end, seen);
      } else {
        const auto* const buckets = buckets_.data() + offsets_[level - 1];
        scan(std::span<const extent>(buckets, end), begin, end, seen);
      }
    };
    if (!climb) {
      look(from, to);
      break;
    }
    look(from, up);
    look(down, to);
    from = up / fan_out;
    to = down / fan_out;
  }
  if (cost != nullptr) {
    cost->visited += visited;
  }
  return seen;
}

step_series::step_series(std::span<const nanos> times, std::span<const double> values,
                         std::span<const std::uint32_t> events)
    : times_(times), values_(values), events_(events), index_(values) {}

double step_series::at_event(std::size_t event_count, double otherwise) const noexcept {
  const auto after = std::ranges::lower_bound(events_, event_count);
  return after == events_.begin() ? otherwise
                                  : values_[static_cast<std::size_t>(after - events_.begin()) - 1];
}

double step_series::at_time(nanos t_ns, double otherwise) const noexcept {
  const auto after = std::ranges::upper_bound(times_, t_ns);
  return after == times_.begin() ? otherwise
                                 : values_[static_cast<std::size_t>(after - times_.begin()) - 1];
}

pyramid::extent step_series::extent() const {
  return empty() ? pyramid::extent{} : index_.range(0, size());
}

namespace {

/// Calls `stood(value, for_ns)` for every value that stood during a part of the range.
template <class Stood>
void walk(const step_series& series, time_range range, Stood stood) {
  const auto times = series.times();
  const auto first = std::ranges::upper_bound(times, range.from_ns);
  auto i = static_cast<std::size_t>(first - times.begin());
  nanos since = range.from_ns;
  if (i == 0) {
    if (times.empty()) {
      return;
    }
    since = times[0];
    i = 1;
  }
  for (; since < range.to_ns; ++i) {
    const nanos until = i < times.size() ? std::min(times[i], range.to_ns) : range.to_ns;
    stood(series.values()[i - 1], static_cast<double>(until - since));
    since = until;
    if (i >= times.size()) {
      break;
    }
  }
}

} // namespace

double step_series::mean(time_range range) const noexcept {
  double area = 0;
  double length = 0;
  walk(*this, range, [&](double value, double for_ns) {
    area += value * for_ns;
    length += for_ns;
  });
  return length > 0 ? area / length : 0;
}

double step_series::share_at_least(double level, time_range range) const noexcept {
  double above = 0;
  walk(*this, range, [&](double value, double for_ns) { above += value >= level ? for_ns : 0; });
  return range.length() > 0 ? above / static_cast<double>(range.length()) : 0;
}

query_cost step_series::columns(time_range range, std::span<column> out) const {
  query_cost cost;
  std::size_t next = gallop(times_, 0, range.from_ns, false, cost.visited);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool rightmost = i + 1 == out.size();
    const nanos begin = column_start(range, i, out.size());
    const nanos end = rightmost ? range.to_ns : column_start(range, i + 1, out.size());
    const std::size_t from = next;
    next = gallop(times_, from, end, rightmost, cost.visited);
    column& here = out[i];
    here = {};
    here.points = static_cast<std::uint32_t>(next - from);
    const bool stood = from > 0 && (next == from || times_[from] > begin);
    if (!stood && next == from) {
      continue;
    }
    here.has_value = true;
    here.first = stood ? values_[from - 1] : values_[from];
    here.min = here.max = here.first;
    if (next != from) {
      const auto inside = index_.range(from, next, &cost);
      here.min = std::min(here.min, inside.min);
      here.max = std::max(here.max, inside.max);
    }
    here.last = values_[next - 1];
  }
  return cost;
}

nanos column_end(time_range range, nanos t_ns, std::size_t columns) noexcept {
  const double share = static_cast<double>(std::max<nanos>(t_ns - range.from_ns, 0)) /
                       static_cast<double>(std::max<nanos>(range.length(), 1));
  auto next = static_cast<std::size_t>(share * static_cast<double>(columns)) + 1;
  while (next < columns && column_start(range, next, columns) <= t_ns) {
    ++next; // rounded down
  }
  return next < columns ? column_start(range, next, columns) : range.to_ns + 1;
}

} // namespace weir::viz
