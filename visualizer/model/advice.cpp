#include "model/advice.hpp"

#include "model/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <optional>

namespace weir::viz {

namespace {

using words::counted;
using words::duration;
using words::factor;
using words::percent;
using words::whole;
using words::with_unit;

/// Fewer observations than this are an anecdote.
constexpr std::uint64_t enough = 20;

class adviser {
public:
  adviser(const timeline& line, const run_facts& facts)
      : line_(line), facts_(facts), figures_(headline_of(line)) {}

  std::vector<advice> run() {
    ended_badly();
    promise_broken();
    ended_early();
    never_ending();
    for (const auto& gauge : line_.gauges()) {
      if (!of_a_breaker(gauge) && &gauge != line_.loop_lag()) {
        over_limit(gauge);
        at_limit(gauge);
        limit_not_reached(gauge);
        grows(gauge);
      }
    }
    overload();
    retries();
    timeouts();
    tail();
    for (const auto& breaker : line_.breakers()) {
      judge_breaker(breaker);
    }
    loop_lag();
    incomplete();
    return std::move(given_);
  }

private:
  void give(std::string_view rule, urgency weight, std::string text, std::string evidence,
            const knob_info* knob = nullptr, std::string_view turn = {}) {
    advice one{
        .rule = rule, .weight = weight, .text = std::move(text), .evidence = std::move(evidence)};
    if (knob != nullptr) {
      one.try_this = "turn '" + knob->name + "' " + std::string(turn);
      one.knob = knob->name;
    }
    // The most urgent first; among equals in the order of the rules.
    const auto after =
        std::ranges::upper_bound(given_, weight, std::ranges::greater{}, &advice::weight);
    given_.insert(after, std::move(one));
  }

  /// The first knob whose name has one of these words in it, the first word first.
  [[nodiscard]] const knob_value* knob(std::initializer_list<std::string_view> parts) const {
    for (const auto part : parts) {
      for (const auto& one : facts_.knobs) {
        if (words::has(one.info.name, part)) {
          return &one;
        }
      }
    }
    return nullptr;
  }

  [[nodiscard]] const knob_info* info(std::initializer_list<std::string_view> parts) const {
    const auto* const found = knob(parts);
    return found == nullptr ? nullptr : &found->info;
  }

  [[nodiscard]] bool of_a_breaker(const gauge_series& gauge) const {
    const auto index = static_cast<std::int32_t>(&gauge - line_.gauges().data());
    return std::ranges::any_of(line_.breakers(), [&](const breaker_sources& breaker) {
      return breaker.failure_rate == index || breaker.calls_in_window == index ||
             breaker.window_size == index || breaker.cooldown == index || breaker.probes == index;
    });
  }

  static bool is_in_flight(const gauge_series& gauge) {
    return words::has(gauge.name, "flight") || words::has(gauge.name, "at work") ||
           words::has(gauge.name, "running") || words::has(gauge.name, "busy");
  }

  static std::string the(const gauge_series& gauge) { return "'" + std::string(gauge.name) + "'"; }

  [[nodiscard]] const knob_info* knob_of_limit(const gauge_series& gauge) const {
    return is_in_flight(gauge) ? info({"limit", "concurrency", "permits", "workers", "connections"})
                               : info({"capacity", "queue", "limit"});
  }

  void ended_badly() {
    const auto how = facts_.ended.empty() ? line_.ended() : facts_.ended;
    static constexpr std::array<std::string_view, 3> well{"completed", "time-limit",
                                                          "reached the horizon"};
    if (how.empty() || std::ranges::find(well, how) != well.end()) {
      return;
    }
    std::string text = "the run ended by " + std::string(how);
    if (how == "deadlock") {
      text = "deadlock: nothing can go on, and no timer is set";
    } else if (how == "leak") {
      text = "leak: work goes on after the scope that started it";
    } else if (how == "step-limit") {
      text = "the run never lets time go on: it was stopped after too many steps";
    }
    give("ended-badly", urgency::wrong, std::move(text),
         (facts_.message.empty() ? std::string() : std::string(facts_.message) + ", ") + "at " +
             duration(line_.range().to_ns));
  }

