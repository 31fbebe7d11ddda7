#include "model/advice_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace weir::viz::rules {

namespace {

using words::duration;
using words::percent;
using words::with_unit;

bool of_a_breaker(const findings& f, const gauge_series& gauge) {
  const auto index = static_cast<std::int32_t>(&gauge - f.line.gauges().data());
  return std::ranges::any_of(f.line.breakers(), [&](const breaker_sources& breaker) {
    return breaker.failure_rate == index || breaker.calls_in_window == index ||
           breaker.window_size == index || breaker.cooldown == index || breaker.probes == index;
  });
}

bool is_in_flight(const gauge_series& gauge) {
  return words::has(gauge.name, "flight") || words::has(gauge.name, "at work") ||
         words::has(gauge.name, "running") || words::has(gauge.name, "busy");
}

std::string the(const gauge_series& gauge) {
  return "'" + std::string(gauge.name) + "'";
}

const knob_info* knob_of_limit(const findings& f, const gauge_series& gauge) {
  return is_in_flight(gauge) ? f.info({"limit", "concurrency", "permits", "workers", "connections"})
                             : f.info({"capacity", "queue", "limit"});
}

/// The largest limit it had, 0 = none.
double largest_limit(const gauge_series& gauge) {
  return gauge.limit.empty() ? gauge.capacity : std::max(gauge.capacity, gauge.limit.extent().max);
}

/// Holds things, so that its limit is a bound and not a line to stay below.
bool is_queue(const gauge_series& gauge) {
  return words::has(gauge.name, "queue") || words::has(gauge.name, "depth") ||
         words::has(gauge.name, "waiting") || words::has(gauge.name, "backlog") ||
         words::has(gauge.name, "buffer");
}

void over_limit(findings& f, const gauge_series& gauge) {
  const double limit = largest_limit(gauge);
  const double most = gauge.value.empty() ? 0 : gauge.value.extent().max;
  if (limit <= 0 || most <= limit) {
    return;
  }
  std::string evidence = "at most it was " + with_unit(most, gauge.unit);
  if (gauge.limit.empty()) {
    // Half a step above: at the limit is not yet over it.
    const double share = gauge.value.share_at_least(std::nextafter(limit, most), f.line.range());
    evidence += "; over it " + percent(share) + " of the time";
  }
  const bool bound = is_queue(gauge) || is_in_flight(gauge);
  f.give(bound ? "over-limit" : "over-line", bound ? urgency::wrong : urgency::warning,
         the(gauge) + " goes over " + (bound ? "its limit of " : "") + with_unit(limit, gauge.unit),
         std::move(evidence));
}

void at_limit(findings& f, const gauge_series& gauge) {
  // A limit that moves has no one share; the constant case is the one that people set.
  if (gauge.capacity <= 0 || !gauge.limit.empty() || gauge.value.size() < enough ||
      gauge.value.extent().max > gauge.capacity) {
    return;
  }
  const double share = gauge.value.share_at_least(gauge.capacity, f.line.range());
  const std::string limit = with_unit(gauge.capacity, gauge.unit);
  if (is_in_flight(gauge) && share >= 0.5) {
    f.give("always-busy", urgency::hint,
           "all " + limit + " of " + the(gauge) + " are taken " + percent(share) + " of the time",
           "over " + duration(f.line.range().length()) + "; what waits, waits for these",
           knob_of_limit(f, gauge), "up, if the downstream can take it");
  } else if (is_queue(gauge) && share >= 0.1) {
    f.give("queue-full", urgency::warning,
           the(gauge) + " is at its capacity " + percent(share) + " of the time",
           "capacity " + limit + ", over " + duration(f.line.range().length()),
           f.info({"arrival", "rate", "capacity"}), "and see whether it still fills");
  }
}

/// A limit that nobody can turn is the world's, and no advice. Without knobs there is no telling.
bool is_set_by_a_knob(const findings& f, double limit) {
  const auto& set = f.line.trace().header().knobs;
  if (f.facts.knobs.empty() && set.empty()) {
    return true;
  }
  return std::ranges::any_of(f.facts.knobs,
                             [&](const knob_value& one) { return one.value == limit; }) ||
         std::ranges::any_of(set, [&](const auto& one) {
           return std::strtod(one.second.c_str(), nullptr) == limit;
         });
}

void limit_not_reached(findings& f, const gauge_series& gauge) {
  const double limit =
      gauge.limit.empty()
          ? gauge.capacity
          : std::min(gauge.limit.extent().min,
                     gauge.capacity > 0 ? gauge.capacity : gauge.limit.extent().min);
  if (limit <= 1 || gauge.value.size() < enough || !(is_in_flight(gauge) || is_queue(gauge)) ||
      !is_set_by_a_knob(f, limit)) {
    return;
  }
  const double most = gauge.value.extent().max;
  if (most < (is_in_flight(gauge) ? limit : limit / 2)) {
    f.give("limit-never-reached", urgency::hint, "the limit of " + the(gauge) + " is never reached",
           "at most " + format_number(most) + " of " + with_unit(limit, gauge.unit),
           knob_of_limit(f, gauge), "down without any loss");
  }
}

void grows(findings& f, const gauge_series& gauge) {
  if (gauge.has_limit() || gauge.value.size() < 4 * enough || !is_queue(gauge)) {
    return;
  }
  const nanos quarter = f.line.range().length() / 4;
  std::array<double, 4> mean{};
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const auto at = static_cast<nanos>(i);
    mean[i] = gauge.value.mean({at * quarter, (at + 1) * quarter});
  }
  const double end = gauge.value.values().back();
  if (mean[0] < mean[1] && mean[1] < mean[2] && mean[2] < mean[3] && mean[3] >= 1.5 * mean[1] &&
      end >= mean[3] && end >= 16) {
    f.growing = true;
    f.give("grows", urgency::warning, the(gauge) + " grows without end",
           "on average " + format_number(std::round(mean[1])) + " in the second quarter, " +
               format_number(std::round(mean[3])) + " in the last, " + format_number(end) +
               " at the end",
           f.info({"arrival", "rate", "pause"}), "until it stands still, or bound it");
  }
}

} // namespace

void judge_gauges(findings& so_far) {
  for (const auto& gauge : so_far.line.gauges()) {
    if (!of_a_breaker(so_far, gauge) && &gauge != so_far.line.loop_lag()) {
      over_limit(so_far, gauge);
      at_limit(so_far, gauge);
      limit_not_reached(so_far, gauge);
      grows(so_far, gauge);
    }
  }
}

} // namespace weir::viz::rules
