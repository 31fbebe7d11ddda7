#include "model/advice_rules.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace weir::viz::rules {

namespace {

using words::counted;
using words::duration;
using words::factor;
using words::percent;
using words::whole;

std::uint64_t ended(const findings& f, trace::outcome how) {
  return f.figures.by_outcome[static_cast<std::size_t>(how)];
}

void overload(findings& f) {
  using enum trace::outcome;
  const auto turned_away = ended(f, rejected) + ended(f, dropped);
  const double share = f.figures.ended == 0 ? 0
                                            : static_cast<double>(turned_away) /
                                                  static_cast<double>(f.figures.ended);
  if (f.figures.ended < enough || f.figures.throughput_per_s <= 0 || (share < 0.05 && !f.growing) ||
      f.stuck) {
    return;
  }
  const double ratio = f.figures.offered_per_s / f.figures.throughput_per_s;
  if (ratio >= 1.1) {
    f.give(
        "overload", urgency::warning, "offered load is " + factor(ratio) + " times what gets done",
        format_number(f.figures.offered_per_s) + " /s come in, " +
            format_number(f.figures.throughput_per_s) + " /s end ok" +
            (turned_away == 0 ? std::string() : ", " + percent(share) + " are rejected or dropped"),
        f.info({"arrival", "rate", "load", "pause"}), "until the two meet");
  }
}

void retries(findings& f) {
  const auto& counts = f.line.retries();
  if (counts.attempted < enough || counts.ratio() < 1.5) {
    return;
  }
  amplification_window worst;
  for (const auto& one : f.line.amplification()) {
    worst = one.requests >= 5 && one.ratio() > worst.ratio() ? one : worst;
  }
  std::string evidence =
      whole(counts.attempts) + " attempts for " + counted(counts.attempted, "request");
  if (worst.ratio() > 1.2 * counts.ratio()) {
    evidence +=
        "; " + factor(worst.ratio()) + " at its worst, near " + duration(worst.range.from_ns);
  }
  f.give("retries-multiply", urgency::warning,
         "retries multiply the load by " + factor(counts.ratio()), std::move(evidence),
         f.info({"attempts", "retries", "retry", "budget"}), "down");
}

/// Calls that a timeout can end: attempts where there are any, else what the caller sees.
const latency_series* timed_calls(const findings& f) {
  for (const auto& one : f.line.latencies()) {
    if (one.role == trace::span_role::attempt) {
      return &one;
    }
  }
  return f.line.main_latency();
}

/// How long the calls took that ended so: nearest rank, 0 where there are too few to tell.
nanos length_of(const latency_series& calls, trace::outcome how, std::size_t percent) {
  std::vector<nanos> lengths;
  for (std::size_t i = 0; i < calls.how.size(); ++i) {
    if (calls.how[i] == static_cast<std::uint8_t>(how)) {
      lengths.push_back(calls.lengths[i]);
    }
  }
  if (lengths.size() < enough) {
    return 0;
  }
  const auto at =
      lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() * percent + 99) / 100 - 1);
  std::ranges::nth_element(lengths, at);
  return *at;
}

void timeouts(findings& f) {
  const auto* const calls = timed_calls(f);
  if (calls == nullptr || calls->ends.size() < enough) {
    return;
  }
  const auto timed_out = static_cast<std::uint64_t>(
      std::ranges::count(calls->how, static_cast<std::uint8_t>(trace::outcome::timed_out)));
  const double share = static_cast<double>(timed_out) / static_cast<double>(calls->ends.size());
  const auto* const limit = f.knob({"timeout", "time-limit", "deadline"});
  const bool known = limit != nullptr && limit->info.kind == knob_kind::duration;
  const auto set = known ? static_cast<nanos>(limit->value) : 0;
  const std::string timeout = known ? "the timeout of " + duration(set) : "the timeout";
  const std::string evidence =
      whole(timed_out) + " of " +
      counted(calls->ends.size(), "'" + std::string(calls->name) + "' span") + " timed out";
  const auto* const turn = known ? &limit->info : nullptr;
  // What was answered came long before the others were given up: these hang, and more patience
  // would not help them.
  const nanos answered = length_of(*calls, trace::outcome::ok, 99);
  const nanos given_up = length_of(*calls, trace::outcome::timed_out, 50);
  if (share >= 0.05 && answered > 0 && given_up >= 5 * answered) {
    f.give("timeout-waits-for-hangs", urgency::warning,
           timeout + " is " +
               factor(static_cast<double>(given_up) / static_cast<double>(answered)) +
               " times what an answer takes: it waits for calls that hang",
           "99 of 100 answers came within " + duration(answered) + "; " + evidence, turn, "down");
  } else if (share > 0.5) {
    f.give("timeout-below-p50", urgency::warning, timeout + " is below p50", evidence, turn, "up");
  } else if (share >= 0.05) {
    f.give("timeout-cuts", urgency::hint,
           timeout + " lies near p" + format_number(std::round(100 * (1 - share))), evidence, turn,
           "up, or make what is behind it faster");
  } else if (known && timed_out == 0 && calls->overall.count >= 5 * enough &&
             calls->overall.p99 > 0 && set > 20 * calls->overall.p99) {
    f.give("timeout-loose", urgency::hint,
           timeout + " is " +
               factor(static_cast<double>(set) / static_cast<double>(calls->overall.p99)) +
               " times p99: it only helps against a hang",
           "p99 is " + duration(calls->overall.p99) + " over " +
               counted(calls->overall.count, "span"),
           turn, "down");
  }
}

void tail(findings& f) {
  const auto* const latency = f.line.main_latency();
  if (latency == nullptr || latency->overall.count < 5 * enough || latency->overall.p50 <= 0) {
    return;
  }
  const double ratio =
      static_cast<double>(latency->overall.p99) / static_cast<double>(latency->overall.p50);
  if (ratio >= 20) {
    f.give("long-tail", urgency::hint,
           "p99 of '" + std::string(latency->name) + "' is " + factor(ratio) + " times p50",
           "p50 " + duration(latency->overall.p50) + ", p99 " + duration(latency->overall.p99) +
               " over " + counted(latency->overall.count, "span"));
  }
}

} // namespace

void judge_calls(findings& so_far) {
  overload(so_far);
  retries(so_far);
  timeouts(so_far);
  tail(so_far);
}

} // namespace weir::viz::rules