  void promise_broken() {
    const auto broken = line_.promises_broken();
    if (!broken.empty()) {
      give("promise-broken", urgency::wrong,
           "a promise was broken: " + std::string(broken.front().text),
           "at " + duration(broken.front().t_ns) +
               (broken.size() > 1 ? ", and " + counted(broken.size() - 1, "more") : ""));
    }
  }

  void ended_early() {
    const auto how = facts_.ended.empty() ? line_.ended() : facts_.ended;
    const nanos end = line_.range().to_ns;
    if (how == "completed" && facts_.horizon_ns > 0 &&
        static_cast<double>(end) < 0.9 * static_cast<double>(facts_.horizon_ns)) {
      give("ended-early", urgency::warning, "nothing happens any more after " + duration(end),
           "the scene was to last " + duration(facts_.horizon_ns));
      return;
    }
    // The run's end is an event too: look at what happened before that very moment.
    const auto events = line_.trace().events();
    const auto last = std::ranges::lower_bound(events, events.back().t_ns, {}, &trace::event::t_ns);
    const nanos since = last == events.begin() ? 0 : held_time((last - 1)->t_ns);
    if (line_.trace().size() >= enough && end > 0 && end - since > end / 4) {
      give("stuck", urgency::warning, "nothing happens any more after " + duration(since),
           "the run lasts " + duration(end));
    }
  }

  void never_ending() {
    const auto* const latency = line_.main_latency();
    if (latency == nullptr || latency->open == 0 || latency->overall.count < enough) {
      return;
    }
    const nanos patience = std::max<nanos>(10 * latency->overall.p99, line_.range().length() / 5);
    std::uint64_t stuck = 0;
    nanos oldest = 0;
    for (const auto& bar : line_.spans()) {
      if (bar.open() && bar.source == latency->source && bar.length() > patience) {
        ++stuck;
        oldest = std::max(oldest, bar.length());
      }
    }
    if (stuck != 0) {
      give("never-ends", urgency::warning,
           counted(stuck, "'" + std::string(latency->name) + "' span") + " never " +
               (stuck == 1 ? "ends" : "end"),
           "the oldest has been open for " + duration(oldest) + "; 99 of 100 take at most " +
               duration(latency->overall.p99),
           info({"timeout", "deadline"}), "down, or give every call one");
    }
  }

  /// The largest limit it had, 0 = none.
  static double largest_limit(const gauge_series& gauge) {
    return gauge.limit.empty() ? gauge.capacity
                               : std::max(gauge.capacity, gauge.limit.extent().max);
  }

  /// Holds things, so that its limit is a bound and not a line to stay below.
  static bool is_queue(const gauge_series& gauge) {
    return words::has(gauge.name, "queue") || words::has(gauge.name, "depth") ||
           words::has(gauge.name, "waiting") || words::has(gauge.name, "backlog") ||
           words::has(gauge.name, "buffer");
  }

  void over_limit(const gauge_series& gauge) {
    const double limit = largest_limit(gauge);
    const double most = gauge.value.empty() ? 0 : gauge.value.extent().max;
    if (limit <= 0 || most <= limit) {
      return;
    }
    std::string evidence = "at most it was " + with_unit(most, gauge.unit);
    if (gauge.limit.empty()) {
      // Half a step above: at the limit is not yet over it.
      const double share = gauge.value.share_at_least(std::nextafter(limit, most), line_.range());
      evidence += "; over it " + percent(share) + " of the time";
    }
    const bool bound = is_queue(gauge) || is_in_flight(gauge);
    give(bound ? "over-limit" : "over-line", bound ? urgency::wrong : urgency::warning,
         the(gauge) + " goes over " + (bound ? "its limit of " : "") + with_unit(limit, gauge.unit),
         std::move(evidence));
  }

