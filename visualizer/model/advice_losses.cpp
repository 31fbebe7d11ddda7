#include "model/advice_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace weir::viz::rules {

namespace {

using words::duration;
using words::percent;
using words::whole;

/// "timed out", "were rejected", "was dropped": what became of them.
std::string became(std::uint64_t count, trace::outcome how) {
  switch (how) {
  case trace::outcome::timed_out:
  case trace::outcome::failed:
    return std::string(trace::to_string(how));
  default:
    return (count == 1 ? "was " : "were ") + std::string(trace::to_string(how));
  }
}

/// What another rule has explained already.
bool explained(const findings& f, trace::outcome how) {
  switch (how) {
  case trace::outcome::rejected:
  case trace::outcome::dropped:
    return f.gave("overload");
  case trace::outcome::timed_out:
    return f.gave("timeout-below-p50") || f.gave("timeout-cuts") ||
           f.gave("timeout-waits-for-hangs");
  default:
    return false;
  }
}

/// Where in the run nearly all of them lie, in words; empty where they are spread over it.
std::string when(const findings& f, const outcome_series& ends, trace::outcome how) {
  std::vector<nanos> times;
  for (std::size_t i = 0; i < ends.kinds.size(); ++i) {
    if (ends.kinds[i] == static_cast<std::uint8_t>(how)) {
      times.push_back(ends.times[i]);
    }
  }
  const nanos length = f.line.range().length();
  const nanos from = times[times.size() / 100];
  const nanos to = times[times.size() - 1 - times.size() / 100];
  const std::string all = times.size() == 1 ? "" : times.size() < 100 ? "all " : "nearly all ";
  if (to - from < length / 50) {
    return all + "at " + duration(from);
  }
  if (to - from < length / 2) {
    return all + "between " + duration(from) + " and " + duration(to);
  }
  return from > length / 5     ? all + "after " + duration(from)
         : to < length / 5 * 4 ? all + "before " + duration(to)
                               : std::string();
}

/// What requests that ended so spent the most of their time on, if it is half of it or more.
std::string longest_stage(const findings& f, trace::outcome how) {
  const auto spans = f.line.spans();
  const auto request_of = [&](const span_bar& bar) {
    auto above = bar.parent;
    while (above >= 0 && spans[static_cast<std::size_t>(above)].role != trace::span_role::request) {
      above = spans[static_cast<std::size_t>(above)].parent;
    }
    return above;
  };
  double whole_ns = 0;
  std::map<trace::source_id, double> by_stage;
  for (const auto& bar : spans) {
    if (bar.role == trace::span_role::request) {
      whole_ns += bar.how == how ? static_cast<double>(bar.length()) : 0;
      continue;
    }
    const bool stage = bar.role == trace::span_role::waiting ||
                       bar.role == trace::span_role::running ||
                       bar.role == trace::span_role::backing_off;
    const auto request = stage ? request_of(bar) : -1;
    if (request >= 0 && spans[static_cast<std::size_t>(request)].how == how) {
      const auto& whole_request = spans[static_cast<std::size_t>(request)];
      const nanos end = std::min(bar.end_ns, whole_request.end_ns);
      by_stage[bar.source] += static_cast<double>(std::max<nanos>(end - bar.begin_ns, 0));
    }
  }
  const auto longest =
      std::ranges::max_element(by_stage, {}, [](const auto& one) { return one.second; });
  if (longest == by_stage.end() || whole_ns <= 0 || longest->second < whole_ns / 2) {
    return {};
  }
  return percent(std::min(1.0, longest->second / whole_ns)) + " of their time in '" +
         f.line.trace().source(longest->first).name + "'";
}

} // namespace

void judge_losses(findings& f) {
  const auto* const ends = f.line.main_outcomes();
  if (ends == nullptr || f.figures.ended < enough) {
    return;
  }
  constexpr std::array kinds{trace::outcome::timed_out, trace::outcome::failed,
                             trace::outcome::dropped, trace::outcome::rejected,
                             trace::outcome::short_circuited};
  const auto count_of = [&](trace::outcome how) {
    return f.figures.by_outcome[static_cast<std::size_t>(how)];
  };
  for (const auto how : kinds) {
    const auto count = count_of(how);
    const double share = static_cast<double>(count) / static_cast<double>(f.figures.ended);
    // What is dropped was promised and is gone: of that a single one matters.
    const bool matters = share >= 0.01 || how == trace::outcome::dropped;
    if (count == 0 || !matters || explained(f, how)) {
      continue;
    }
    std::string evidence = when(f, *ends, how);
    if (const auto stage = longest_stage(f, how); !stage.empty()) {
      evidence += (evidence.empty() ? "" : "; ") + stage;
    }
    if (evidence.empty()) {
      evidence = percent(share) + ", all through the run";
    }
    f.give("losses", share >= 0.1 ? urgency::warning : urgency::hint,
           whole(count) + " of " + whole(f.figures.ended) + " '" + std::string(ends->name) + "' " +
               became(count, how),
           std::move(evidence));
  }
}

} // namespace weir::viz::rules
