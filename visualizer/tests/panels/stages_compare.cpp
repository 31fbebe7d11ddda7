#include "stages_live.hpp"

namespace weir::viz::test {

namespace {

/// Asks for the rival and answers with what `make` makes of the answer.
template <class Make>
std::unique_ptr<workbench> beside(rival which, Make make) {
  scripted made = live(tab::compare);
  made.bench->compare_with(which);
  for (const run_request& each : std::exchange(made.source->asked, {})) {
    auto answer = answer_to(each);
    make(answer);
    made.source->tell(std::move(answer));
  }
  made.bench->poll();
  return std::move(made.bench);
}

std::unique_ptr<workbench> recorded_run() {
  return recorded(breaker_run(), tab::compare);
}

std::unique_ptr<workbench> no_run() {
  return opened(tab::compare).bench;
}

std::unique_ptr<workbench> not_chosen() {
  return live(tab::compare).bench;
}

std::unique_ptr<workbench> waiting() {
  scripted made = live(tab::compare);
  made.bench->compare_with(rival::starter);
  return std::move(made.bench);
}

std::unique_ptr<workbench> same_code() {
  return beside(rival::mine, [](run_finished&) {});
}

std::unique_ptr<workbench> solution() {
  auto bench = beside(rival::solution, [](run_finished&) {});
  bench->clock.go_to(bench->shown()->trace(), 1500 * ms);
  return bench;
}

std::unique_ptr<workbench> previous_of_nothing() {
  scripted made = live(tab::compare);
  made.bench->compare_with(rival::previous);
  return std::move(made.bench);
}

std::unique_ptr<workbench> previous() {
  scripted made = live(tab::compare);
  made.bench->compare_with(rival::previous);
  made.bench->begin_change();
  made.bench->set_knob(0, 25);
  made.source->answer();
  made.bench->poll();
  return std::move(made.bench);
}

std::unique_ptr<workbench> crashed() {
  scripted made = live(tab::compare);
  made.bench->compare_with(rival::starter);
  made.source->asked.clear();
  made.source->tell(banner{banner::kind::crash, "The starter crashed: segmentation fault",
                           "It went wrong at 1.2 s of virtual time."});
  made.bench->poll();
  return std::move(made.bench);
}

std::unique_ptr<workbench> does_not_compile() {
  scripted made = live(tab::compare);
  made.bench->compare_with(rival::solution);
  made.source->asked.clear();
  made.source->tell(banner{banner::kind::compile_error, "breaker.cpp does not compile",
                           "breaker.cpp:31: error: no member named 'trip' in 'breaker'"});
  made.bench->poll();
  return std::move(made.bench);
}

/// It came, but ended after a third: a deadlock.
std::unique_ptr<workbench> other_horizon() {
  return beside(rival::starter, [](run_finished& run) {
    auto shorter = *run.trace;
    shorter.events.resize(shorter.events.size() / 3);
    run.trace = std::make_shared<const trace::recording>(std::move(shorter));
    run.ended = "deadlock";
    run.healthy = false;
    run.message = "3 tasks wait for each other";
  });
}

std::unique_ptr<workbench> nothing_in_common() {
  return beside(rival::starter, [](run_finished& run) {
    trace_builder other;
    other.at(ms).gauge("a gauge of its own", 3, 4).at(4 * s).note("the end");
    run.trace = std::make_shared<const trace::recording>(other.done());
  });
}

std::unique_ptr<workbench> empty_run() {
  return beside(rival::starter, [](run_finished& run) {
    run.trace = std::make_shared<const trace::recording>();
    run.healthy = false;
    run.ended = "crashed";
  });
}

std::unique_ptr<workbench> other_settings() {
  return beside(rival::starter, [](run_finished& run) {
    auto other = *run.trace;
    other.header.seed = 77;
    other.header.knobs = {{"arrival-rate", "200/s"},
                          {"a-knob-with-a-rather-long-name", "1.5s"},
                          {"when-full", "drop-newest"}};
    run.trace = std::make_shared<const trace::recording>(std::move(other));
  });
}

/// Long names, bytes, eleven gauges and a state.
trace::recording large(double factor) {
  trace_builder run;
  for (int i = 0; i < 200; ++i) {
    run.at(20 * ms * i);
    if (i == 0) {
      run.breaker(0, -1);
    }
    if (i == 50) {
      run.breaker(1, 0);
    }
    for (int k = 1; k <= 10; ++k) {
      run.gauge("partition " + std::to_string(k) + " of the store: queue depth",
                factor * ((i + 3 * k) % 20), 16);
    }
    run.add(run.source(trace::source_kind::gauge, "buffered", 16 * 1024, "B"),
            trace::event_kind::gauge, trace::to_bits(factor * 512 * (i % 40)));
  }
  return run.done();
}

std::unique_ptr<workbench> many_pairs() {
  scripted made = opened(tab::compare);
  made.bench->compare_with(rival::starter);
  for (const run_request& each : std::exchange(made.source->asked, {})) {
    auto answer = answer_to(each);
    answer.trace =
        std::make_shared<const trace::recording>(large(each.where == slot::main ? 1 : 1.7));
    made.source->tell(std::move(answer));
  }
  made.bench->poll();
  return std::move(made.bench);
}

} // namespace

std::vector<stage> compare_stages() {
  return {{"compare: recorded", recorded_run},
          {"compare: no run", no_run},
          {"compare: not chosen", not_chosen},
          {"compare: waiting", waiting},
          {"compare: same code", same_code},
          {"compare: solution", solution},
          {"compare: previous of nothing", previous_of_nothing},
          {"compare: previous", previous},
          {"compare: crashed", crashed},
          {"compare: does not compile", does_not_compile},
          {"compare: other horizon", other_horizon},
          {"compare: nothing in common", nothing_in_common},
          {"compare: empty run", empty_run},
          {"compare: other settings", other_settings},
          {"compare: many pairs", many_pairs}};
}

} // namespace weir::viz::test
