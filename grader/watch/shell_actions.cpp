// How the shell performs what the machine decides: the other half of watch_shell.

#include "base/cancellation.hpp"
#include "watch/screen.hpp"
#include "watch/shell.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace weir::grader::watch {

waiting_handler watch_shell::waiting_in(generation run) {
  return [this, run](const std::string& what) {
    feed(run_waits{run, what});
  };
}

asio::awaitable<void> watch_shell::judge_one(start_run wish) {
  try {
    const auto outcome =
        co_await services_.judge(wish.exercise, search_depth::quick, waiting_in(wish.number));
    feed(verdict_arrived{wish.number, outcome});
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
    feed(run_broke{wish.number, thrown.what()});
  }
}

asio::awaitable<void> watch_shell::show_window(open_visualizer wish) {
  std::string problem;
  try {
    problem = co_await services_.visualize(wish.exercise, wish.token);
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
    problem = thrown.what();
  }
  if (!problem.empty()) {
    feed(noticed{problem});
  }
}

asio::awaitable<void> watch_shell::judge_all(start_check wish) {
  for (std::size_t index = 0; index < machine_.state().exercises.size(); ++index) {
    const std::string exercise = machine_.state().exercises[index].id;
    try {
      const auto outcome =
          co_await services_.judge(exercise, search_depth::quick, waiting_in(wish.number));
      feed(exercise_checked{wish.number, exercise, outcome});
    } catch (const std::exception& thrown) {
      if (is_cancellation(thrown)) {
        throw;
      }
      feed(exercise_broke{wish.number, exercise, thrown.what()});
    }
  }
  feed(check_finished{wish.number});
}

asio::awaitable<void> watch_shell::judge_deeply(start_deep wish) {
  run_outcome outcome; // a search that breaks found nothing
  outcome.passed = true;
  try {
    outcome = co_await services_.judge(wish.exercise, search_depth::deep, {});
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
  }
  feed(deep_finished{wish.number, outcome});
}

void watch_shell::perform(const watch_file& wish) {
  if (wishes_.manual) {
    return;
  }
  auto file = services_.file_of(wish.exercise);
  auto plan = plan_watch(wishes_, place_of(file));
  if (!plan.notice.empty() && !std::exchange(told_of_plan_, true)) {
    feed(noticed{plan.notice});
  }
  if (!watcher_.watch(std::move(file), std::move(plan))) {
    feed(file_missing{});
  }
}

void watch_shell::perform(const start_run& wish) {
  run_.start([this, wish] { return judge_one(wish); });
  begin_ticking();
}

void watch_shell::perform(const start_check& wish) {
  run_.start([this, wish] { return judge_all(wish); });
  begin_ticking();
}

void watch_shell::begin_ticking() {
  if (std::exchange(ticking_, true)) {
    return;
  }
  group_.spawn(tick(), [this] { ticking_ = false; });
}

void watch_shell::perform(const cancel_run&) {
  run_.cancel();
}

void watch_shell::perform(const start_deep& wish) {
  deep_.start([this, wish] { return judge_deeply(wish); });
}

void watch_shell::perform(const cancel_deep&) {
  deep_.cancel();
}

void watch_shell::perform(const record_result& wish) {
  remember([&] { services_.remember_result(wish); });
}

void watch_shell::perform(const record_hints& wish) {
  remember([&] { services_.remember_hints(wish); });
}

void watch_shell::perform(const record_current& wish) {
  remember([&] { services_.remember_current(wish.exercise); });
}

void watch_shell::remember(const std::function<void()>& write) {
  try {
    write();
  } catch (const std::exception& thrown) {
    feed(noticed{fmt::format("Your progress could not be written: {}", thrown.what())});
  }
}

void watch_shell::perform(const load_page& wish) {
  try {
    feed(page_loaded{wish.page, wish.exercise, services_.page(wish.exercise, wish.page)});
  } catch (const std::exception& thrown) {
    feed(noticed{thrown.what()});
  }
}

void watch_shell::perform(const reset_file& wish) {
  reset_finished finished{wish.exercise, false, {}};
  try {
    finished.message = services_.reset(wish.exercise);
    finished.done = true;
    if (!wishes_.manual) {
      watcher_.resync();
    }
  } catch (const std::exception& thrown) {
    finished.message = thrown.what();
  }
  feed(finished);
}

void watch_shell::perform(const open_editor& wish) {
  const auto file = services_.file_of(wish.exercise);
  auto command = choose_editor(
      env_, file, [this](const std::string& program) { return in_path(env_, program); });
  if (!command) {
    feed(noticed{
        fmt::format("No editor was found; set $EDITOR, or open {} yourself.", file.string())});
  } else if (command->takes_terminal) {
    terminal_editor_ = std::move(command);
  } else {
    feed(noticed{fmt::format("Opening {} in {}.", file.filename().string(), command->name)});
    group_.spawn(edit_in_window(std::move(*command)));
  }
}

void watch_shell::perform(const open_visualizer& wish) {
  if (!services_.visualize) {
    feed(noticed{"The visualizer comes with `weir viz`, which is not built here."});
    return;
  }
  window_.start([this, wish] { return show_window(wish); });
}

void watch_shell::perform(const draw&) {
  if (terminal_.taken()) {
    terminal_.write(painter_.paint(render(machine_.state(), style_)));
  }
}

void watch_shell::perform(const redraw&) {
  painter_.forget();
  perform(draw{});
}

void watch_shell::perform(const quit&) {
  terminal_.hand_back(); // at once, whatever the tasks need for their ends
  group_.cancel();
}

} // namespace weir::grader::watch
