#include "model/lane_rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::viz {

namespace {

outcome_set outcomes_of(const span_bar& bar) noexcept {
  outcome_set seen;
  seen.add(bar.how);
  if (bar.open()) {
    seen.add_open();
  }
  return seen;
}

} // namespace

lane_rows::lane_rows(std::span<span_bar> spans) {
  for (const auto levels : place_spans(spans)) {
    first_row_.push_back(first_row_.back() + levels);
  }
  offsets_.assign(first_row_.back() + std::size_t{1}, 0);
  const auto row_of = [&](const span_bar& bar) {
    return std::size_t{first_row_[bar.lane]} + bar.level;
  };
  for (const auto& bar : spans) {
    ++offsets_[row_of(bar) + 1];
  }
  for (std::size_t row = 1; row < offsets_.size(); ++row) {
    offsets_[row] += offsets_[row - 1];
  }
  bars_.resize(spans.size());
  std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    bars_[next[row_of(spans[i])]++] = static_cast<std::uint32_t>(i);
  }
  summarize(spans);
  name_lanes(spans);
}

void lane_rows::name_lanes(std::span<const span_bar> spans) {
  std::vector<std::pair<trace::source_id, double>> times; // few: scenes have a handful of names
  for (std::uint32_t lane = 0; lane < lanes(); ++lane) {
    times.clear();
    for (const auto index : row(first_row_[lane])) {
      const auto& bar = spans[index];
      const auto known = std::ranges::find(times, bar.source, &decltype(times)::value_type::first);
      const auto time = static_cast<double>(bar.length()) + 1;
      if (known != times.end()) {
        known->second += time;
      } else {
        times.emplace_back(bar.source, time);
      }
    }
    const auto most = std::ranges::max_element(times, {}, &decltype(times)::value_type::second);
    main_sources_.push_back(most == times.end() ? trace::source_id{0} : most->first);
  }
}

void lane_rows::summarize(std::span<const span_bar> spans) {
  const auto join = [](summary& to, const summary& other) {
    to.end_ns = std::max(to.end_ns, other.end_ns);
    to.outcomes.add(other.outcomes);
  };
  summaries_.reserve(bars_.size() / (fan_out - 1));
  summary_offsets_.reserve(offsets_.size() - 1);
  for (std::uint32_t each = 0; each + 1 < offsets_.size(); ++each) {
    const auto own = row(each);
    std::size_t below = summaries_.size();
    summary_offsets_.push_back(below);
    for (std::size_t i = 0; i + fan_out <= own.size(); i += fan_out) {
      summary sum;
      for (const auto bar : own.subspan(i, fan_out)) {
        join(sum, {spans[bar].end_ns, outcomes_of(spans[bar])});
      }
      summaries_.push_back(sum);
    }
    for (std::size_t count = (summaries_.size() - below) / fan_out; count != 0; count /= fan_out) {
      const std::size_t finer = below;
      below = summaries_.size();
      for (std::size_t i = 0; i < count * fan_out; i += fan_out) {
        summary sum;
        for (std::size_t k = 0; k < fan_out; ++k) {
          join(sum, summaries_[finer + i + k]);
        }
        summaries_.push_back(sum);
      }
    }
  }
}

/// Goes along a row from column to column, over as many bars at a time as a column holds.
class row_walk {
public:
  row_walk(const lane_rows& rows, std::span<const span_bar> spans, std::uint32_t row,
           time_range range, std::size_t columns)
      : rows_(rows),
        spans_(spans),
        own_(rows.row(row)),
        range_(range),
        columns_(columns),
        scale_(static_cast<double>(columns) / static_cast<double>(range.length())),
        level_(own_.empty() ? 0 : spans[own_[0]].level) {
    std::size_t from = rows.summary_offsets_[row];
    for (std::size_t count = own_.size() / lane_rows::fan_out; count != 0;
         count /= lane_rows::fan_out) {
      levels_[depth_++] = from;
      from += count;
    }
  }

