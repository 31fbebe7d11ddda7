#include "model/advice_rules.hpp"

#include <cstdint>

namespace weir::viz::rules {

namespace {

using words::counted;
using words::duration;
using words::percent;
using words::whole;

void breaker_idle(findings& f, const breaker_sources& breaker, const std::string& name) {
  if (breaker.window < 0) {
    return;
  }
  const auto& window = f.line.outcomes()[static_cast<std::size_t>(breaker.window)];
  const auto counts = window.counts(0, window.kinds.size());
  const auto bad = total(counts) - counts[static_cast<std::size_t>(trace::outcome::ok)];
  if (total(counts) >= enough && 2 * bad >= total(counts)) {
    f.give("breaker-never-opens", urgency::hint,
           name + " never opens, although " +
               percent(static_cast<double>(bad) / static_cast<double>(total(counts))) +
               " of its calls fail",
           whole(bad) + " of " + counted(total(counts), "call"),
           f.info({"threshold", "minimum", "window"}), "down");
  }
}

void judge_breaker(findings& f, const breaker_sources& breaker) {
  const auto& state = f.line.states()[static_cast<std::size_t>(breaker.state)];
  std::uint64_t opened = 0;
  nanos open_for = 0;
  for (std::size_t i = 0; i < state.transitions.size(); ++i) {
    const auto& one = state.transitions[i];
    if (state.of_breaker(one.to) != breaker_state::open) {
      continue;
    }
    opened += one.from >= 0 ? 1 : 0;
    open_for +=
        (i + 1 < state.transitions.size() ? state.transitions[i + 1].t_ns : f.line.range().to_ns) -
        one.t_ns;
  }
  const auto length = static_cast<double>(f.line.range().length());
  const double share = length > 0 ? static_cast<double>(open_for) / length : 0;
  const std::string name = "'" + std::string(breaker.name) + "'";
  if (opened >= 5) {
    f.give(
        "breaker-flaps", urgency::warning, name + " opens and closes " + whole(opened) + " times",
        "in " + duration(f.line.range().length()) + "; open for " + percent(share) + " of the time",
        f.info({"cooldown", "minimum", "window", "threshold"}), "up");
  } else if (opened != 0 && share > 0.5) {
    f.give("breaker-mostly-open", urgency::hint,
           name + " is open " + percent(share) + " of the time",
           "opened " + counted(opened, "time") + " in " + duration(f.line.range().length()),
           f.info({"cooldown", "threshold"}), "and see what it keeps away");
  }
  if (opened == 0) {
    breaker_idle(f, breaker, name);
  }
}

} // namespace

void judge_breakers(findings& so_far) {
  for (const auto& breaker : so_far.line.breakers()) {
    judge_breaker(so_far, breaker);
  }
}

} // namespace weir::viz::rules
