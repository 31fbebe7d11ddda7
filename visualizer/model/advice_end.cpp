#include "model/advice_rules.hpp"

#include <algorithm>

namespace weir::viz::rules {

namespace {

using words::counted;
using words::duration;

/// The goals say that it ended badly, and with which word; here stands what that word means.
void ended_badly(findings& f) {
  const std::string at = duration(f.line.range().to_ns);
  if (f.ended() == "deadlock") {
    f.give("ended-badly", urgency::wrong,
           "every task waits, and no timer is set that could wake one",
           "from " + at + " on; Lanes and Events show what each waits for");
  } else if (f.ended() == "leak") {
    f.give("ended-badly", urgency::wrong, "work goes on after the scope that started it has ended",
           "at " + at + "; Lanes and Events show who is still there");
  } else if (f.ended() == "step-limit") {
    f.give("ended-badly", urgency::wrong, "the run never lets time go on",
           "stopped at " + at + " after " + counted(f.line.trace().size(), "event"));
  }
}

void ended_early(findings& f) {
  const nanos end = f.line.range().to_ns;
  if (f.ended() == "completed" && f.facts.horizon_ns > 0 &&
      static_cast<double>(end) < 0.9 * static_cast<double>(f.facts.horizon_ns)) {
    f.give("ended-early", urgency::warning, "nothing happens any more after " + duration(end),
           "the scene was to last " + duration(f.facts.horizon_ns));
    return;
  }
  // The run's end is an event too, and so is the clock that moves on to it.
  const auto events = f.line.trace().events();
  std::size_t last = events.size();
  while (last > 0 && (events[last - 1].kind == trace::event_kind::run_end ||
                      events[last - 1].kind == trace::event_kind::clock_advanced)) {
    --last;
  }
  const nanos since = last == 0 ? 0 : held_time(events[last - 1].t_ns);
  if (f.line.trace().size() >= enough && end > 0 && end - since > end / 4) {
    f.give("stuck", urgency::warning, "nothing happens any more after " + duration(since),
           "the run lasts " + duration(end));
  }
}

void never_ending(findings& f) {
  const auto* const latency = f.line.main_latency();
  if (latency == nullptr || latency->open == 0 || latency->overall.count < enough) {
    return;
  }
  const nanos patience = std::max<nanos>(10 * latency->overall.p99, f.line.range().length() / 5);
  std::uint64_t stuck = 0;
  nanos oldest = 0;
  for (const auto& bar : f.line.spans()) {
    if (bar.open() && bar.source == latency->source && bar.length() > patience) {
      ++stuck;
      oldest = std::max(oldest, bar.length());
    }
  }
  if (stuck != 0) {
    f.give("never-ends", urgency::warning,
           counted(stuck, "'" + std::string(latency->name) + "' span") + " never " +
               (stuck == 1 ? "ends" : "end"),
           "the oldest has been open for " + duration(oldest) + "; 99 of 100 take at most " +
               duration(latency->overall.p99),
           f.info({"timeout", "deadline"}), "down, or give every call one");
  }
}

} // namespace

void judge_end(findings& so_far) {
  ended_badly(so_far);
  // A test ends where a promise was broken; that nothing comes after it says nothing.
  if (so_far.line.promises_broken().empty()) {
    ended_early(so_far);
  }
  never_ending(so_far);
}

} // namespace weir::viz::rules
