#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <string>
#include <vector>

namespace weir::support {

/// What a program that nobody trusts may not ask of the kernel, as a seccomp program (man 2
/// seccomp).
///
/// Starting a process ends it with SIGSYS; opening a network socket, tracing and signalling others
/// are refused. Threads are allowed. It holds for root too, which RLIMIT_NPROC does not, and where
/// namespaces can't be had.
///
/// Written by hand and not with libseccomp, which can't say "its own process id or 0": it compares
/// an argument once in a rule, and knows the number only where the filter is made, before fork().
struct system_call_filter {
  std::vector<sock_filter> instructions; ///< empty where the processor is not known to us
  /// Indices of instructions whose `k` is the filtered process's id.
  std::vector<std::size_t> own_pid_operands;

  /// `only_to_itself`: for where others can be seen, without a process namespace of its own.
  enum class signals { anywhere, only_to_itself };
  static system_call_filter make(signals allowed);

  /// As bwrap's --seccomp reads it.
  [[nodiscard]] std::string bytes() const;

  [[nodiscard]] bool empty() const { return instructions.empty(); }

  /// Installs it in the calling process for good. Async-signal-safe. 0 or errno.
  int install_for_self();
};

} // namespace weir::support
