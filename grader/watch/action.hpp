#pragma once

#include "watch/model.hpp"

#include <cstddef>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace weir::grader::watch {

// What the loop may do. The machine decides, the shell performs, in the order given.

/// Watch this exercise's file from now on, instead of any other; its content now is the content
/// known.
struct watch_file {
  std::string exercise;
  bool operator==(const watch_file&) const = default;
};

/// Judge the file as it is now, with the quick tier. At most one run at a time: the one before was
/// cancelled.
struct start_run {
  std::string exercise;
  generation number{};
  bool operator==(const start_run&) const = default;
};

/// Judge all exercises one after the other; counts as a run.
struct start_check {
  generation number{};
  bool operator==(const start_check&) const = default;
};

/// End the run (or check) under way; no answer of it is wanted any more.
struct cancel_run {
  generation number{};
  bool operator==(const cancel_run&) const = default;
};

/// Search on in the background, with the deep tier.
struct start_deep {
  std::string exercise;
  generation number{};
  bool operator==(const start_deep&) const = default;
};

struct cancel_deep {
  generation number{};
  bool operator==(const cancel_deep&) const = default;
};

/// Remember in the progress file what a run came to.
struct record_result {
  std::string exercise;
  bool passed{};
  std::string verdict;
  int points{};
  bool operator==(const record_result&) const = default;
};

/// Remember how many hints the reader has seen.
struct record_hints {
  std::string exercise;
  std::size_t seen{};
  bool operator==(const record_hints&) const = default;
};

/// Remember where the reader is.
struct record_current {
  std::string exercise;
  bool operator==(const record_current&) const = default;
};

/// Load a document and answer with page_loaded.
struct load_page {
  page_kind page{};
  std::string exercise;
  bool operator==(const load_page&) const = default;
};

/// Put the starter back, keep the reader's version, answer with reset_finished.
struct reset_file {
  std::string exercise;
  bool operator==(const reset_file&) const = default;
};

struct open_editor {
  std::string exercise;
  bool operator==(const open_editor&) const = default;
};

/// Beside the loop: on the scene, or with a token on the failure that it replays. One that is open
/// is closed.
struct open_visualizer {
  std::string exercise;
  std::string token{};
  bool operator==(const open_visualizer&) const = default;
};

/// Show the machine's state.
struct draw {
  bool operator==(const draw&) const = default;
};

/// Show it from scratch: something else may have written to the terminal.
struct redraw {
  bool operator==(const redraw&) const = default;
};

struct quit {
  bool operator==(const quit&) const = default;
};

using action = std::variant<watch_file, start_run, start_check, cancel_run, start_deep, cancel_deep,
                            record_result, record_hints, record_current, load_page, reset_file,
                            open_editor, open_visualizer, draw, redraw, quit>;
using actions = std::vector<action>;

/// "start_run(bounded-queue, 3)".
std::string to_string(const action& each);
std::ostream& operator<<(std::ostream& out, const action& each);

} // namespace weir::grader::watch
