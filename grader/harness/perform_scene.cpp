#include "perform_scene.hpp"

#include "prepare_image.hpp"

#include <weir/trace/shared.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <vector>

namespace weir::harness {

namespace json = boost::json;

namespace {

/// Real time, whatever the runtime makes of std::chrono's clocks and the reader's code of the C
/// library's.
std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

json::object hello(const scene_definition& scene) {
  json::array goals;
  for (const auto& goal : scene.goals) {
    goals.emplace_back(goal.text);
  }
  return {{"hello", 1},
          {"title", scene.title},
          {"caption", scene.caption},
          {"horizon_ns", scene.horizon.count()},
          {"goals", std::move(goals)},
          {"knobs", json::parse(knob_set(scene.knobs).to_json())}};
}

/// "name=value" for each knob of the request. Throws knob_error.
std::vector<std::string> assignments_of(const scene_definition& scene, const json::array& knobs) {
  knob_set set(scene.knobs);
  for (const auto& each : knobs) {
    const auto& pair = each.as_array();
    set.set(std::string_view(pair.at(0).as_string()), pair.at(1).to_number<double>());
  }
  std::vector<std::string> all;
  for (const auto& [name, value] : set.settings()) {
    all.push_back(name + '=' + value);
  }
  return all;
}

json::array to_json(const std::vector<goal_result>& goals) {
  json::array list;
  for (const auto& goal : goals) {
    list.push_back(
        {{"text", goal.text}, {"met", goal.met}, {"seen", goal.seen}, {"remark", goal.remark}});
  }
  return list;
}

void run(const scene_definition& scene, const std::string& exercise, const json::object& request,
         const shared_halves& memory, json::object& reply) {
  scene_settings settings;
  settings.assignments = assignments_of(scene, request.at("knobs").as_array());
  settings.seed = request.at("seed").to_number<std::uint64_t>();
  settings.exercise = exercise;
  scene_definition wanted = scene;
  if (const auto horizon = request.at("horizon_ns").to_number<std::int64_t>(); horizon > 0) {
    wanted.horizon = std::chrono::nanoseconds(horizon);
  }
  const auto half = request.at("half").to_number<std::size_t>() % 2;
  // Never destroyed: this process ends with its answer, which need not wait for that.
  static auto& recorder = *new trace::recorder;
  const auto begun = now_ns();
  const scene_result result = run_scene(wanted, settings, recorder);
  const auto simulated = now_ns();
  const auto bytes = trace::write_shared(memory[half], recorder.snapshot(), result.summary);
  reply["half"] = half;
  reply["bytes"] = bytes;
  reply["healthy"] = result.healthy;
  reply["ended"] = result.ended;
  reply["message"] = result.message;
  reply["goals"] = to_json(result.goals);
  reply["simulate_ns"] = simulated - begun;
  reply["share_ns"] = now_ns() - simulated;
}

json::object answer(const scene_definition& scene, const std::string& exercise,
                    const json::object& request, const shared_halves& memory) {
  json::object reply{{"ticket", request.at("ticket")}};
  try {
    run(scene, exercise, request, memory, reply);
  } catch (const knob_error& e) {
    reply["error"] = "knob";
    reply["message"] = e.what();
  } catch (const std::exception& e) {
    reply["error"] = "scene";
    reply["message"] = e.what();
  }
  return reply;
}

} // namespace

void perform_scene(const scene_source& source, const shared_halves& memory, line_channel& asked) {
  const scene_definition& scene = source.load();
  read_symbol_tables();
  prepare_memory();
  while (const auto request = asked.read_line()) {
    if (*request == ask_hello) {
      asked.write(hello(scene));
      continue;
    }
    const auto reply = answer(scene, source.exercise, json::parse(*request).as_object(), memory);
    std::fflush(nullptr); // what the code has printed comes before the answer
    asked.write(reply);
    return;
  }
}

} // namespace weir::harness
