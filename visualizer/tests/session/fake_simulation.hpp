/// \file
/// A simulation without a process: it remembers what was asked and answers when the test says so.
#pragma once

#include "process/simulation.hpp"
#include "tests/model/trace_builder.hpp"

#include <deque>
#include <utility>

namespace weir::viz::test {

/// A small scene: requests through a bounded queue and a breaker, some of them retried. What
/// happens depends on the knob `arrival-rate` and on the code, so that runs differ.
inline trace::recording breaker_run(double rate = 60, submission which = submission::mine,
                                    std::uint64_t seed = 1) {
  trace_builder b;
  b.at(0).breaker(0, -1);
  b.gauge("breaker window size", 10, 10);
  b.gauge("breaker calls in window", 0, 5).gauge("breaker failure rate", 0, 50);
  b.gauge("breaker cooldown", 500, 0).gauge("breaker probes", 0, 3);
  const auto step = static_cast<std::int64_t>(1e9 / rate);
  std::int64_t item = 0;
  for (std::int64_t t = ms; t < 4 * s; t += step) {
    ++item;
    const bool bad = t > s && t < 2 * s && which != submission::solution;
    b.at(t).enter("source", item);
    b.at(t).enter("queue", item, 8).gauge("queue depth", static_cast<double>(item % 9), 8);
    const auto request = b.begin_span("request", trace::span_role::request);
    const auto attempt = b.begin_span("attempt", trace::span_role::attempt, request);
    b.at(t + ms).enter("dependency", item, 4).gauge("in flight", static_cast<double>(item % 4), 4);
    b.at(t + 2 * ms).end_span(attempt, bad ? trace::outcome::timed_out : trace::outcome::ok);
    b.end_span(request, bad ? trace::outcome::timed_out : trace::outcome::ok);
    b.end("requests", bad ? trace::outcome::timed_out : trace::outcome::ok, item);
    b.end("breaker window", bad ? trace::outcome::timed_out : trace::outcome::ok);
    b.gauge("breaker failure rate", bad ? 60 : 0, 50);
    if (item == static_cast<std::int64_t>(rate * 1.2)) {
      b.breaker(1, 0).note("the breaker opens");
    }
    if (item == static_cast<std::int64_t>(rate * 2.2)) {
      b.breaker(2, 1);
    }
    if (item == static_cast<std::int64_t>(rate * 2.4)) {
      b.breaker(0, 2);
    }
  }
  auto made = b.done();
  made.header.exercise = "breaker";
  made.header.seed = seed;
  return made;
}

class fake_simulation : public simulation {
public:
  fake_simulation() {
    scenes_ = {{"queue",
                "01 Back-pressure",
                "A queue that says wait",
                {submission::mine, submission::starter}},
               {"breaker",
                "04 Resilience",
                "News from before the switch",
                {submission::mine, submission::starter, submission::solution}}};
  }

  [[nodiscard]] const std::vector<scene_entry>& scenes() const override { return scenes_; }

  void open(const std::string& id, submission which) override {
    opened.emplace_back(id, which);
    tell(scene(id, which));
  }

  void request(const run_request& what) override { asked.push_back(what); }

  void cancel_sweep() override { ++sweeps_cancelled; }

  void listen(std::function<void(simulation_update)> told) override {
    told_ = std::move(told);
    for (auto& each : std::exchange(unheard_, {})) {
      told_(std::move(each));
    }
  }

  // --- for the test -------------------------------------------------------------------------
  void tell(simulation_update what) {
    if (told_) {
      told_(std::move(what));
    } else {
      unheard_.push_back(std::move(what));
    }
  }

  static scene_opened scene(const std::string& id = "breaker",
                            submission which = submission::mine) {
    scene_opened told;
    told.scene.id = id;
    told.scene.title = "A dependency that hangs";
    told.scene.caption = "Watch the breaker open. Then turn the timeout down.";
    told.scene.knobs = {
        {"arrival-rate",
         knob_kind::real,
         60,
         1,
         400,
         1,
         "/s",
         "Requests that come, on average.",
         {}},
        {"timeout", knob_kind::duration, 200e6, 10e6, 5e9, 10e6, "", "What a call may take.", {}},
        {"limit", knob_kind::integer, 8, 1, 64, 1, "calls", "How many calls at once.", {}},
        {"when-full",
         knob_kind::choice,
         0,
         0,
         1,
         1,
         "",
         "What becomes of one too many.",
         {"wait", "drop-newest"}}};
    told.scene.goals = {"at most 10 requests time out"};
    told.code = which;
    told.codes = {submission::mine, submission::starter, submission::solution};
    return told;
  }

  /// Answers everything that was asked, oldest first.
  void answer() {
    for (const run_request& each : std::exchange(asked, {})) {
      tell(result(each));
    }
  }

  static run_finished result(const run_request& request) {
    run_finished done;
    done.request = request;
    const double rate = request.knobs.empty() ? 60 : request.knobs.front().second;
    done.trace = std::make_shared<trace::recording>(breaker_run(rate, request.code, request.seed));
    done.goals = {{"at most 10 requests time out", request.code == submission::solution, ""},
                  {"nothing is lost", false, "no counter called lost"}};
    done.ended = "reached the horizon";
    return done;
  }

  std::vector<run_request> asked;
  std::vector<std::pair<std::string, submission>> opened;
  int sweeps_cancelled = 0;

private:
  std::vector<scene_entry> scenes_;
  std::function<void(simulation_update)> told_;
  std::vector<simulation_update> unheard_; ///< there is no listener yet
};

} // namespace weir::viz::test
