#pragma once

#include "protocol/submission.hpp"

#include <weir/knob.hpp>
#include <weir/trace/recording.hpp>
#include <weir/trace/summary.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Where runs come from while the window is live. The session knows this interface only; behind it
/// stands a scene runner in a process of its own, or a fake in a test.
namespace weir::viz {

using protocol::submission;

/// One entry of the menu of scenes.
struct scene_entry {
  std::string id = {};                ///< of the exercise: "bounded-queue"
  std::string chapter = {};           ///< "01 Back-pressure"
  std::string title = {};             ///< of the exercise: "A queue that says wait"
  std::vector<submission> codes = {}; ///< what there is to run; never empty
};

/// The scene that is open, as the scene declares itself.
struct scene_info {
  std::string id = {};
  std::string title = {};
  std::string caption = {};
  std::vector<knob_info> knobs = {};
  std::vector<std::string> goals = {};
  std::chrono::nanoseconds horizon{};
};

/// What a run is for. Within `main` and `other` the newest request wins: older ones that have not
/// begun are dropped, and an older result never comes after a newer one. Those of `sweep` queue up
/// behind the other two, until `cancel_sweep`.
enum class slot : std::uint8_t { main, other, sweep };

struct run_request {
  slot where = slot::main;
  submission code = submission::mine;
  std::vector<std::pair<std::string, double>> knobs =
      {}; ///< by name; those not named keep the default
  std::uint64_t seed = 1;
  std::uint64_t ticket = 0;           ///< comes back with the result
  std::chrono::nanoseconds horizon{}; ///< 0 = the scene's own
};

/// How long the stages of a run took, real time.
struct run_timings {
  std::chrono::nanoseconds simulate{};
  std::chrono::nanoseconds transfer{};
  std::chrono::nanoseconds round_trip{}; ///< from the request to the result at hand
};

/// A scene was opened, or opened again after its code was rebuilt (`scene` may declare other knobs
/// now). The window asks for new runs.
struct scene_opened {
  scene_info scene = {};
  submission code = submission::mine; ///< to show first, or whose code was rebuilt
  std::vector<submission> codes = {}; ///< what there is to run
  /// What the command line asked to begin with; empty when code was rebuilt.
  std::vector<std::pair<std::string, double>> knobs = {};
  std::optional<std::uint64_t> seed = {};
  std::optional<submission> beside = {}; ///< compared from the start
};

/// A goal of the scene and whether the run met it. `weir::goal_result` would do, but its header
/// brings Asio into every panel.
struct judged_goal {
  std::string text = {};
  bool met = false;
  std::string remark = {}; ///< why it could not be judged; usually empty
  std::string seen = {};   ///< what the run reached, "p99 is 413 ms"; may be empty
};

struct run_finished {
  run_request request = {};
  std::shared_ptr<const trace::recording> trace = {}; ///< never null
  trace::summary summary = {};
  std::vector<judged_goal> goals = {};
  std::string ended = {};   ///< "reached the horizon", "deadlock", ...
  std::string message = {}; ///< what a failed run said
  bool healthy = true;
  run_timings timings = {};
};

/// A schedule that a token names, run again on the code as it is now: shown in place of a scene.
/// What it came to is the banner before it.
struct run_replayed {
  std::shared_ptr<const trace::recording> trace = {}; ///< never null
};

/// What went wrong, is going on, or is to be known about the run on show; stays until the next one.
/// When something went wrong, the last good picture is kept under it.
struct banner {
  enum class kind : std::uint8_t {
    none,
    working, ///< "compiling queue.cpp"
    passed,  ///< the promise that the replayed schedule broke holds in it now
    remark,  ///< about the replayed schedule, where nothing went wrong in showing it
    compile_error,
    crash,
    timed_out,
    problem ///< anything else: a knob the scene does not take, no runner, the session has ended
  };
  kind what = kind::none;
  std::string title = {}; ///< one line: "queue.cpp does not compile"
  std::string text = {};  ///< the rest: the compiler's messages, the signal, what to do
};

/// Something went wrong: no new run will come of what was asked for.
[[nodiscard]] constexpr bool is_trouble(banner::kind what) noexcept {
  return what >= banner::kind::compile_error;
}

using simulation_update = std::variant<scene_opened, run_finished, run_replayed, banner>;

/// Not thread-safe: one thread calls all of it. Nothing blocks.
class simulation {
public:
  simulation() = default;
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;
  virtual ~simulation() = default;

  /// Every scene that can be opened; the same until the end of the session. None where a recorded
  /// schedule is replayed.
  [[nodiscard]] virtual const std::vector<scene_entry>& scenes() const = 0;

  /// From now on `told` is called with whatever happens, oldest first, on a thread of the
  /// simulation's own where it has one: what takes long does not hold up a frame there. What
  /// happened before is told at once. It must not throw, and is not called any more once the
  /// simulation is destroyed. Call it once.
  virtual void listen(std::function<void(simulation_update)> told) = 0;

  /// Opens another scene; `scene_opened` or a banner follows.
  virtual void open(const std::string& scene_id, submission which) = 0;

  virtual void request(const run_request& what) = 0;
  virtual void cancel_sweep() = 0;
};

} // namespace weir::viz