  void at_limit(const gauge_series& gauge) {
    // A limit that moves has no one share; the constant case is the one that people set.
    if (gauge.capacity <= 0 || !gauge.limit.empty() || gauge.value.size() < enough ||
        gauge.value.extent().max > gauge.capacity) {
      return;
    }
    const double share = gauge.value.share_at_least(gauge.capacity, line_.range());
    const std::string limit = with_unit(gauge.capacity, gauge.unit);
    if (is_in_flight(gauge) && share >= 0.5) {
      give("always-busy", urgency::hint,
           "all " + limit + " of " + the(gauge) + " are taken " + percent(share) + " of the time",
           "over " + duration(line_.range().length()) + "; what waits, waits for these",
           knob_of_limit(gauge), "up, if the downstream can take it");
    } else if (is_queue(gauge) && share >= 0.1) {
      give("queue-full", urgency::warning,
           the(gauge) + " is at its capacity " + percent(share) + " of the time",
           "capacity " + limit + ", over " + duration(line_.range().length()),
           info({"arrival", "rate", "capacity"}), "and see whether it still fills");
    }
  }

  /// A limit that nobody can turn is the world's, and no advice. Without knobs there is no telling.
  [[nodiscard]] bool is_set_by_a_knob(double limit) const {
    const auto& set = line_.trace().header().knobs;
    if (facts_.knobs.empty() && set.empty()) {
      return true;
    }
    return std::ranges::any_of(facts_.knobs,
                               [&](const knob_value& one) { return one.value == limit; }) ||
           std::ranges::any_of(set, [&](const auto& one) {
             return std::strtod(one.second.c_str(), nullptr) == limit;
           });
  }

  void limit_not_reached(const gauge_series& gauge) {
    const double limit =
        gauge.limit.empty()
            ? gauge.capacity
            : std::min(gauge.limit.extent().min,
                       gauge.capacity > 0 ? gauge.capacity : gauge.limit.extent().min);
    if (limit <= 1 || gauge.value.size() < enough || !(is_in_flight(gauge) || is_queue(gauge)) ||
        !is_set_by_a_knob(limit)) {
      return;
    }
    const double most = gauge.value.extent().max;
    if (most < (is_in_flight(gauge) ? limit : limit / 2)) {
      give("limit-never-reached", urgency::hint, "the limit of " + the(gauge) + " is never reached",
           "at most " + format_number(most) + " of " + with_unit(limit, gauge.unit),
           knob_of_limit(gauge), "down without any loss");
    }
  }

  void grows(const gauge_series& gauge) {
    if (gauge.has_limit() || gauge.value.size() < 4 * enough || !is_queue(gauge)) {
      return;
    }
    const nanos quarter = line_.range().length() / 4;
    std::array<double, 4> mean{};
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const auto at = static_cast<nanos>(i);
      mean[i] = gauge.value.mean({at * quarter, (at + 1) * quarter});
    }
    const double end = gauge.value.values().back();
    if (mean[0] < mean[1] && mean[1] < mean[2] && mean[2] < mean[3] && mean[3] >= 1.5 * mean[1] &&
        end >= mean[3] && end >= 16) {
      growing_ = true;
      give("grows", urgency::warning, the(gauge) + " grows without end",
           "on average " + format_number(std::round(mean[1])) + " in the second quarter, " +
               format_number(std::round(mean[3])) + " in the last, " + format_number(end) +
               " at the end",
           info({"arrival", "rate", "pause"}), "until it stands still, or bound it");
    }
  }

  [[nodiscard]] std::uint64_t ended(trace::outcome how) const {
    return figures_.by_outcome[static_cast<std::size_t>(how)];
  }

