#pragma once

#include <string>

namespace weir::support {

/// How a process came to its end.
struct exit_status {
  bool signalled = false;
  int code = 0; ///< exit status, or the signal

  /// Of what waitpid() reports.
  [[nodiscard]] static exit_status of_wait(int status) noexcept;

  /// Read through a shell or bwrap, which report a signal as exit status 128 + number.
  [[nodiscard]] exit_status behind_shell() const noexcept;

  [[nodiscard]] bool success() const noexcept { return !signalled && code == 0; }

  friend bool operator==(const exit_status&, const exit_status&) = default;
};

/// "exit status 3", "signal 11 (SIGSEGV)".
[[nodiscard]] std::string to_string(const exit_status& end);

/// With what it usually means: "exit status 3", "SIGBUS, access to memory that is not there".
[[nodiscard]] std::string describe(const exit_status& end);

/// "SIGSEGV"; "signal 77" for one without a name.
[[nodiscard]] std::string signal_name(int number);

/// What it usually means, of a program that nobody trusts: "invalid memory access, or a stack that
/// ran over"; empty when there is nothing to add.
[[nodiscard]] std::string signal_meaning(int number);

} // namespace weir::support
