#pragma once

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

  [[nodiscard]] bool success() const { return why == cause::exited && code == 0; }

  bool operator==(const process_end&) const = default;
};

/// "exit status 3", "signal 11 (SIGSEGV)", "its deadline".
std::string to_string(const process_end& end);

/// "SIGSEGV"; "signal 77" for one without a name.
std::string signal_name(int number);

/// What it usually means: "invalid memory access"; empty when there is nothing to add.
std::string signal_meaning(int number);

} // namespace weir::grader