  std::size_t run(std::vector<drawn_bar>& out) {
    at_ = first_in_view();
    while (at_ < own_.size() && bar().begin_ns <= range_.to_ns) {
      ++visited_;
      if (bar().end_ns < range_.from_ns) { // only where bars overlap
        ++at_;
        continue;
      }
      const auto& first = bar();
      out.push_back({first.begin_ns, first.end_ns, own_[at_], 1, outcomes_of(first), level_});
      ++at_;
      if (narrow(first)) {
        take_in_rest(column_end(range_, first.begin_ns, columns_), out.back());
      }
    }
    return visited_;
  }

private:
  /// Everything narrow that begins before `end_ns`, the end of the column.
  void take_in_rest(nanos end_ns, drawn_bar& shared) {
    const auto add = [&](nanos until, outcome_set outcomes, std::size_t count) {
      shared.end_ns = std::max(shared.end_ns, until);
      shared.outcomes.add(outcomes);
      shared.merged += static_cast<std::uint32_t>(count);
      at_ += count;
    };
    while (at_ < own_.size() && bar().begin_ns < end_ns) {
      const lane_rows::summary* several = nullptr;
      std::size_t count = 1;
      if (bar().begin_ns >= range_.from_ns) {
        several = most_before(end_ns, count);
      }
      ++visited_;
      if (several != nullptr) {
        add(several->end_ns, several->outcomes, count);
      } else if (bar().end_ns < range_.from_ns) {
        ++at_;
      } else if (narrow(bar())) {
        add(bar().end_ns, outcomes_of(bar()), 1);
      } else {
        return;
      }
    }
  }

  /// The summary of the most bars from here on that have all ended before `end_ns`; null: not even
  /// of the fewest.
  const lane_rows::summary* most_before(nanos end_ns, std::size_t& count) {
    const lane_rows::summary* found = nullptr;
    std::size_t size = lane_rows::fan_out;
    for (std::size_t level = 0; level < depth_ && at_ % size == 0 && at_ + size <= own_.size();
         ++level, size *= lane_rows::fan_out) {
      ++visited_;
      const auto& here = rows_.summaries_[levels_[level] + at_ / size];
      if (here.end_ns >= end_ns) {
        break;
      }
      found = &here;
      count = size;
    }
    return found;
  }

  /// The first bar that has not ended before the range; past the last one when all have.
  std::size_t first_in_view() {
    std::size_t at = 0;
    std::size_t size = 1;
    for (std::size_t level = 0; level < depth_; ++level) {
      size *= lane_rows::fan_out;
    }
    for (std::size_t level = depth_; level-- > 0; size /= lane_rows::fan_out) {
      const auto* const here = &rows_.summaries_[levels_[level]];
      while (at + size <= own_.size() && here[at / size].end_ns < range_.from_ns) {
        ++visited_;
        at += size;
      }
    }
    while (at < own_.size() && spans_[own_[at]].end_ns < range_.from_ns) {
      ++visited_;
      ++at;
    }
    return at;
  }

  [[nodiscard]] bool narrow(const span_bar& one) const noexcept {
    return static_cast<double>(one.length()) * scale_ < 1;
  }

  [[nodiscard]] const span_bar& bar() const noexcept { return spans_[own_[at_]]; }

  const lane_rows& rows_;
  std::span<const span_bar> spans_;
  std::span<const std::uint32_t> own_;
  time_range range_;
  std::size_t columns_;
  double scale_;
  std::uint8_t level_;
  std::array<std::size_t, 16> levels_{}; ///< where each level of the pyramid begins: 4^16 = 2^32
  std::size_t depth_ = 0;
  std::size_t at_ = 0;
  std::size_t visited_ = 0;
};

query_cost lane_rows::draw(std::span<const span_bar> spans, std::uint32_t row, time_range range,
                           std::size_t columns, std::vector<drawn_bar>& out) const {
  return {row_walk(*this, spans, row, range, columns).run(out)};
}

std::size_t lane_rows::bytes() const noexcept {
  return bars_.capacity() * sizeof(bars_[0]) + summaries_.capacity() * sizeof(summary) +
         (first_row_.capacity() * sizeof(first_row_[0])) +
         (offsets_.capacity() + summary_offsets_.capacity()) * sizeof(offsets_[0]);
}

} // namespace weir::viz
