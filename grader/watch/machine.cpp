#include "watch/machine.hpp"

#include "watch/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::grader::watch {

watch_machine::watch_machine(std::vector<watched_exercise> exercises, std::size_t current,
                             bool manual) {
  state_.exercises = std::move(exercises);
  state_.current = current;
  state_.manual = manual;
}

actions watch_machine::on(const event& happened) {
  std::visit([this](const auto& each) { handle(each); }, happened);
  return std::exchange(out_, {});
}

void watch_machine::handle(const started&) {
  open(state_.current);
  out_.emplace_back(draw{});
}

void watch_machine::handle(const file_changed&) {
  state_.file_missing = false;
  end_run();
  if (state_.deep && state_.deep->exercise == current().id) {
    end_deep();
  }
  state_.notice.clear();
  show(view_kind::report);
  begin_run();
  out_.emplace_back(draw{});
}

void watch_machine::handle(const file_missing&) {
  state_.file_missing = true;
  end_run();
  if (state_.deep && state_.deep->exercise == current().id) {
    end_deep();
  }
  state_.outcome.reset();
  state_.broken.clear();
  show(view_kind::report);
  out_.emplace_back(draw{});
}

void watch_machine::handle(const run_waits& e) {
  if (state_.running == run_kind::none || e.of != state_.latest) {
    return;
  }
  const bool first = state_.waiting.empty();
  state_.waiting = e.what;
  if (first && state_.running == run_kind::exercise && state_.view == view_kind::report &&
      !state_.outcome) {
    state_.brief_meanwhile = true;
    out_.emplace_back(load_page{page_kind::brief, current().id});
  }
  out_.emplace_back(draw{});
}

void watch_machine::handle(const verdict_arrived& e) {
  if (state_.running != run_kind::exercise || e.of != state_.latest) {
    return;
  }
  state_.running = run_kind::none;
  leave_brief();
  state_.outcome = e.outcome;
  state_.outcome_is_deep = false;
  state_.broken.clear();
  if (state_.view == view_kind::report) {
    state_.scroll = 0;
  }
  judge(current(), e.outcome);
  if (e.outcome.passed) {
    end_deep();
    state_.deep = deep_search{e.of, current().id};
    out_.emplace_back(start_deep{current().id, e.of});
  }
  out_.emplace_back(draw{});
}

void watch_machine::handle(const run_broke& e) {
  if (state_.running == run_kind::none || e.of != state_.latest) {
    return;
  }
  state_.running = run_kind::none;
  state_.waiting.clear();
  state_.broken = e.reason;
  state_.outcome.reset();
  show(view_kind::report);
  out_.emplace_back(draw{});
}

void watch_machine::handle(const deep_finished& e) {
  if (!state_.deep || state_.deep->number != e.of) {
    return;
  }
  const std::string id = std::exchange(state_.deep, std::nullopt)->exercise;
  const auto index = index_of(id);
  if (!e.outcome.passed && index) {
    judge(state_.exercises[*index], e.outcome);
    const bool here = *index == state_.current && state_.running == run_kind::none;
    if (here) {
      state_.outcome = e.outcome;
      state_.outcome_is_deep = true;
      if (state_.view == view_kind::report) {
        state_.scroll = 0;
      }
    }
    if (!here || state_.view != view_kind::report) {
      state_.notice = fmt::format("A deeper search broke {}: {}", id, e.outcome.headline);
    }
  }
  out_.emplace_back(draw{});
}

void watch_machine::handle(const exercise_checked& e) {
  const auto index = index_of(e.exercise);
  if (state_.running != run_kind::all || e.of != state_.latest || !index) {
    return;
  }
  ++state_.checked;
  state_.waiting.clear();
  auto& exercise = state_.exercises[*index];
  exercise.checked = e.outcome.headline;
  judge(exercise, e.outcome);
  if (*index == state_.current) {
    state_.outcome = e.outcome;
    state_.outcome_is_deep = false;
    state_.broken.clear();
  }
  out_.emplace_back(draw{});
}

void watch_machine::handle(const exercise_broke& e) {
  const auto index = index_of(e.exercise);
  if (state_.running != run_kind::all || e.of != state_.latest || !index) {
    return;
  }
  ++state_.checked;
  state_.waiting.clear();
  state_.exercises[*index].checked = "not judged: " + e.reason;
  out_.emplace_back(draw{});
}

