/// \file
/// What the hidden tests of `breaker` share: a breaker under test, and a plain model of the
/// promises that is asked the same questions.
#pragma once

#include "breaker.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline std::string_view name_of(breaker_state state) {
  constexpr std::string_view names[]{"closed", "open", "half-open"};
  const auto index = static_cast<std::size_t>(state);
  return index < 3 ? names[index] : "in no state that there is";
}

inline std::string_view name_of(call_result result) {
  constexpr std::string_view names[]{"succeeded", "failed", "was abandoned"};
  return names[static_cast<std::size_t>(result)];
}

/// One call behind the breaker.
struct call {
  int number = 0;
  bool admitted = false;
  ticket held = {};
  int period = 0; ///< in which it was admitted, by the model
  breaker_state state = {};
  nanoseconds at = {};
};

/// The promises, one by one, with a word about each decision.
class model {
public:
  explicit model(const breaker_options& given) : options(given) {}

  struct decision {
    bool admitted;
    std::string why;
  };

  decision admit(nanoseconds now) {
    if (state == breaker_state::closed)
      return {true, "the breaker is closed"};
    if (state == breaker_state::open) {
      const auto since = now - changed_at;
      if (since < options.cooldown)
        return {false, weir::text("the cooldown of {} is not over before another {}",
                                  options.cooldown, options.cooldown - since)};
      const auto why = weir::text("the breaker has been open for {}, and the cooldown is {}", since,
                                  options.cooldown);
      change_to(breaker_state::half_open, now);
      places_taken = 1;
      return {true, why};
    }
    const auto why = weir::text("the breaker is half-open, and {} of {} probes are taken",
                                places_taken, options.probes);
    if (places_taken >= options.probes)
      return {false, why};
    ++places_taken;
    return {true, why};
  }

  struct verdict {
    bool counted;
    std::string why;
  };

  verdict report(const call& of, call_result result, nanoseconds now) {
    if (of.period != period) {
      late.push_back(of.number);
      return {false, weir::text("the call was admitted at {}, while the breaker was {}, and that "
                                "period is over: its result changes nothing",
                                of.at, name_of(of.state))};
    }
    if (result == call_result::abandoned) {
      if (state == breaker_state::half_open)
        --places_taken;
      return {false, "an abandoned call counts as nothing"};
    }
    results.push_back(result);
    return {true, state == breaker_state::closed ? judge_window(now) : judge_probes(now)};
  }

  [[nodiscard]] tally window() const {
    const auto failures = std::ranges::count(results, call_result::failed);
    return {.calls = results.size(), .failures = static_cast<std::size_t>(failures)};
  }

  const breaker_options options;
  breaker_state state = breaker_state::closed;
  int period = 1;
  nanoseconds changed_at{};
  std::vector<transition> changes; ///< since the last step
  std::vector<int> late;           ///< calls whose results came late in this period
  std::size_t places_taken = 0;
  std::deque<call_result> results; ///< that counted in this period

private:
  std::string judge_window(nanoseconds now) {
    if (results.size() > options.window)
      results.pop_front();
    const auto [calls, failures] = window();
    auto why =
        weir::text("{} of {} results in the window are failures (minimum {}, threshold {} %)",
                   failures, calls, options.minimum_calls, options.threshold);
    if (calls >= options.minimum_calls && failures * 100 >= options.threshold * calls)
      change_to(breaker_state::open, now);
    return why;
  }

  std::string judge_probes(nanoseconds now) {
    const auto [calls, failures] = window();
    auto why = weir::text("of {} probes {} have succeeded and {} failed", options.probes,
                          calls - failures, failures);
    if (failures != 0)
      change_to(breaker_state::open, now);
    else if (calls == options.probes)
      change_to(breaker_state::closed, now);
    return why;
  }

  void change_to(breaker_state next, nanoseconds now) {
    changes.push_back({.from = state, .to = next, .at = time_point(now)});
    state = next;
    ++period;
    changed_at = now;
    late.clear();
    results.clear();
    places_taken = 0;
  }
};

/// What a test looks at, besides who is admitted and the state.
struct aspects {
  bool window = false;
  bool counted = false;
  bool changed = false;
};

class breaker_fixture {
public:
  explicit breaker_fixture(const breaker_options& options, aspects looked_at = {})
      : model_(options), looked_at_(looked_at), breaker_(make_breaker(options)) {
    weir::name_this_task("caller");
    weir::note("window {}, minimum {}, threshold {} %, cooldown {}, probes {}", options.window,
               options.minimum_calls, options.threshold, options.cooldown, options.probes);
    check_state("a new breaker");
  }

