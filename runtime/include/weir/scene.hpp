#pragma once

#include "weir/knob.hpp"
#include "weir/trace/recorder.hpp"
#include "weir/trace/summary.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Scenes: a world around the reader's code, with knobs to turn and goals to meet.
namespace weir {

/// What a scene's body gets. Lives as long as the run.
class scene_context {
public:
  scene_context(const knob_set& knobs, std::uint64_t seed, std::chrono::nanoseconds horizon)
      : knobs_(knobs), seed_(seed), horizon_(horizon) {}

  scene_context(const scene_context&) = delete;
  scene_context& operator=(const scene_context&) = delete;

  /// The value of a knob: `const auto latency = scene[latency_knob];`
  template <class T>
  [[nodiscard]] T operator[](const knob<T>& which) const {
    return knobs_.get(which);
  }

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

  /// Virtual time at which the run is cut off.
  [[nodiscard]] std::chrono::nanoseconds horizon() const noexcept { return horizon_; }

private:
  const knob_set& knobs_;
  std::uint64_t seed_;
  std::chrono::nanoseconds horizon_;
};

/// Something that can be met by tuning.
struct scene_goal {
  std::string text = {}; ///< "lose nothing at twice the load, depth never above 64"
  std::function<bool(const trace::summary&)> met = {};
  /// What the run reached, in the goal's terms and units: "p99 is 413 ms". Shown whether the goal
  /// is met or not, so that a reader sees how far it is; may be left out.
  std::function<std::string(const trace::summary&)> seen = {};
};

/// A scene, as its shared object defines it with WEIR_SCENE.
struct scene_definition {
  std::string title = {};
  std::string caption = {}; ///< one line: what to watch and what to try
  std::vector<knob_info> knobs = {};
  std::vector<scene_goal> goals = {};
  std::function<boost::asio::awaitable<void>(scene_context&)> body = {};
  std::chrono::nanoseconds horizon = std::chrono::seconds{10};
  std::uint64_t step_limit = 10'000'000; ///< handlers; a scene that runs more has gone astray
};

struct scene_settings {
  std::vector<std::string> assignments = {}; ///< "name=value", as `--set` takes them
  std::uint64_t seed = 1;
  std::string exercise = {}; ///< stable id, kept in the trace's header
};

struct goal_result {
  std::string text = {};
  bool met = false;
  std::string seen = {};   ///< what the run reached; empty when the goal does not say
  std::string remark = {}; ///< why it could not be judged; usually empty
};

struct scene_result {
  std::string title = {};
  std::string caption = {};
  std::string exercise = {};
  std::uint64_t seed = 0;
  knob_set knobs = {};
  std::vector<goal_result> goals = {};
  trace::summary summary = {};
  std::string ended = {};   ///< "reached the horizon", "completed", "deadlock", ...
  std::string message = {}; ///< what a failed run said; empty otherwise
  bool healthy = true;      ///< the run completed or reached the horizon
  [[nodiscard]] bool goals_met() const noexcept;
};

/// Runs the scene once from virtual time 0 to its horizon, recording into `to` (cleared first); the
/// same settings give the same trace. What is still alive at the horizon is no failure; it is left
/// as it is, and none of its destructors run. Throws knob_error for bad settings and
/// std::logic_error for a bad definition; what the body throws ends up in the result.
[[nodiscard]] scene_result run_scene(const scene_definition& scene, const scene_settings& settings,
                                     trace::recorder& to);

/// Judges every goal. One that throws is missed, and its remark says why.
[[nodiscard]] std::vector<goal_result> judge_goals(const scene_definition& scene,
                                                   const trace::summary& seen);

/// The result for people: knobs, goals, a small chart for each gauge, counters, outcomes, spans,
/// states.
[[nodiscard]] std::string to_text(const scene_result& result);
/// The same as one JSON object. Durations in nanoseconds.
[[nodiscard]] std::string to_json(const scene_result& result);

/// What the scene's shared object exports under this name.
using scene_entry = const scene_definition* (*)();
inline constexpr const char* scene_entry_name = "weir_scene";

} // namespace weir

/// Defines the scene of a shared object, by designated initialisers:
///
///     bool stays_low(const weir::trace::summary& seen) {
///       return seen.gauge("queue depth").max <= 64;
///     }
///     WEIR_SCENE(.title = "A burst meets a bounded queue",
///                .caption = "Watch the depth; turn capacity down until the source has to wait.",
///                .knobs = {arrival_rate, capacity},
///                .goals = {{"depth never above 64", stays_low}},
///                .body = burst,
///                .horizon = 10s);
#define WEIR_SCENE(...)                                                                            \
  extern "C" const ::weir::scene_definition* weir_scene();                                         \
  extern "C" const ::weir::scene_definition* weir_scene() {                                        \
    static const ::weir::scene_definition definition{__VA_ARGS__};                                 \
    return &definition;                                                                            \
  }                                                                                                \
  static_assert(true, "a scene's definition ends in a semicolon")
