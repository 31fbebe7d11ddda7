#pragma once

#include "base/exit_code.hpp"
#include "terminal/console.hpp"
#include "workbook/open_workbook.hpp"

#include <functional>
#include <utility>

namespace weir::grader {

/// What every command is handed. The process has one; tests build their own over string streams and
/// a temporary folder.
///
/// A command's callback writes to `out`, tells the reader of side matters through `note`, throws
/// one of errors.hpp or sets `result`. Not synchronised.
struct context : console, open_workbook {
  context(console streams, paths where, clock now)
      : console{std::move(streams)},
        open_workbook{std::move(where), [this](const std::string& text) { note(text); },
                      std::move(now)} {}

  context(const context&) = delete;
  context& operator=(const context&) = delete;

  /// The process's exit code unless the command throws.
  exit_code result{exit_code::passed};
  /// What `weir` without a command does; the watch loop puts itself here. Empty: the list is shown.
  std::function<void()> default_action{};
};

} // namespace weir::grader
