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

asio::awaitable<void> watch_shell::judge_one(start_run wanted) {
  try {
    const auto outcome =
        co_await services_.judge(wanted.exercise, search_depth::quick, waiting_in(wanted.number));
    feed(verdict_arrived{wanted.number, outcome});
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
    feed(run_broke{wanted.number, thrown.what()});
  }
}

asio::awaitable<void> watch_shell::show_window(open_visualizer wanted) {
  std::string problem;
  try {
    problem = co_await services_.visualize(wanted.exercise, wanted.token);
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

asio::awaitable<void> watch_shell::judge_all(start_check wanted) {
  for (std::size_t index = 0; index < machine_.state().exercises.size(); ++index) {
    const std::string exercise = machine_.state().exercises[index].id;
    try {
      const auto outcome =
          co_await services_.judge(exercise, search_depth::quick, waiting_in(wanted.number));
      feed(exercise_checked{wanted.number, exercise, outcome});
    } catch (const std::exception& thrown) {
      if (is_cancellation(thrown)) {
        throw;
      }
      feed(exercise_broke{wanted.number, exercise, thrown.what()});
    }
  }
  feed(check_finished{wanted.number});
}

asio::awaitable<void> watch_shell::judge_deeply(start_deep wanted) {
  run_outcome outcome; // a search that breaks found nothing
  outcome.passed = true;
  try {
    outcome = co_await services_.judge(wanted.exercise, search_depth::deep, {});
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
  }
  feed(deep_finished{wanted.number, outcome});
}

void watch_shell::perform(const watch_file& wanted) {
  if (how_to_watch_.manual) {
    return;
  }
  auto file = services_.file_of(wanted.exercise);
  auto plan = plan_watch(how_to_watch_, place_of(file));
  if (!plan.notice.empty() && !std::exchange(told_of_plan_, true)) {
    feed(noticed{plan.notice});
  }
  if (!watcher_.watch(std::move(file), std::move(plan))) {
    feed(file_missing{});
  }
}

void watch_shell::perform(const start_run& wanted) {
  run_.start([this, wanted] { return judge_one(wanted); });
  begin_ticking();
}

void watch_shell::perform(const start_check& wanted) {
  run_.start([this, wanted] { return judge_all(wanted); });
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

void watch_shell::perform(const start_deep& wanted) {
  deep_.start([this, wanted] { return judge_deeply(wanted); });
}

void watch_shell::perform(const cancel_deep&) {
  deep_.cancel();
}

void watch_shell::perform(const record_result& wanted) {
  remember([&] { services_.remember_result(wanted); });
}

void watch_shell::perform(const record_hints& wanted) {
  remember([&] { services_.remember_hints(wanted); });
}

void watch_shell::perform(const record_current& wanted) {
  remember([&] { services_.remember_current(wanted.exercise); });
}

void watch_shell::remember(const std::function<void()>& write) {
  try {
    write();
  } catch (const std::exception& thrown) {
    feed(noticed{fmt::format("Your progress could not be written: {}", thrown.what())});
  }
}

void watch_shell::perform(const load_page& wanted) {
  try {
    feed(page_loaded{wanted.page, wanted.exercise, services_.page(wanted.exercise, wanted.page)});
  } catch (const std::exception& thrown) {
    feed(noticed{thrown.what()});
  }
}

void watch_shell::perform(const reset_file& wanted) {
  reset_finished finished{wanted.exercise, false, {}};
  try {
    finished.message = services_.reset(wanted.exercise);
    finished.done = true;
    if (!how_to_watch_.manual) {
      watcher_.resync();
    }
  } catch (const std::exception& thrown) {
    finished.message = thrown.what();
  }
  feed(finished);
}

void watch_shell::perform(const open_editor& wanted) {
  const auto file = services_.file_of(wanted.exercise);
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

void watch_shell::perform(const open_visualizer& wanted) {
  if (!services_.visualize) {
    feed(noticed{"The visualizer comes with `weir viz`, which is not built here."});
    return;
  }
  window_.start([this, wanted] { return show_window(wanted); });
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
