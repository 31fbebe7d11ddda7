#include "perform_scene.hpp"

#include "prepare_image.hpp"
#include "protocol/scene_requests.hpp"

#include <weir/trace/shared.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <vector>

namespace weir::harness {

namespace {

/// Real time, whatever the runtime makes of std::chrono's clocks and the reader's code of the C
/// library's.
std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

protocol::scene_hello hello(const scene_definition& scene) {
  protocol::scene_hello said{.title = scene.title,
                             .caption = scene.caption,
                             .horizon = scene.horizon,
                             .knobs = knob_set(scene.knobs).declared()};
  for (const auto& goal : scene.goals) {
    said.goals.push_back(goal.text);
  }
  return said;
}

/// "name=value" for each knob of the request. Throws knob_error.
std::vector<std::string> assignments_of(const scene_definition& scene,
                                        const protocol::scene_request& request) {
  knob_set set(scene.knobs);
  for (const auto& [name, value] : request.knobs) {
    set.set(name, value);
  }
  std::vector<std::string> all;
  for (const auto& [name, value] : set.settings()) {
    all.push_back(name + '=' + value);
  }
  return all;
}

std::vector<protocol::scene_goal> goals_of(const scene_result& result) {
  std::vector<protocol::scene_goal> goals;
  for (const auto& goal : result.goals) {
    goals.push_back({.text = goal.text, .met = goal.met, .remark = goal.remark, .seen = goal.seen});
  }
  return goals;
}

protocol::scene_reply run(const scene_definition& scene, const std::string& exercise,
                          const protocol::scene_request& request, const shared_halves& memory) {
  scene_settings settings;
  settings.assignments = assignments_of(scene, request);
  settings.seed = request.seed;
  settings.exercise = exercise;
  scene_definition wanted = scene;
  if (request.horizon.count() > 0) {
    wanted.horizon = request.horizon;
  }
  const auto half = request.half % 2;
  // Never destroyed: this process ends with its answer, which need not wait for that.
  static auto& recorder = *new trace::recorder;
  const auto begun = now_ns();
  const scene_result result = run_scene(wanted, settings, recorder);
  const auto simulated = now_ns();
  const auto bytes = trace::write_shared(memory[half], recorder.snapshot(), result.summary);
  return {.ticket = request.ticket,
          .half = half,
          .bytes = bytes,
          .healthy = result.healthy,
          .ended = result.ended,
          .message = result.message,
          .goals = goals_of(result),
          .simulate = std::chrono::nanoseconds(simulated - begun),
          .share = std::chrono::nanoseconds(now_ns() - simulated)};
}

protocol::scene_answer answer(const scene_definition& scene, const std::string& exercise,
                              const protocol::scene_request& request, const shared_halves& memory) {
  using protocol::scene_refusal;
  try {
    return run(scene, exercise, request, memory);
  } catch (const knob_error& e) {
    return scene_refusal{request.ticket, scene_refusal::kind::knob, e.what()};
  } catch (const std::exception& e) {
    return scene_refusal{request.ticket, scene_refusal::kind::scene, e.what()};
  }
}

} // namespace

void perform_scene(const scene_source& source, const shared_halves& memory,
                   support::line_socket& asked) {
  const scene_definition& scene = source.load();
  read_symbol_tables();
  prepare_memory();
  while (const auto line = asked.read()) {
    if (*line == ask_hello) {
      asked.write(to_line(protocol::scene_answer(hello(scene))));
      continue;
    }
    const auto reply = answer(scene, source.exercise, protocol::parse_scene_request(*line), memory);
    std::fflush(nullptr); // what the code has printed comes before the answer
    asked.write(to_line(reply));
    return;
  }
}

} // namespace weir::harness