  /// Asks for one more call.
  call admit() {
    call one{.number = ++calls_, .at = weir::now()};
    const auto answer = breaker_->admit(breaker_clock());
    one.admitted = answer.permit.has_value();
    one.held = answer.permit.value_or(ticket{});
    weir::note("call {} is {}; the breaker is {}", one.number,
               one.admitted ? "admitted" : "refused", name_of(breaker_->state()));
    const auto expected = model_.admit(weir::now());
    one.period = model_.period;
    one.state = model_.state;
    weir::expect(one.admitted == expected.admitted, "call {} was {} at {}: {}{}", one.number,
                 one.admitted ? "admitted" : "refused", weir::now(), expected.why, after_late());
    check_step(weir::text("call {} was {}, and {}", one.number,
                          one.admitted ? "admitted" : "refused", expected.why),
               answer.changed);
    return one;
  }

  std::vector<call> admit(int count) {
    std::vector<call> calls;
    for (int i = 0; i < count; ++i)
      calls.push_back(admit());
    return calls;
  }

  void report(const call& of, call_result result) {
    const effect done = breaker_->report(of.held, result, breaker_clock());
    weir::note("call {} {}{}; the breaker is {}", of.number, name_of(result),
               of.period == model_.period ? "" : " (late)", name_of(breaker_->state()));
    const auto expected = model_.report(of, result, weir::now());
    const auto story =
        weir::text("call {} {} at {}; {}", of.number, name_of(result), weir::now(), expected.why);
    check_step(story, done.changed);
    weir::expect(!looked_at_.counted || expected.counted || !done.changed,
                 "{}. But report() returned a transition", story);
    weir::expect(!looked_at_.counted || done.counted == expected.counted,
                 "{}. But report() says that the result {}", story,
                 done.counted ? "counted" : "did not count");
  }

  void report(const std::vector<call>& calls, call_result result) {
    for (const call& one : calls)
      report(one, result);
  }

  /// Calls that end before the next one is made.
  void succeed(int count) {
    for (int i = 0; i < count; ++i)
      report(admit(), call_result::succeeded);
  }

  void fail(int count) {
    for (int i = 0; i < count; ++i)
      report(admit(), call_result::failed);
  }

  /// Failures until it opens, one call at a time.
  void trip() {
    while (model_.state != breaker_state::open)
      fail(1);
  }

  /// The cooldown goes by.
  asio::awaitable<void> cool_down() { return wait(model_.options.cooldown); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  void expect_state(breaker_state expected) const {
    weir::expect(model_.state == expected, "the test itself is wrong: {} where {} was meant",
                 name_of(model_.state), name_of(expected));
  }

  [[nodiscard]] breaker_state state() const { return model_.state; }

private:
  /// What the breaker is told: its time need not be anybody's clock.
  static time_point breaker_clock() { return time_point(weir::now() + 1h); }

  void check_step(std::string_view story, const std::optional<transition>& changed) {
    check_state(story);
    const auto changes = std::exchange(model_.changes, {});
    if (looked_at_.changed)
      check_change(story, changes, changed);
    if (looked_at_.window && model_.state == breaker_state::closed)
      weir::expect(breaker_->window() == model_.window(),
                   "{}. But window() says {} failures of {} results; it should be {} of {}", story,
                   breaker_->window().failures, breaker_->window().calls, model_.window().failures,
                   model_.window().calls);
  }

  void check_state(std::string_view story) const {
    weir::expect(breaker_->state() == model_.state,
                 "{}. But after that the breaker is {}; it should be {}{}", story,
                 name_of(breaker_->state()), name_of(model_.state), after_late());
  }

  static void check_change(std::string_view story, const std::vector<transition>& expected,
                           const std::optional<transition>& changed) {
    if (expected.empty()) {
      weir::expect(!changed, "{}. The state has not changed, but the step returned a transition",
                   story);
      return;
    }
    const auto& due = expected.front();
    weir::expect(changed.has_value(),
                 "{}. The state changed from {} to {}, but the step returned no transition", story,
                 name_of(due.from), name_of(due.to));
    weir::expect(changed->from == due.from && changed->to == due.to,
                 "{}. The state changed from {} to {}, but the transition says from {} to {}",
                 story, name_of(due.from), name_of(due.to), name_of(changed->from),
                 name_of(changed->to));
    weir::expect(changed->at - 1h == due.at,
                 "{}. The transition is dated {} away from the `now` of its step", story,
                 changed->at - 1h - due.at);
  }

  [[nodiscard]] std::string after_late() const {
    if (model_.late.empty())
      return {};
    return weir::text(
        ". In this period the result of call {} had come, {}: it was late, and should "
        "have changed nothing",
        model_.late.back(), "which was admitted in an earlier one");
  }

  model model_;
  aspects looked_at_;
  std::unique_ptr<circuit_breaker> breaker_;
  int calls_ = 0;
};

} // namespace weir_hidden
