#pragma once

#include "support/exit_status.hpp"

#include <string>

namespace weir::grader {

/// How a child process came to its end.
struct process_end {
  enum class cause {
    exited,       ///< by itself; `code` is the exit status
    signalled,    ///< killed by a signal that we did not send; `code` is the signal
    wall_limit,   ///< we killed it: its deadline passed
    cpu_limit,    ///< it used up its processor time
    output_limit, ///< we killed it: it wrote more than anybody could want to read
    cancelled,    ///< we killed it: nobody wants the answer any more
  };
  cause why{cause::exited};
  int code{0};

  /// One that nobody brought about.
  [[nodiscard]] static process_end of(const support::exit_status& status) {
    return {.why = status.signalled ? cause::signalled : cause::exited, .code = status.code};
  }

  [[nodiscard]] bool success() const { return why == cause::exited && code == 0; }

  bool operator==(const process_end&) const = default;
};

/// "exit status 3", "signal 11 (SIGSEGV)", "its deadline".
std::string to_string(const process_end& end);

} // namespace weir::grader
