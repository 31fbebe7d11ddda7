#pragma once

#include "terminal/key.hpp"
#include "watch/model.hpp"

#include <cstddef>
#include <string>
#include <variant>

namespace weir::grader::watch {

// What can happen to the loop. The shell feeds these to `watch_machine::on`.

/// The first event of all.
struct started {};

struct key_pressed {
  key pressed;
};

/// The watched file has new content (or is back after it was gone).
struct file_changed {};

/// The watched file is not there any more.
struct file_missing {};

/// The run has to wait for something that is built first: for what, and how long.
struct run_waits {
  generation of{};
  std::string what;
};

/// A run's answer.
struct verdict_arrived {
  generation of{};
  run_outcome outcome;
};

/// A run could not be judged at all: a tool is missing, the disk is full. `reason` says what to do.
struct run_broke {
  generation of{};
  std::string reason;
};

/// The background search ended. `outcome.passed` means that it found nothing.
struct deep_finished {
  generation of{};
  run_outcome outcome;
};

/// One exercise of "check all" was judged.
struct exercise_checked {
  generation of{};
  std::string exercise;
  run_outcome outcome;
};

/// One exercise of "check all" could not be judged; the check goes on.
struct exercise_broke {
  generation of{};
  std::string exercise;
  std::string reason;
};

struct check_finished {
  generation of{};
};

struct page_loaded {
  page_kind page{};
  std::string exercise;
  std::string text;
};

/// The starter is back in place; `message` says where the reader's version went.
struct reset_finished {
  std::string exercise;
  bool done{};
  std::string message;
};

/// The editor could not be started, or a terminal editor has closed (then `problem` is empty).
struct editor_finished {
  std::string problem;
};

struct resized {
  screen_size size;
};

/// Time passes while a run is under way: about ten times a second.
struct ticked {};

/// Something outside asks the reader's attention.
struct noticed {
  std::string text;
};

/// SIGINT, SIGTERM, or the terminal has gone.
struct asked_to_stop {};

using event = std::variant<started, key_pressed, file_changed, file_missing, run_waits,
                           verdict_arrived, run_broke, deep_finished, exercise_checked,
                           exercise_broke, check_finished, page_loaded, reset_finished,
                           editor_finished, resized, ticked, noticed, asked_to_stop>;

} // namespace weir::grader::watch
