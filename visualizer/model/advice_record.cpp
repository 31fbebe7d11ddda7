#include "model/advice_rules.hpp"

#include <algorithm>
#include <cstdint>

namespace weir::viz::rules {

namespace {

using words::counted;
using words::duration;

void loop_lag(findings& f) {
  constexpr nanos noticeable = 50'000'000;
  const auto worst = f.figures.worst_loop_lag.value_or(0);
  if (worst < noticeable) {
    return;
  }
  const auto& block = f.line.longest_block();
  f.give("loop-blocked", urgency::warning,
         "the event loop stands still for " + duration(worst) + " at its worst",
         block && block->amount == worst
             ? "blocked until " + duration(block->t_ns) +
                   (block->text.empty() ? "" : " by " + std::string(block->text))
             : "gauge '" + std::string(f.line.loop_lag()->name) + "'",
         f.info({"chunk", "slice", "batch", "threads"}), "and yield more often");
}

void incomplete(findings& f) {
  std::uint64_t left_out = 0;
  for (const auto& gap : f.line.gaps()) {
    left_out += static_cast<std::uint64_t>(std::max<std::int64_t>(gap.amount, 0));
  }
  if (left_out != 0) {
    f.give("incomplete", urgency::hint,
           "the recorder was full: figures leave a part of the run out",
           counted(left_out, "event") + " left out near " + duration(f.line.gaps().front().t_ns));
  }
}

} // namespace

void judge_record(findings& so_far) {
  loop_lag(so_far);
  incomplete(so_far);
}

} // namespace weir::viz::rules
