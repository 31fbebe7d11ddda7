#include "stages.hpp"

#include <string>

namespace weir::viz::test {

namespace {

knob_info whole(std::string name, double value, double min, double max, std::string unit = {}) {
  return {.name = std::move(name),
          .kind = knob_kind::integer,
          .value = value,
          .min = min,
          .max = max,
          .step = 1,
          .unit = std::move(unit),
          .documentation = "How many there are at most. More of them wait."};
}

knob_info length(std::string name, double value, double min, double max) {
  return {.name = std::move(name),
          .kind = knob_kind::duration,
          .value = value,
          .min = min,
          .max = max,
          .documentation = "How long a call may take before it is given up."};
}

std::unique_ptr<workbench> with_knobs(std::vector<knob_info> knobs) {
  scene_opened scene = fake_simulation::scene();
  scene.scene.knobs = std::move(knobs);
  run_finished done;
  done.trace = std::make_shared<trace::recording>(breaker_run());
  done.ended = "reached the horizon";
  return live_with(std::move(done), std::move(scene));
}

std::unique_ptr<workbench> no_scene() {
  return std::make_unique<workbench>(std::make_unique<fake_simulation>());
}

std::unique_ptr<workbench> none() {
  return with_knobs({});
}

std::unique_ptr<workbench> many() {
  std::vector<knob_info> knobs;
  for (int i = 1; i <= 18; ++i) {
    knobs.push_back(whole("limit-" + std::to_string(i), 4.0 * i, 1, 100, "calls"));
  }
  return with_knobs(std::move(knobs));
}

std::unique_ptr<workbench> every_kind() {
  knob_info rate{.name = "arrival-rate",
                 .kind = knob_kind::real,
                 .value = 62.5,
                 .min = 0,
                 .max = 400,
                 .unit = "/s",
                 .documentation = "Requests that come, on average."};
  knob_info share = rate;
  share.name = "fault-rate";
  share.value = 2.5;
  share.max = 100;
  share.unit = "%";
  knob_info buffer = whole("buffer", 64 * 1024, 1024, 16 * 1024 * 1024, "B");
  knob_info line = whole("line-speed", 3.0 * 1024 * 1024, 1, 1e9, "B/s");
  knob_info items = whole("memory", 123'456'789, 1, 1e9, "items");
  knob_info policy{.name = "when-full",
                   .kind = knob_kind::choice,
                   .value = 1,
                   .max = 4,
                   .step = 1,
                   .documentation = "What becomes of one too many.",
                   .choices = {"wait", "drop-newest", "drop-oldest", "keep-the-latest-of-each-key",
                               "fail-fast"}};
  knob_info jitter{.name = "full-jitter",
                   .kind = knob_kind::choice,
                   .value = 0,
                   .max = 1,
                   .step = 1,
                   .documentation = "Whether pauses are drawn at random.",
                   .choices = {"off", "on"}};
  return with_knobs({rate, share, buffer, line, items, length("timeout", 1.25e9, 1e6, 60e9),
                     length("think-time", 1'234'567, 0, 1e9), policy, jitter});
}

std::unique_ptr<workbench> ends_of_ranges() {
  auto bench = with_knobs({whole("capacity", 0, 0, 64, "items"), whole("limit", 64, 1, 64, "calls"),
                           length("timeout", 5e9, 1e6, 5e9), length("pause", 0, 0, 2e9),
                           whole("fixed", 3, 3, 3, "lanes")});
  bench->set_knob(0, 64);
  bench->set_knob(1, 1);
  return bench;
}

std::unique_ptr<workbench> long_names() {
  return with_knobs(
      {whole("connections-of-each-replica-of-the-database", 12, 1, 64, "connections"),
       length("time-until-an-idle-connection-is-closed-again", 90e9, 1e9, 3600e9),
       {.name = "what-becomes-of-one-too-many-request",
        .kind = knob_kind::choice,
        .value = 0,
        .max = 1,
        .step = 1,
        .documentation = "A rule.",
        .choices = {"it waits until one of the connections is free again", "refused"}}});
}

std::unique_ptr<workbench> nonsense() {
  auto bench = every_kind();
  bench->screen.typing = 2;
  bench->screen.typed = "as much as there is";
  bench->screen.typing_error =
      "buffer: 'as much as there is' is no number of bytes; expected one like "
      "64KiB, from 1KiB to 16MiB.";
  return bench;
}

std::unique_ptr<workbench> nonsense_seed() {
  auto bench = every_kind();
  bench->screen.typing = screen_state::typing_seed;
  bench->screen.typed = "lucky";
  bench->screen.typing_error = "A seed is a whole number.";
  return bench;
}

std::unique_ptr<workbench> pointed_at() {
  auto bench = many();
  bench->screen.highlighted_knob = "limit-17";
  return bench;
}

std::unique_ptr<workbench> largest_seed() {
  auto bench = every_kind();
  bench->set_seed(18'446'744'073'709'551'615ULL);
  return bench;
}

trace::recording recorded_run(bool long_text) {
  trace::recording made = breaker_run();
  made.header.knobs = {{"arrival-rate", "60/s"}, {"timeout", "200ms"}, {"when-full", "wait"}};
  if (long_text) {
    made.header.exercise = "an-exercise-with-a-name-that-does-not-fit";
    made.header.knobs.emplace_back("connections-of-each-replica-of-the-database",
                                   "as-many-as-the-database-takes");
    for (int i = 0; i < 20; ++i) {
      made.header.knobs.emplace_back("limit-" + std::to_string(i), std::to_string(i * 100));
    }
  }
  return made;
}

std::unique_ptr<workbench> recorded(trace::recording made) {
  return std::make_unique<workbench>(std::make_shared<const trace::recording>(std::move(made)),
                                     "/home/somebody/run.weirtrace");
}

std::unique_ptr<workbench> recorded_knobs() {
  return recorded(recorded_run(false));
}

std::unique_ptr<workbench> recorded_many() {
  return recorded(recorded_run(true));
}

std::unique_ptr<workbench> recorded_nothing() {
  trace_builder b;
  b.at(ms).note("only a note");
  return recorded(b.done());
}

} // namespace

std::vector<stage> knob_stages() {
  return {{"knobs: no scene yet", no_scene},
          {"knobs: none in the scene", none},
          {"knobs: eighteen", many},
          {"knobs: every kind", every_kind},
          {"knobs: at the ends of their ranges", ends_of_ranges},
          {"knobs: long names and values", long_names},
          {"knobs: nonsense typed", nonsense},
          {"knobs: nonsense typed as seed", nonsense_seed},
          {"knobs: an advice points at one", pointed_at},
          {"knobs: the largest seed", largest_seed},
          {"knobs: of a recorded run", recorded_knobs},
          {"knobs: many of a recorded run", recorded_many},
          {"knobs: none of a recorded run", recorded_nothing}};
}

} // namespace weir::viz::test
