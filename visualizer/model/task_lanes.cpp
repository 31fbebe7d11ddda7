#include "model/task_lanes.hpp"

#include "model/flat_map.hpp"
#include "model/timeline_body.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace weir::viz {

namespace {

using trace::event;
using trace::event_kind;

class task_folder {
public:
  explicit task_folder(const trace_view& trace) : trace_(trace) {}

  void run() {
    time_guard guard;
    std::uint32_t index = 0;
    for (const event& e : trace_.events()) {
      now_ = guard(e.t_ns);
      add(e, index++);
    }
    for (auto& lane : lanes_) {
      if (lane.end_event == task_stretch::no_event) {
        lane.end_ns = now_;
        close(lane, task_stretch::no_event);
      }
    }
    name_lanes();
  }

  /// The stretches of each lane, one lane after the other.
  [[nodiscard]] std::vector<task_stretch> sorted() {
    std::uint32_t first = 0;
    for (auto& lane : lanes_) {
      lane.first = first;
      first += lane.count;
      lane.count = 0;
    }
    std::vector<task_stretch> result(found_.size());
    for (std::size_t i = 0; i < found_.size(); ++i) {
      auto& lane = lanes_[lane_of_[i]];
      result[lane.first + lane.count++] = found_[i];
    }
    return result;
  }

  [[nodiscard]] std::vector<task_lane> lanes() { return std::move(lanes_); }

private:
  void add(const event& e, std::uint32_t index) {
    switch (e.kind) {
    case event_kind::task_started:
    case event_kind::task_named:
      static_cast<void>(lane(e, index));
      break;
    case event_kind::task_suspended:
      turn(lane(e, index), index, task_doing::waiting, e.source);
      break;
    case event_kind::task_resumed:
      turn(lane(e, index), index, task_doing::running, 0);
      break;
    case event_kind::task_ended:
      end(lane(e, index), e, index);
      break;
    default:
      break;
    }
  }

  /// A task of which nothing was known runs from here on.
  task_lane& lane(const event& e, std::uint32_t index) {
    const auto known = index_.find(e.task);
    if (known != flat_map::none) {
      return lanes_[known];
    }
    index_.set(e.task, static_cast<std::uint32_t>(lanes_.size()));
    auto& fresh =
        lanes_.emplace_back(task_lane{.task = e.task, .begin_ns = now_, .begin_event = index});
    open_.push_back(0);
    open(fresh, index, task_doing::running, 0);
    return fresh;
  }

  void open(task_lane& lane, std::uint32_t index, task_doing doing, trace::source_id site) {
    const auto number = static_cast<std::uint32_t>(&lane - lanes_.data());
    open_[number] = static_cast<std::uint32_t>(found_.size());
    lane_of_.push_back(number);
    found_.push_back({.begin_ns = now_, .begin_event = index, .site = site, .doing = doing});
    ++lane.count;
  }

  void close(const task_lane& lane, std::uint32_t index) {
    auto& last = found_[open_[static_cast<std::size_t>(&lane - lanes_.data())]];
    last.end_ns = now_;
    last.end_event = index;
  }

  void turn(task_lane& lane, std::uint32_t index, task_doing doing, trace::source_id site) {
    if (lane.end_event == task_stretch::no_event) {
      close(lane, index);
      open(lane, index, doing, site);
    }
  }

  void end(task_lane& lane, const event& e, std::uint32_t index) {
    if (lane.end_event != task_stretch::no_event) {
      return;
    }
    close(lane, index);
    lane.end_ns = now_;
    lane.end_event = index;
    lane.how = e.detail <= static_cast<std::uint8_t>(trace::task_end::destroyed)
                   ? static_cast<trace::task_end>(e.detail)
                   : trace::task_end::completed;
  }

  void name_lanes() {
    std::unordered_map<std::string, std::uint32_t> uses;
    for (auto& lane : lanes_) {
      lane.name = trace_.task_name(lane.task);
      ++uses[lane.name];
    }
    for (auto& lane : lanes_) {
      if (uses[lane.name] > 1) {
        lane.name += " [" + std::to_string(lane.task) + "]";
      }
    }
  }

  const trace_view& trace_;
  std::vector<task_lane> lanes_;
  std::vector<std::uint32_t> open_; ///< by lane: its latest stretch
  std::vector<task_stretch> found_; ///< in order of their begin
  std::vector<std::uint32_t> lane_of_;
  flat_map index_; ///< task to lane
  nanos now_ = 0;
};

} // namespace

task_lanes::task_lanes(const trace_view& trace) {
  task_folder fold(trace);
  fold.run();
  stretches_ = fold.sorted();
  lanes_ = fold.lanes();
  running_.reserve(stretches_.size() + 1);
  running_.push_back(0);
  for (const auto& one : stretches_) {
    running_.push_back(running_.back() + (one.doing == task_doing::running ? 1 : 0));
  }
}

const task_stretch* task_lanes::at_event(const task_lane& lane,
                                         std::size_t event_count) const noexcept {
  const auto own = stretches(lane);
  const auto after = std::ranges::lower_bound(own, event_count, {}, &task_stretch::begin_event);
  return after == own.begin() || lane.end_event < event_count ? nullptr : &*(after - 1);
}

query_cost task_lanes::bars(const task_lane& lane, time_range range, std::size_t columns,
                            std::vector<drawn_stretch>& out) const {
  query_cost cost;
  if (range.length() <= 0 || columns == 0) {
    return cost;
  }
  const auto own = stretches(lane);
  const double scale = static_cast<double>(columns) / static_cast<double>(range.length());
  const auto narrow = [&](const task_stretch& one) {
    return static_cast<double>(one.length()) * scale < 1;
  };
  auto one = std::ranges::lower_bound(own, range.from_ns, {}, &task_stretch::end_ns);
  while (one != own.end() && one->begin_ns <= range.to_ns) {
    auto next = one + 1;
    ++cost.visited;
    if (narrow(*one)) {
      const nanos end = column_end(range, one->begin_ns, columns);
      const std::span<const task_stretch> rest(next, own.end());
      const auto found = std::ranges::lower_bound(rest, end, {}, &task_stretch::begin_ns);
      cost.visited += std::bit_width(rest.size());
      next += found - rest.begin();
      // They follow each other without holes: only the last one can reach beyond the column.
      next -= next - one > 1 && !narrow(*(next - 1)) ? 1 : 0;
    }
    const auto first = static_cast<std::uint32_t>(one - own.begin());
    const auto count = static_cast<std::uint32_t>(next - one);
    const auto at = std::size_t{lane.first} + first;
    const bool runs = running_[at + count] != running_[at];
    out.push_back({one->begin_ns, (next - 1)->end_ns, first, count,
                   runs ? task_doing::running : task_doing::waiting});
    one = next;
  }
  return cost;
}

std::string place_of(const trace_view& trace, const task_stretch& stretch) {
  const auto& site = trace.source(stretch.site);
  // rfind's npos + 1 is 0: the whole path
  return site.line == 0
             ? std::string()
             : site.file.substr(site.file.rfind('/') + 1) + ":" + std::to_string(site.line);
}

std::string label_of(const trace_view& trace, const task_stretch& stretch) {
  if (stretch.doing == task_doing::running) {
    return {};
  }
  const auto& site = trace.source(stretch.site);
  const auto place = place_of(trace, stretch);
  return (site.name.empty() ? "something" : site.name) + (place.empty() ? "" : " (" + place + ")");
}

std::string words_of(const trace_view& trace, const task_stretch& stretch) {
  return stretch.doing == task_doing::running ? "runs" : "waits for " + label_of(trace, stretch);
}

} // namespace weir::viz
