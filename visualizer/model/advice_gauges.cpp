#include "model/advice_rules.hpp"
#include "model/roles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace weir::viz::rules {

namespace {

using trace::source_role;
using words::duration;
using words::percent;
using words::with_unit;

bool is_in_flight(const gauge_series& gauge) {
  return gauge.role == source_role::in_flight || gauge.role == source_role::busy;
}

std::string the(const gauge_series& gauge) {
  return "'" + std::string(gauge.name) + "'";
}

/// The knob that sets this limit: one whose value it is, and of several the one whose name speaks
/// of it. Where no knob has that value the limit is the world's, and nobody can turn it.
const knob_info* knob_of_limit(const findings& f, const gauge_series& gauge, double limit) {
  const knob_value* found = nullptr;
  const auto speaks_of_it = [&](const knob_value& one) {
    constexpr std::array in_flight{"limit", "concurrency", "permits", "workers", "connections"};
    constexpr std::array queue{"capacity", "queue", "limit", "high", "bound"};
    const auto& words_of_it = is_in_flight(gauge) ? in_flight : queue;
    return std::ranges::any_of(words_of_it,
                               [&](const char* word) { return words::has(one.info.name, word); });
  };
  for (const auto& one : f.facts.knobs) {
    const bool number = one.info.kind == knob_kind::integer || one.info.kind == knob_kind::real;
    if (number && one.value == limit &&
        (found == nullptr || (!speaks_of_it(*found) && speaks_of_it(one)))) {
      found = &one;
    }
  }
  return found == nullptr ? nullptr : &found->info;
}

/// The moment at which a gauge was farthest over the limit of that moment.
struct excess {
  nanos t_ns = 0;
  double value = 0;
  double limit = 0;
};

/// A value counts once it stands, so not what one event changes and the next one of the same
/// instant puts right; and only where it rose: one that a falling limit leaves behind went over
/// nothing. Before the first limit that a gauge is given, what was declared counts.
std::optional<excess> worst_excess(const gauge_series& gauge) {
  std::optional<excess> worst;
  const auto times = gauge.value.times();
  const auto values = gauge.value.values();
  const auto limit_times = gauge.limit.times();
  std::size_t limits = 0;
  double limit = gauge.capacity;
  for (std::size_t i = 0; i < values.size(); ++i) {
    while (limits < limit_times.size() && limit_times[limits] <= times[i]) {
      limit = gauge.limit.values()[limits++];
    }
    const bool stands = i + 1 == values.size() || times[i + 1] > times[i];
    const bool rose = i == 0 || values[i] > values[i - 1];
    if (stands && rose && limit > 0 && values[i] > limit &&
        (!worst || values[i] - limit > worst->value - worst->limit)) {
      worst = excess{times[i], values[i], limit};
    }
  }
  return worst;
}

/// Holds things, so that its limit is a bound and not a line to stay below.
bool is_queue(const gauge_series& gauge) {
  return gauge.role == source_role::queue || gauge.role == source_role::waiting;
}

void over_limit(findings& f, const gauge_series& gauge) {
  const auto worst = worst_excess(gauge);
  if (!worst) {
    return;
  }
  std::string evidence = "at most it was " + with_unit(worst->value, gauge.unit);
  if (gauge.limit.empty()) {
    // Half a step above: at the limit is not yet over it.
    const double share =
        gauge.value.share_at_least(std::nextafter(worst->limit, worst->value), f.line.range());
    evidence += "; over it " + percent(share) + " of the time";
  } else {
    evidence += ", at " + duration(worst->t_ns);
  }
  const bool bound = is_queue(gauge) || is_in_flight(gauge);
  f.give(bound ? "over-limit" : "over-line", bound ? urgency::wrong : urgency::warning,
         the(gauge) + " goes over " + (bound ? "its limit of " : "") +
             with_unit(worst->limit, gauge.unit),
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
           (gauge.capacity == 1 ? the(gauge) + " is taken "
                                : "all " + limit + " of " + the(gauge) + " are taken ") +
               percent(share) + " of the time",
           "over " + duration(f.line.range().length()) + "; what waits, waits for these",
           knob_of_limit(f, gauge, gauge.capacity), "up, if the downstream can take it");
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
           knob_of_limit(f, gauge, limit), "down without any loss");
  }
}

/// In the last quarter next to nothing ended well any more, although it did before: then what
/// should make room is stuck or lost, and less load would not bring it back.
bool stalled(const findings& f) {
  const auto* const ends = f.line.main_outcomes();
  if (ends == nullptr) {
    return false;
  }
  const nanos quarter = f.line.range().length() / 4;
  const auto well_in = [&](nanos i) {
    return ends->in({i * quarter, (i + 1) * quarter})[static_cast<std::size_t>(trace::outcome::ok)];
  };
  const auto busiest = std::max({well_in(0), well_in(1), well_in(2)});
  return busiest >= enough && well_in(3) * 20 < busiest;
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
    f.stuck = stalled(f);
    f.give("grows", urgency::warning, the(gauge) + " grows without end",
           "on average " + format_number(std::round(mean[1])) + " in the second quarter, " +
               format_number(std::round(mean[3])) + " in the last, " + format_number(end) +
               " at the end" +
               (f.stuck ? "; next to nothing ends well any more: something holds on to what others "
                          "wait for"
                        : ""),
           f.stuck ? nullptr : f.info({"arrival", "rate", "pause"}),
           "until it stands still, or bound it");
  }
}

} // namespace

void judge_gauges(findings& so_far) {
  for (const auto& gauge : so_far.line.gauges()) {
    if (is_of_work(gauge.role)) {
      over_limit(so_far, gauge);
      at_limit(so_far, gauge);
      limit_not_reached(so_far, gauge);
      grows(so_far, gauge);
    }
  }
}

} // namespace weir::viz::rules
