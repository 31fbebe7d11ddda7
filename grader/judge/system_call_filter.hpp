#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

namespace weir::grader {

/// What a graded program may not ask of the kernel, as a seccomp program (man 2 seccomp).
///
/// Starting a process ends it with SIGSYS; opening a network socket, tracing and signalling others
/// are refused. Threads are allowed. It holds for root too, which RLIMIT_NPROC does not, and where
/// namespaces can't be had.
struct system_call_filter {
  std::vector<sock_filter> instructions; ///< empty where the processor is not known to us
  std::vector<std::size_t>
      own_pid_operands; ///< indices of instructions whose `k` is the filtered process's pid

  /// `without_pid_namespace`: others can be seen, so signals may only go to the process itself.
  enum class signals { anywhere, only_to_itself };
  static system_call_filter make(signals allowed);

  /// As bwrap's --seccomp reads it.
  [[nodiscard]] std::string bytes() const;

  [[nodiscard]] bool empty() const { return instructions.empty(); }

  /// Installs it in the calling process for good. Async-signal-safe. 0 or errno.
  int install_for_self();
};

} // namespace weir::grader
