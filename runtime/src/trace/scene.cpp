#include "weir/scene.hpp"

#include "weir/policy.hpp"
#include "weir/run.hpp"

namespace weir {

namespace {

/// Shared by the scene's body and the coroutine that watches the horizon, whichever goes last.
struct performance {
  performance(const boost::asio::any_io_executor& executor, std::chrono::nanoseconds horizon)
      : until(executor, horizon) {}

  boost::asio::steady_timer until;
  std::exception_ptr error;
  bool ended = false;
};

boost::asio::awaitable<void> play(const scene_definition& scene, scene_context& context) {
  name_this_task("scene");
  co_await scene.body(context);
}

boost::asio::awaitable<void> perform(const scene_definition& scene, scene_context& context,
                                     bool& ended) {
  name_this_task("horizon");
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto shared = std::make_shared<performance>(executor, context.horizon());
  auto on_end = [shared](const std::exception_ptr& error) {
    shared->ended = true;
    shared->error = error;
    shared->until.cancel();
  };
  auto body = play(scene, context);
  boost::asio::co_spawn(executor, std::move(body), std::move(on_end));
  boost::system::error_code cancelled;
  co_await shared->until.async_wait(
      boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  ended = shared->ended;
  if (shared->error) {
    std::rethrow_exception(shared->error);
  }
}

/// A scene that stands still long before its horizon is most likely stuck.
std::optional<std::chrono::nanoseconds> stuck_since(const trace::recording& trace,
                                                    std::chrono::nanoseconds horizon) {
  const auto last =
      std::ranges::find_if(trace.events.rbegin(), trace.events.rend(),
                           [&](const trace::event& e) { return e.t_ns < horizon.count(); });
  const std::chrono::nanoseconds since{last == trace.events.rend() ? 0 : last->t_ns};
  return horizon - since > horizon / 4 ? std::optional(since) : std::nullopt;
}

void describe_end(scene_result& result, const run_result& run, bool body_ended,
                  std::optional<std::chrono::nanoseconds> stuck) {
  result.healthy = run.outcome == run_outcome::completed;
  if (!result.healthy) {
    result.ended = to_string(run.outcome);
    result.message = run.message;
  } else if (body_ended) {
    result.ended = "completed";
  } else {
    result.ended = "reached the horizon";
    if (stuck) {
      result.message = text("nothing happened any more after {}", *stuck);
    }
  }
}

} // namespace

bool scene_result::goals_met() const noexcept {
  return std::ranges::all_of(goals, &goal_result::met);
}

std::vector<goal_result> judge_goals(const scene_definition& scene, const trace::summary& seen) {
  std::vector<goal_result> results;
  for (const auto& goal : scene.goals) {
    goal_result result{.text = goal.text};
    try {
      result.met = goal.met(seen);
      if (goal.seen) {
        result.seen = goal.seen(seen);
      }
    } catch (const std::exception& error) {
      result.remark = std::string("can't be judged: ") + error.what();
    }
    results.push_back(std::move(result));
  }
  return results;
}

scene_result run_scene(const scene_definition& scene, const scene_settings& settings,
                       trace::recorder& to) {
  if (!scene.body || scene.horizon.count() <= 0) {
    throw std::logic_error(text("the scene '{}' needs a body and a horizon above 0", scene.title));
  }
  scene_result result{.title = scene.title,
                      .caption = scene.caption,
                      .exercise = settings.exercise,
                      .seed = settings.seed,
                      .knobs = knob_set(scene.knobs)};
  for (const auto& assignment : settings.assignments) {
    result.knobs.set(assignment);
  }
  to.clear();
  to.header() = {.exercise = settings.exercise,
                 .scenario = scene.title,
                 .seed = settings.seed,
                 .knobs = result.knobs.settings()};

  scene_context context(result.knobs, settings.seed, scene.horizon);
  bool body_ended = false;
  const auto order = make_fifo();
  run_options options;
  options.seed = settings.seed;
  options.leaks = leak_check::keep;
  options.limits = {.steps = scene.step_limit, .virtual_time = 2 * scene.horizon};
  const trace::scoped_recorder recording(&to);
  order->begin_run(settings.seed);
  const auto ran = run([&] { return perform(scene, context, body_ended); }, *order, options);

  const auto trace = to.snapshot();
  result.summary = trace::summarize(trace);
  describe_end(result, ran, body_ended, stuck_since(trace, scene.horizon));
  result.goals = judge_goals(scene, result.summary);
  return result;
}

} // namespace weir
