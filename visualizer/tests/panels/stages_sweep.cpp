#include "stages_live.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz::test {

namespace {

/// A server with `permits` places that each take `work`: rises, bends at its bound, and queues.
trace::recording served(double offered, double permits, nanos work) {
  trace_builder run;
  const double rate = std::min(offered, permits / (static_cast<double>(work) / 1e9));
  const double load = std::min(0.98, offered * static_cast<double>(work) / 1e9 / permits);
  const auto wait = static_cast<nanos>(static_cast<double>(work) / (1 - load));
  const auto step = static_cast<nanos>(1e9 / std::max(rate, 1.0));
  run.at(0).gauge("in flight", 0, permits);
  for (nanos t = 0; t + wait < 4 * s; t += step) {
    run.at(t).gauge("in flight", permits * load, permits);
  }
  std::int64_t item = 0;
  for (nanos t = 0; t + wait < 4 * s && item < 4'000; t += step) {
    const auto id = run.at(t).begin_span("request", trace::span_role::request);
    run.at(t + wait).end_span(id).end("requests", trace::outcome::ok, ++item);
  }
  run.at(4 * s).run_end("reached the horizon");
  return run.done();
}

double value_in(const run_request& request, std::string_view knob, double otherwise) {
  const auto found = std::ranges::find(request.knobs, knob, &std::pair<std::string, double>::first);
  return found == request.knobs.end() ? otherwise : found->second;
}

scene_opened scene_of(std::vector<knob_info> knobs) {
  auto told = fake_simulation::scene();
  told.scene.knobs = std::move(knobs);
  return told;
}

const knob_info arrival_rate{
    "arrival-rate", knob_kind::real, 60, 1, 400, 1, "/s", "Requests that come, on average.", {}};
const knob_info limit{"limit", knob_kind::integer, 8, 1, 64, 1, "calls", "How many at once.", {}};
const knob_info timeout{"timeout", knob_kind::duration,     200e6, 10e6, 5e9, 10e6,
                        "",        "What a call may take.", {}};
const knob_info high{"high-watermark",
                     knob_kind::integer,
                     64 * 1024,
                     1024,
                     1024 * 1024,
                     1024,
                     "B",
                     "When the writer pauses.",
                     {}};

/// Sweeps the first knob; `make` turns each answer into what came of it, false leaves it out.
template <class Make>
std::unique_ptr<workbench> swept(scene_opened scene, Make make) {
  scripted made = live(tab::sweep, std::move(scene));
  made.bench->start_sweep();
  for (const run_request& each : std::exchange(made.source->asked, {})) {
    auto answer = answer_to(each);
    if (make(answer)) {
      made.source->tell(std::move(answer));
    }
  }
  made.bench->poll();
  return std::move(made.bench);
}

void serve(run_finished& run, double offered, double permits, nanos work) {
  run.trace = std::make_shared<const trace::recording>(served(offered, permits, work));
}

std::unique_ptr<workbench> recorded_run() {
  return recorded(breaker_run(), tab::sweep);
}

std::unique_ptr<workbench> no_knobs() {
  return live(tab::sweep, scene_of({})).bench;
}

std::unique_ptr<workbench> choices_only() {
  return live(tab::sweep, scene_of({{"when-full",
                                     knob_kind::choice,
                                     0,
                                     0,
                                     1,
                                     1,
                                     "",
                                     "What becomes of one too many.",
                                     {"wait", "drop-newest"}}}))
      .bench;
}

std::unique_ptr<workbench> not_started() {
  return live(tab::sweep).bench;
}

std::unique_ptr<workbench> begun() {
  scripted made = live(tab::sweep);
  made.bench->start_sweep();
  return std::move(made.bench);
}

std::unique_ptr<workbench> running() {
  int left = 5;
  return swept(scene_of({limit, arrival_rate}), [left](run_finished& run) mutable {
    serve(run, 300, value_in(run.request, "limit", 8), 50 * ms);
    return left-- > 0;
  });
}

std::unique_ptr<workbench> knee() {
  return swept(scene_of({limit, arrival_rate}), [](run_finished& run) {
    serve(run, 300, value_in(run.request, "limit", 8), 50 * ms);
    return true;
  });
}

std::unique_ptr<workbench> no_knee() {
  return swept(scene_of({arrival_rate, limit}), [](run_finished& run) {
    serve(run, value_in(run.request, "arrival-rate", 60), 64, 20 * ms);
    return true;
  });
}

std::unique_ptr<workbench> some_crashed() {
  return swept(scene_of({limit, arrival_rate}), [](run_finished& run) {
    const double value = value_in(run.request, "limit", 8);
    serve(run, 300, value, 50 * ms);
    if (value > 20 && value < 45) {
      run.trace = std::make_shared<const trace::recording>();
      run.healthy = false;
      run.ended = "crashed";
      run.message = "your code crashed: segmentation fault";
    }
    return true;
  });
}

std::unique_ptr<workbench> all_crashed() {
  return swept(scene_of({limit, arrival_rate}), [](run_finished& run) {
    run.trace = std::make_shared<const trace::recording>();
    run.healthy = false;
    run.ended = "crashed";
    return true;
  });
}

std::unique_ptr<workbench> nothing_done() {
  return swept(scene_of({limit, arrival_rate}), [](run_finished& run) {
    trace_builder quiet;
    quiet.at(4 * s).note("the end");
    run.trace = std::make_shared<const trace::recording>(quiet.done());
    return true;
  });
}

std::unique_ptr<workbench> durations() {
  return swept(scene_of({timeout, limit}), [](run_finished& run) {
    serve(run, value_in(run.request, "timeout", 1) / 1e7, 16, 50 * ms);
    return true;
  });
}

std::unique_ptr<workbench> bytes() {
  return swept(scene_of({high, limit}), [](run_finished& run) {
    serve(run, std::sqrt(value_in(run.request, "high-watermark", 1)) / 4, 16, 50 * ms);
    return true;
  });
}

std::unique_ptr<workbench> old() {
  auto bench = knee();
  bench->set_knob(1, 200);
  return bench;
}

std::unique_ptr<workbench> other_knob_chosen() {
  auto bench = knee();
  bench->screen.sweep_knob = 1;
  return bench;
}

} // namespace

std::vector<stage> sweep_stages() {
  return {{"sweep: recorded", recorded_run},
          {"sweep: no knobs", no_knobs},
          {"sweep: choices only", choices_only},
          {"sweep: not started", not_started},
          {"sweep: begun", begun},
          {"sweep: running", running},
          {"sweep: knee", knee},
          {"sweep: no knee", no_knee},
          {"sweep: some crashed", some_crashed},
          {"sweep: all crashed", all_crashed},
          {"sweep: nothing done", nothing_done},
          {"sweep: durations", durations},
          {"sweep: bytes", bytes},
          {"sweep: old", old},
          {"sweep: other knob chosen", other_knob_chosen}};
}

} // namespace weir::viz::test