  void overload() {
    using enum trace::outcome;
    const auto turned_away = ended(rejected) + ended(dropped);
    const double share = figures_.ended == 0 ? 0
                                             : static_cast<double>(turned_away) /
                                                   static_cast<double>(figures_.ended);
    if (figures_.ended < enough || figures_.throughput_per_s <= 0 || (share < 0.05 && !growing_)) {
      return;
    }
    const double ratio = figures_.offered_per_s / figures_.throughput_per_s;
    if (ratio >= 1.1) {
      give("overload", urgency::warning,
           "offered load is " + factor(ratio) + " times what gets done",
           format_number(figures_.offered_per_s) + " /s come in, " +
               format_number(figures_.throughput_per_s) + " /s end ok" +
               (turned_away == 0 ? std::string()
                                 : ", " + percent(share) + " are rejected or dropped"),
           info({"arrival", "rate", "load", "pause"}), "until the two meet");
    }
  }

  void retries() {
    if (line_.requests() < enough || line_.attempts() == 0) {
      return;
    }
    const double ratio = static_cast<double>(line_.attempts()) / line_.requests();
    if (ratio < 1.5) {
      return;
    }
    amplification_window worst;
    for (const auto& one : line_.amplification()) {
      worst = one.requests >= 5 && one.ratio() > worst.ratio() ? one : worst;
    }
    std::string evidence =
        whole(line_.attempts()) + " attempts for " + counted(line_.requests(), "request");
    if (worst.ratio() > 1.2 * ratio) {
      evidence +=
          "; " + factor(worst.ratio()) + " at its worst, near " + duration(worst.range.from_ns);
    }
    give("retries-multiply", urgency::warning, "retries multiply the load by " + factor(ratio),
         std::move(evidence), info({"attempts", "retries", "retry", "budget"}), "down");
  }

  /// Calls that a timeout can end: attempts where there are any, else what the caller sees.
  [[nodiscard]] const latency_series* timed_calls() const {
    for (const auto& one : line_.latencies()) {
      if (one.role == trace::span_role::attempt) {
        return &one;
      }
    }
    return line_.main_latency();
  }

  void timeouts() {
    const auto* const calls = timed_calls();
    if (calls == nullptr || calls->ends.size() < enough) {
      return;
    }
    const auto timed_out = static_cast<std::uint64_t>(
        std::ranges::count(calls->how, static_cast<std::uint8_t>(trace::outcome::timed_out)));
    const double share = static_cast<double>(timed_out) / static_cast<double>(calls->ends.size());
    const auto* const limit = knob({"timeout", "time-limit", "deadline"});
    const bool known = limit != nullptr && limit->info.kind == knob_kind::duration;
    const auto set = known ? static_cast<nanos>(limit->value) : 0;
    const std::string timeout = known ? "the timeout of " + duration(set) : "the timeout";
    const std::string evidence =
        whole(timed_out) + " of " +
        counted(calls->ends.size(), "'" + std::string(calls->name) + "' span") + " timed out";
    const auto* const turn = known ? &limit->info : nullptr;
    if (share > 0.5) {
      give("timeout-below-p50", urgency::warning, timeout + " is below p50", evidence, turn, "up");
    } else if (share >= 0.05) {
      give("timeout-cuts", urgency::hint,
           timeout + " lies near p" + format_number(std::round(100 * (1 - share))), evidence, turn,
           "up, or make what is behind it faster");
    } else if (known && timed_out == 0 && calls->overall.count >= 5 * enough &&
               calls->overall.p99 > 0 && set > 20 * calls->overall.p99) {
      give("timeout-loose", urgency::hint,
           timeout + " is " +
               factor(static_cast<double>(set) / static_cast<double>(calls->overall.p99)) +
               " times p99: it only helps against a hang",
           "p99 is " + duration(calls->overall.p99) + " over " +
               counted(calls->overall.count, "span"),
           turn, "down");
    }
  }

  void tail() {
    const auto* const latency = line_.main_latency();
    if (latency == nullptr || latency->overall.count < 5 * enough || latency->overall.p50 <= 0) {
      return;
    }
    const double ratio =
        static_cast<double>(latency->overall.p99) / static_cast<double>(latency->overall.p50);
    if (ratio >= 20) {
      give("long-tail", urgency::hint,
           "p99 of '" + std::string(latency->name) + "' is " + factor(ratio) + " times p50",
           "p50 " + duration(latency->overall.p50) + ", p99 " + duration(latency->overall.p99) +
               " over " + counted(latency->overall.count, "span"));
    }
  }

