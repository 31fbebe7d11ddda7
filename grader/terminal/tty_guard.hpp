#pragma once

#include <termios.h>

namespace weir::grader {

/// What restores the terminal when nothing else of the process works any more. Global, because
/// signal handlers are.
namespace tty_guard {

/// Remembers `original` as the modes to go back to, and installs the crash handlers (on a stack of
/// their own, so that they also run after a stack overflow).
void arm(int input, int output, const termios& original);

/// Goes back to the original modes and the main screen, once. Async-signal-safe.
void restore() noexcept;

/// Crashes are no concern any more: takes the handlers out.
void disarm() noexcept;

} // namespace tty_guard
} // namespace weir::grader