void watch_machine::handle(const check_finished& e) {
  if (state_.running != run_kind::all || e.of != state_.latest) {
    return;
  }
  state_.running = run_kind::none;
  const auto passed = std::count_if(state_.exercises.begin(), state_.exercises.end(),
                                    [](const watched_exercise& each) { return each.passed; });
  state_.notice = fmt::format("All checked: {} of {} pass.", passed, state_.exercises.size());
  out_.emplace_back(draw{});
}

void watch_machine::handle(const page_loaded& e) {
  if (e.exercise != current().id) {
    return;
  }
  show(view_of(e.page));
  state_.page_text = e.text;
  out_.emplace_back(draw{});
}

void watch_machine::handle(const reset_finished& e) {
  state_.notice = e.message;
  const auto index = index_of(e.exercise);
  if (e.done && index) {
    state_.exercises[*index].passed = false;
    state_.exercises[*index].hints_seen = 0;
    if (*index == state_.current) {
      state_.file_missing = false;
      state_.hints_shown = 0;
      state_.outcome.reset();
      if (!state_.manual) {
        begin_run();
      }
    }
  }
  out_.emplace_back(draw{});
}

void watch_machine::handle(const editor_finished& e) {
  if (!e.problem.empty()) {
    state_.notice = e.problem;
  }
  out_.emplace_back(redraw{});
}

void watch_machine::handle(const resized& e) {
  state_.size = e.size;
  state_.scroll = std::min(state_.scroll, scroll_limit(state_));
  out_.emplace_back(redraw{});
}

void watch_machine::handle(const ticked&) {
  if (state_.running == run_kind::none) {
    return;
  }
  ++state_.ticks;
  out_.emplace_back(draw{});
}

void watch_machine::handle(const noticed& e) {
  state_.notice = e.text;
  out_.emplace_back(draw{});
}

void watch_machine::handle(const asked_to_stop&) {
  stop();
}

void watch_machine::open(std::size_t index) {
  end_run();
  state_.current = index;
  state_.cursor = index;
  state_.outcome.reset();
  state_.broken.clear();
  state_.file_missing = false;
  state_.question = question_kind::none;
  state_.hints_shown = 0;
  state_.notice.clear();
  show(view_kind::report);
  out_.emplace_back(record_current{current().id});
  out_.emplace_back(watch_file{current().id});
  if (!state_.manual) {
    begin_run();
  }
}

void watch_machine::leave_brief() {
  state_.waiting.clear();
  if (!std::exchange(state_.brief_meanwhile, false) || state_.view != view_kind::brief) {
    return;
  }
  if (state_.scroll == 0) {
    show(view_kind::report);
  } else {
    state_.notice = "The verdict is there; Esc shows it.";
  }
}

void watch_machine::begin_run() {
  state_.waiting.clear();
  state_.brief_meanwhile = false;
  state_.running = run_kind::exercise;
  state_.ticks = 0;
  out_.emplace_back(start_run{current().id, ++state_.latest});
}

void watch_machine::end_run() {
  if (state_.running == run_kind::none) {
    return;
  }
  state_.running = run_kind::none;
  state_.waiting.clear();
  out_.emplace_back(cancel_run{state_.latest});
}

void watch_machine::end_deep() {
  if (!state_.deep) {
    return;
  }
  out_.emplace_back(cancel_deep{state_.deep->number});
  state_.deep.reset();
}

void watch_machine::show(view_kind view) {
  state_.view = view;
  state_.scroll = 0;
}

void watch_machine::stop() {
  end_run();
  end_deep();
  out_.emplace_back(quit{});
}

void watch_machine::judge(watched_exercise& exercise, const run_outcome& outcome) {
  exercise.passed = outcome.passed;
  exercise.passed_once = exercise.passed_once || outcome.passed;
  out_.emplace_back(record_result{exercise.id, outcome.passed, outcome.verdict, outcome.points});
}

std::optional<std::size_t> watch_machine::index_of(std::string_view id) const {
  const auto found = std::find_if(state_.exercises.begin(), state_.exercises.end(),
                                  [&](const watched_exercise& each) { return each.id == id; });
  if (found == state_.exercises.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - state_.exercises.begin());
}

} // namespace weir::grader::watch
