#include "stages.hpp"

#include <string>

namespace weir::viz::test {

namespace {

run_finished finished(std::vector<judged_goal> goals, trace::recording made = breaker_run()) {
  run_finished done;
  done.trace = std::make_shared<trace::recording>(std::move(made));
  done.goals = std::move(goals);
  done.ended = "reached the horizon";
  return done;
}

/// Jobs that go through a queue in time: nothing to remark on.
trace::recording calm() {
  trace_builder b;
  for (std::int64_t item = 1; item <= 200; ++item) {
    b.at(item * 10 * ms).enter("queue", item, 16).gauge("queue depth", 1, 16);
    const auto span = b.begin_span("job", trace::span_role::request);
    b.at(item * 10 * ms + 3 * ms).end_span(span).gauge("queue depth", 0, 16);
    b.end("jobs", trace::outcome::ok, item);
  }
  return b.done();
}

std::unique_ptr<workbench> no_run() {
  return std::make_unique<workbench>(std::make_unique<fake_simulation>());
}

std::unique_ptr<workbench> none() {
  scene_opened scene = fake_simulation::scene();
  scene.scene.knobs.resize(1);
  return live_with(finished({}, calm()), scene);
}

std::unique_ptr<workbench> met() {
  return live_with(
      finished({{"lose nothing at twice the load", true, "", "0 of 4,650 lost"},
                {"the queue never holds more than 64 items", true, "", "at most it held 41"}},
               calm()));
}

std::unique_ptr<workbench> missed() {
  return live_with(finished({{"at most 10 requests time out", false, "", "60 timed out"},
                             {"nothing is lost", true, ""},
                             {"every price is fresh", false, "no gauge is called 'age'"}}));
}

std::unique_ptr<workbench> long_words() {
  const std::string many = "no request of any customer waits for more than a second and a half "
                           "while the warehouse's inventory service is restarted";
  return live_with(
      finished({{many, false, ""},
                {many + ", and none is lost", true, ""},
                {"Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamter"
                 "ngesellschaft",
                 false, ""}}));
}

/// A run that gives every rule something to say.
std::unique_ptr<workbench> much_advice() {
  trace_builder b;
  b.breaker(0, -1);
  std::int64_t item = 0;
  for (std::int64_t t = 0; t < 8 * s; t += 8 * ms) {
    ++item;
    b.at(t).enter("queue", item, 8).gauge("queue depth", 8, 8).gauge("loop lag", 40);
    b.gauge("in flight", 4, 4);
    const auto request = b.begin_span("request", trace::span_role::request);
    for (int i = 0; i < 4; ++i) {
      const auto attempt = b.begin_span("call", trace::span_role::attempt, request);
      b.at(t + (i + 1) * ms).end_span(attempt, trace::outcome::timed_out);
    }
    b.end_span(request, trace::outcome::timed_out);
    const auto how = item % 2 == 0 ? trace::outcome::dropped : trace::outcome::timed_out;
    b.end("requests", how, item).end("breaker window", how);
    if (item % 150 == 0) {
      b.breaker(1, 0).at(t + 6 * ms).breaker(2, 1).breaker(0, 2);
    }
  }
  scene_opened scene = fake_simulation::scene();
  scene.scene.knobs[1].value = 100e6;
  return live_with(finished({{"at most 10 requests time out", false, ""}}, b.done()), scene);
}

std::unique_ptr<workbench> deadlock() {
  run_finished done = finished({{"lose nothing at twice the load", false, "the run did not end"}});
  done.healthy = false;
  done.ended = "deadlock";
  done.message = "All tasks wait:\n  producer #1 waits in channel::async_send at queue.cpp:42\n"
                 "  consumer #2 waits in steady_timer::async_wait at queue.cpp:57";
  return live_with(std::move(done));
}

std::unique_ptr<workbench> broke_off() {
  run_finished done = finished({});
  done.healthy = false;
  done.ended.clear();
  return live_with(std::move(done));
}

std::unique_ptr<workbench> broken_promise() {
  trace_builder b;
  b.at(ms).gauge("queue depth", 5, 4).promise_broken("the queue held 5 items with capacity 4");
  b.at(2 * ms).promise_broken("the third item came out before the second, although a queue gives "
                              "its items in the order in which they came");
  return std::make_unique<workbench>(std::make_shared<const trace::recording>(b.done()),
                                     "run.weirtrace");
}

} // namespace

std::vector<stage> goal_stages() {
  return {{"goal: no run yet", no_run},
          {"goal: none, nothing stands out", none},
          {"goal: all met", met},
          {"goal: some missed, one not judged", missed},
          {"goal: long words", long_words},
          {"goal: much advice", much_advice},
          {"goal: a deadlock", deadlock},
          {"goal: the trace breaks off", broke_off},
          {"goal: broken promises", broken_promise}};
}

} // namespace weir::viz::test
