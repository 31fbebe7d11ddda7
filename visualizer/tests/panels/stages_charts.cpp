#include "stages_live.hpp"

#include <array>
#include <cmath>

namespace weir::viz::test {

namespace {

/// A gauge that swings: `count` points over `length`, around `middle`.
void swing(trace_builder& to, trace::source_id gauge, nanos length, int count, double middle,
           double by) {
  for (int i = 0; i <= count; ++i) {
    const double turn = 6.283 * i / 40;
    const double value = middle + by * std::sin(turn) + 0.3 * by * std::sin(7 * turn);
    to.at(length * i / count).add(gauge, trace::event_kind::gauge, trace::to_bits(value));
  }
}

trace::recording of_gauges(std::vector<trace::source_info> gauges, double middle_share = 0.6) {
  trace_builder run;
  std::vector<trace::source_id> ids;
  for (const auto& each : gauges) {
    ids.push_back(run.source(trace::source_kind::gauge, each.name, each.capacity, each.unit));
  }
  // One after another would go back in time, so that the points are interleaved here.
  for (int i = 0; i <= 400; ++i) {
    run.at(10 * ms * i);
    for (std::size_t k = 0; k < ids.size(); ++k) {
      const double top = gauges[k].capacity > 0 ? gauges[k].capacity : 10;
      const double turn = 6.283 * i / (37.0 + 9.0 * static_cast<double>(k));
      run.add(ids[k], trace::event_kind::gauge,
              trace::to_bits(std::round(top * middle_share * (1 + 0.6 * std::sin(turn)))));
    }
  }
  return run.done();
}

std::unique_ptr<workbench> no_run() {
  return opened(tab::charts).bench;
}

std::unique_ptr<workbench> nothing() {
  trace_builder run;
  run.at(ms).note("a run that recorded notes only").at(2 * ms).run_end("completed");
  return recorded(run.done(), tab::charts);
}

std::unique_ptr<workbench> one_gauge() {
  return recorded(of_gauges({{.name = "queue depth",
                              .unit = "items",
                              .capacity = 16,
                              .role = trace::source_role::queue}}),
                  tab::charts);
}

std::unique_ptr<workbench> ten_gauges() {
  std::vector<trace::source_info> gauges;
  for (int i = 1; i <= 10; ++i) {
    gauges.push_back({.name = "partition " + std::to_string(i) + " of the store: queue depth",
                      .unit = "items",
                      .capacity = i % 3 == 0 ? 0.0 : 8.0 * i,
                      .role = trace::source_role::queue});
  }
  return recorded(of_gauges(std::move(gauges)), tab::charts);
}

std::unique_ptr<workbench> bytes() {
  return recorded(of_gauges({{.name = "buffered", .unit = "B", .capacity = 16 * 1024},
                             {.name = "memory in use", .unit = "B", .capacity = 48 * 1024 * 1024},
                             {.name = "written", .unit = "B/s"}}),
                  tab::charts);
}

std::unique_ptr<workbench> percentages() {
  return recorded(of_gauges({{.name = "share of errors", .unit = "%", .capacity = 50},
                             {.name = "load of the cpu", .unit = "%", .capacity = 100}}),
                  tab::charts);
}

std::unique_ptr<workbench> extremes() {
  trace_builder run;
  const auto tiny = run.source(trace::source_kind::gauge, "a share", 0.004);
  const auto huge = run.source(trace::source_kind::gauge, "bytes in all", 0, "items");
  const auto below = run.source(trace::source_kind::gauge, "balance", 0, "credits");
  const auto zero = run.source(trace::source_kind::gauge, "lost", 3, "items");
  const auto far = run.source(trace::source_kind::gauge, "pool", 10'000, "connections");
  for (int i = 0; i <= 200; ++i) {
    const double wave = std::sin(0.1 * i);
    run.at(20 * ms * i);
    run.add(tiny, trace::event_kind::gauge, trace::to_bits(0.002 + 0.001 * wave));
    run.add(huge, trace::event_kind::gauge, trace::to_bits(3.2e12 * i));
    run.add(below, trace::event_kind::gauge, trace::to_bits(-4 + 6 * wave));
    run.add(zero, trace::event_kind::gauge, trace::to_bits(0));
    run.add(far, trace::event_kind::gauge, trace::to_bits(std::round(20 + 10 * wave)));
  }
  return recorded(run.done(), tab::charts);
}

std::unique_ptr<workbench> limit_that_moves() {
  trace_builder run;
  const auto gauge = run.source(trace::source_kind::gauge, "in flight", 8, "calls");
  for (int i = 0; i <= 300; ++i) {
    run.at(10 * ms * i);
    if (i % 60 == 0) {
      run.add(gauge, trace::event_kind::limit, trace::to_bits(4.0 + (i / 60) % 3 * 4));
    }
    run.add(gauge, trace::event_kind::gauge, trace::to_bits(i % 9));
  }
  return recorded(run.done(), tab::charts);
}

std::unique_ptr<workbench> breaker() {
  return live(tab::charts).bench;
}

std::unique_ptr<workbench> zoomed_to_a_microsecond() {
  auto bench = recorded(random_trace(3, 50'000), tab::charts);
  const nanos middle = bench->view.whole().length() / 2;
  bench->clock.go_to(bench->shown()->trace(), middle);
  bench->view.zoom_to({bench->clock.at().t_ns - 500, bench->clock.at().t_ns + 500});
  return bench;
}

std::unique_ptr<workbench> hours() {
  trace_builder run;
  const auto depth = run.source(trace::source_kind::gauge, "queue depth", 64, "items");
  swing(run, depth, 3600 * 5 * s, 200'000, 30, 20);
  return recorded(run.done(), tab::charts);
}

std::unique_ptr<workbench> many_events() {
  return recorded(random_trace(1, 200'000), tab::charts);
}

std::unique_ptr<workbench> ghost() {
  scripted made = live(tab::charts);
  made.bench->begin_change();
  made.bench->set_knob(0, 25);
  made.source->answer();
  made.bench->poll();
  return std::move(made.bench);
}

std::unique_ptr<workbench> markers() {
  scripted made = live(tab::charts);
  auto& bench = *made.bench;
  for (const nanos at : {0 * ms, 900 * ms, 930 * ms, 2000 * ms, 3980 * ms}) {
    bench.clock.go_to(bench.shown()->trace(), at);
    bench.perform(action::marker);
  }
  bench.clock.go_to(bench.shown()->trace(), 1500 * ms);
  return std::move(made.bench);
}

std::unique_ptr<workbench> cursor_at_the_start() {
  scripted made = live(tab::charts);
  made.bench->clock.to_start();
  return std::move(made.bench);
}

std::unique_ptr<workbench> cursor_out_of_view() {
  scripted made = live(tab::charts);
  made.bench->view.zoom_to({1 * s, 1500 * ms});
  return std::move(made.bench);
}

std::unique_ptr<workbench> promise() {
  trace_builder run;
  const auto depth = run.source(trace::source_kind::gauge, "queue depth", 4, "items");
  for (int i = 0; i < 40; ++i) {
    run.at(i * ms).add(depth, trace::event_kind::gauge, trace::to_bits(i / 8));
  }
  run.at(40 * ms).promise_broken("the queue held 5 items with capacity 4");
  run.at(41 * ms).run_end("assertion-failed");
  auto bench = recorded(run.done(), tab::charts);
  bench->clock.go_to(bench->shown()->trace(), 40 * ms);
  return bench;
}

std::unique_ptr<workbench> truncated() {
  trace_builder run;
  const auto depth = run.source(trace::source_kind::gauge, "queue depth", 16, "items");
  for (int i = 0; i < 100; ++i) {
    run.at(i * ms).add(depth, trace::event_kind::gauge, trace::to_bits(i % 17));
  }
  run.at(180 * ms).add(0, trace::event_kind::gap, 12'345);
  for (int i = 180; i < 260; ++i) {
    run.at(i * ms).add(depth, trace::event_kind::gauge, trace::to_bits(i % 13));
  }
  auto made = run.done();
  made.truncated = true;
  made.remark = "The file breaks off after 181 of 400 events; what it has is shown.";
  return recorded(std::move(made), tab::charts);
}

/// Every kind of end, retries, refused requests, a blocked loop, a state that is no breaker.
trace::recording everything() {
  trace_builder run;
  const std::array ends{trace::outcome::ok,      trace::outcome::rejected,
                        trace::outcome::ok,      trace::outcome::timed_out,
                        trace::outcome::ok,      trace::outcome::failed,
                        trace::outcome::dropped, trace::outcome::short_circuited};
  run.at(0).breaker(0, -1).state("leader", {"searching", "elected"}, 0, -1);
  for (int i = 0; i < 400; ++i) {
    const auto how = ends[static_cast<std::size_t>(i * 7 / 3) % ends.size()];
    run.at(10 * ms * i).gauge("queue depth", i % 12, 16).gauge("in flight", i % 5, 4);
    run.gauge("loop lag", i % 50 == 0 ? 12 : 0.2);
    const auto request = run.begin_span("request", trace::span_role::request);
    if (how != trace::outcome::rejected) {
      for (int attempt = 0; attempt <= i % 3; ++attempt) {
        const auto inner = run.begin_span("attempt", trace::span_role::attempt, request);
        run.at(10 * ms * i + 2 * ms * (attempt + 1));
        run.end_span(inner, attempt == i % 3 ? how : trace::outcome::failed);
      }
    }
    run.end_span(request, how).end("requests", how, i + 1);
    if (i == 200) {
      run.breaker(1, 0).state("leader", {"searching", "elected"}, 1, 0);
    }
    if (i == 300) {
      run.breaker(2, 1);
    }
    if (i == 320) {
      run.breaker(0, 2);
    }
  }
  return run.done();
}

std::unique_ptr<workbench> all_kinds() {
  return recorded(everything(), tab::charts);
}

std::unique_ptr<workbench> presenter() {
  scripted made = live(tab::charts);
  made.bench->screen.presenter = true;
  return std::move(made.bench);
}

} // namespace

std::vector<stage> charts_stages() {
  return {{"charts: no run", no_run},
          {"charts: nothing", nothing},
          {"charts: one gauge", one_gauge},
          {"charts: ten gauges", ten_gauges},
          {"charts: bytes", bytes},
          {"charts: percentages", percentages},
          {"charts: extremes", extremes},
          {"charts: limit that moves", limit_that_moves},
          {"charts: breaker", breaker},
          {"charts: microsecond", zoomed_to_a_microsecond},
          {"charts: hours", hours, true},
          {"charts: many events", many_events, true},
          {"charts: ghost", ghost},
          {"charts: markers", markers},
          {"charts: cursor at the start", cursor_at_the_start},
          {"charts: cursor out of view", cursor_out_of_view},
          {"charts: promise", promise},
          {"charts: truncated", truncated},
          {"charts: all kinds", all_kinds},
          {"charts: presenter", presenter}};
}

} // namespace weir::viz::test