  void judge_breaker(const breaker_sources& breaker) {
    const auto& state = line_.states()[static_cast<std::size_t>(breaker.state)];
    std::uint64_t opened = 0;
    nanos open_for = 0;
    for (std::size_t i = 0; i < state.transitions.size(); ++i) {
      const auto& one = state.transitions[i];
      if (state.label(one.to) != "open") {
        continue;
      }
      opened += one.from >= 0 ? 1 : 0;
      open_for +=
          (i + 1 < state.transitions.size() ? state.transitions[i + 1].t_ns : line_.range().to_ns) -
          one.t_ns;
    }
    const auto length = static_cast<double>(line_.range().length());
    const double share = length > 0 ? static_cast<double>(open_for) / length : 0;
    const std::string name = "'" + std::string(breaker.name) + "'";
    if (opened >= 5) {
      give("breaker-flaps", urgency::warning,
           name + " opens and closes " + whole(opened) + " times",
           "in " + duration(line_.range().length()) + "; open for " + percent(share) +
               " of the time",
           info({"cooldown", "minimum", "window", "threshold"}), "up");
    } else if (opened != 0 && share > 0.5) {
      give("breaker-mostly-open", urgency::hint,
           name + " is open " + percent(share) + " of the time",
           "opened " + counted(opened, "time") + " in " + duration(line_.range().length()),
           info({"cooldown", "threshold"}), "and see what it keeps away");
    }
    if (opened == 0) {
      breaker_idle(breaker, name);
    }
  }

  void breaker_idle(const breaker_sources& breaker, const std::string& name) {
    if (breaker.window < 0) {
      return;
    }
    const auto& window = line_.outcomes()[static_cast<std::size_t>(breaker.window)];
    const auto counts = window.counts(0, window.kinds.size());
    const auto bad = total(counts) - counts[static_cast<std::size_t>(trace::outcome::ok)];
    if (total(counts) >= enough && 2 * bad >= total(counts)) {
      give("breaker-never-opens", urgency::hint,
           name + " never opens, although " +
               percent(static_cast<double>(bad) / static_cast<double>(total(counts))) +
               " of its calls fail",
           whole(bad) + " of " + counted(total(counts), "call"),
           info({"threshold", "minimum", "window"}), "down");
    }
  }

  void loop_lag() {
    constexpr nanos noticeable = 50'000'000;
    const auto worst = figures_.worst_loop_lag.value_or(0);
    if (worst < noticeable) {
      return;
    }
    const auto& block = line_.longest_block();
    give("loop-blocked", urgency::warning,
         "the event loop stands still for " + duration(worst) + " at its worst",
         block && block->amount == worst
             ? "blocked until " + duration(block->t_ns) +
                   (block->text.empty() ? "" : " by " + std::string(block->text))
             : "gauge 'loop lag'",
         info({"chunk", "slice", "batch", "threads"}), "and yield more often");
  }

  void incomplete() {
    std::uint64_t left_out = 0;
    for (const auto& gap : line_.gaps()) {
      left_out += static_cast<std::uint64_t>(std::max<std::int64_t>(gap.amount, 0));
    }
    if (left_out != 0) {
      give("incomplete", urgency::hint,
           "the recorder was full: figures leave a part of the run out",
           counted(left_out, "event") + " left out near " + duration(line_.gaps().front().t_ns));
    }
  }

  const timeline& line_;
  const run_facts& facts_;
  headline figures_;
  std::vector<advice> given_;
  bool growing_ = false; ///< some queue grows: part of the evidence for overload
};

} // namespace

std::vector<advice> advise(const timeline& line, const run_facts& facts) {
  if (line.trace().size() == 0) {
    return {};
  }
  return adviser(line, facts).run();
}

} // namespace weir::viz
