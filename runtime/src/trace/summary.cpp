#include "weir/trace/summary.hpp"

#include "gauge_fold.hpp"
#include "saturate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <unordered_map>

namespace weir::trace {

namespace {

using std::chrono::nanoseconds;

template <class List>
const typename List::value_type& by_name(const List& list, std::string_view name,
                                         std::string_view kind) {
  const auto found = std::ranges::find(list, name, &List::value_type::name);
  if (found != list.end()) {
    return *found;
  }
  std::string message =
      "the run has no " + std::string(kind) + " called '" + std::string(name) + "'; it has ";
  for (const auto& one : list) {
    message += (&one == &list.front() ? "'" : ", '") + one.name + "'";
  }
  throw std::out_of_range(list.empty() ? message + "none at all" : message);
}

struct span_fold {
  std::vector<std::int64_t> durations;
  std::size_t open = 0;
};

struct state_fold {
  state_summary result;
  std::int64_t current = -1;
  std::int64_t since = 0;

  state_summary::one& at(std::int64_t index) {
    const auto i = static_cast<std::size_t>(index);
    while (result.states.size() <= i) {
      result.states.push_back({.name = std::to_string(result.states.size())});
    }
    return result.states[i];
  }

  void leave(std::int64_t t_ns) {
    if (current >= 0) {
      auto& lasted = at(current).lasted;
      lasted = nanoseconds(plus(lasted.count(), minus(t_ns, since)));
    }
  }
};

/// Nearest rank: the smallest duration that at least `percent` of all do not exceed. `sorted` is
/// not empty.
nanoseconds percentile(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  const auto rank = (sorted.size() * percent + 99) / 100;
  return nanoseconds(sorted[std::max<std::size_t>(rank, 1) - 1]);
}

span_summary finish(const std::string& name, span_fold& fold) {
  span_summary result{.name = name, .ended = fold.durations.size(), .open = fold.open};
  if (!fold.durations.empty()) {
    std::ranges::sort(fold.durations);
    result.p50 = percentile(fold.durations, 50);
    result.p90 = percentile(fold.durations, 90);
    result.p99 = percentile(fold.durations, 99);
    result.max = nanoseconds(fold.durations.back());
  }
  return result;
}

/// More states than this in one probe is a damaged event.
constexpr std::int64_t most_states = 4096;

class summary_fold {
public:
  summary_fold(const recording& trace, std::size_t columns)
      : trace_(trace), columns_(columns), length_(trace.end_ns()) {
    result_.length = nanoseconds(length_);
    result_.events = trace.events.size();
  }

  summary run() {
    announce();
    for (const auto& e : trace_.events) {
      add(e);
    }
    for (auto& [id, fold] : gauges_) {
      result_.gauges.push_back(fold.finish());
    }
    for (auto& [id, fold] : counters_) {
      result_.counters.push_back(fold);
    }
    for (auto& [id, fold] : spans_) {
      result_.spans.push_back(finish(trace_.source(id).name, fold));
    }
    for (auto& [id, fold] : outcomes_) {
      result_.outcomes.push_back(fold);
    }
    for (auto& [id, fold] : states_) {
      fold.leave(length_);
      result_.states.push_back(std::move(fold.result));
    }
    return std::move(result_);
  }

private:
  /// A probe that nothing happened to is seen all the same: "0 lost" is a finding.
  void announce() {
    for (std::size_t i = 0; i < trace_.sources.size(); ++i) {
      const auto id = static_cast<source_id>(i);
      const auto& source = trace_.sources[i];
      if (source.kind == source_kind::gauge) {
        gauge(id);
      } else if (source.kind == source_kind::counter) {
        counters_.emplace(id, counter_summary{source.name, source.unit, 0, source.role});
      } else if (source.kind == source_kind::outcomes) {
        outcomes(id);
      }
    }
  }

  gauge_fold& gauge(source_id id) {
    return gauges_.try_emplace(id, trace_.source(id), length_, columns_).first->second;
  }

  outcome_summary& outcomes(source_id id) {
    auto& fold = outcomes_[id];
    fold.name = trace_.source(id).name;
    fold.role = trace_.source(id).role;
    return fold;
  }

  void enter_state(const event& e) {
    if (e.a < 0 || e.a >= most_states) {
      return;
    }
    const auto& source = trace_.source(e.source);
    const auto [found, fresh] = states_.try_emplace(e.source);
    auto& fold = found->second;
    if (fresh) {
      fold.result.name = source.name;
      fold.result.role = source.role;
      for (const auto& label : source.labels) {
        fold.result.states.push_back({.name = label});
      }
    }
    fold.leave(e.t_ns);
    ++fold.at(e.a).entered;
    fold.current = e.a;
    fold.since = e.t_ns;
  }

  void add(const event& e) {
    switch (e.kind) {
    case event_kind::gauge:
      gauge(e.source).set(e.t_ns, from_bits(e.a));
      break;
    case event_kind::limit:
      gauge(e.source).limit(from_bits(e.a));
      break;
    case event_kind::counter: {
      const auto& source = trace_.source(e.source);
      counters_.insert_or_assign(e.source,
                                 counter_summary{source.name, source.unit, e.a, source.role});
      break;
    }
    case event_kind::span_begin:
      ++spans_[e.source].open;
      break;
    case event_kind::span_end: {
      auto& fold = spans_[e.source];
      fold.durations.push_back(e.b);
      fold.open -= fold.open != 0 ? 1 : 0;
      break;
    }
    case event_kind::state:
      enter_state(e);
      break;
    case event_kind::outcome: {
      auto& fold = outcomes(e.source);
      if (e.detail < fold.by_outcome.size()) {
        ++fold.by_outcome[e.detail];
      }
      break;
    }
    case event_kind::promise_broken:
      result_.promises_broken.emplace_back(trace_.text(static_cast<string_id>(e.a)));
      break;
    case event_kind::loop_blocked:
      result_.loop_blocked_longest = std::max(result_.loop_blocked_longest, nanoseconds(e.a));
      break;
    case event_kind::run_end:
      result_.ended = trace_.text(static_cast<string_id>(e.a));
      break;
    default:
      break;
    }
  }

  const recording& trace_;
  std::size_t columns_;
  std::int64_t length_;
  summary result_;
  // Ordered by id: the order in which the run first named them.
  std::map<source_id, gauge_fold> gauges_;
  std::map<source_id, counter_summary> counters_;
  std::map<source_id, span_fold> spans_;
  std::map<source_id, outcome_summary> outcomes_;
  std::map<source_id, state_fold> states_;
};

} // namespace

std::int64_t outcome_summary::total() const noexcept {
  return std::accumulate(by_outcome.begin(), by_outcome.end(), std::int64_t{0});
}

const state_summary::one& state_summary::operator[](std::string_view state) const {
  return by_name(states, state, "state of '" + name + "'");
}

const gauge_summary& summary::gauge(std::string_view name) const {
  return by_name(gauges, name, "gauge");
}

const counter_summary& summary::counter(std::string_view name) const {
  return by_name(counters, name, "counter");
}

const span_summary& summary::span(std::string_view name) const {
  return by_name(spans, name, "span");
}

const outcome_summary& summary::outcome(std::string_view name) const {
  return by_name(outcomes, name, "outcomes");
}

const state_summary& summary::state(std::string_view name) const {
  return by_name(states, name, "state");
}

summary summarize(const recording& trace, std::size_t columns) {
  return summary_fold(trace, columns).run();
}

std::string sparkline(const std::vector<double>& values, double top) {
  static constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄",
                                                          "▅", "▆", "▇", "█"};
  std::string line;
  for (const double value : values) {
    std::size_t level = 0;
    if (value > 0) {
      const double share = top > 0 ? std::min(value / top, 1.0) : 1.0;
      level = std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(share * 8)));
    }
    line += blocks[level];
  }
  return line;
}

} // namespace weir::trace
