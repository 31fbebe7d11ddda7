#pragma once

#include "process/owned_descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir::viz {

/// How a scene runner is started: whoever feeds the window has worked it out, sandbox included.
struct child_launch {
  std::vector<std::string> argv = {}; ///< argv[0] is a path
  std::vector<std::string> environment = {};
  std::string directory = {};
  bool shell_status = false;       ///< argv[0] reports a signal as exit status 128 + number (bwrap)
  std::uint64_t address_space = 0; ///< bytes; 0 = unlimited
  std::uint64_t file_size = 0;
  std::uint64_t open_files = 0;
  std::chrono::milliseconds patience{10'000}; ///< for one answer; then it counts as hung
};

/// How it came to its end.
struct child_end {
  bool signalled = false;
  int code = 0; ///< exit status, or the signal

  friend bool operator==(const child_end&, const child_end&) = default;
};

/// "SIGSEGV, invalid memory access", "exit status 3".
[[nodiscard]] std::string to_string(const child_end& end);

/// A child in a session and process group of its own. It dies when this object goes, when the
/// thread that started it ends, and when this process dies.
class child_process {
public:
  /// `descriptors`: ours and the number each shall have in the child. Throws std::system_error,
  /// which names the step that failed.
  child_process(const child_launch& launch, std::span<const std::pair<int, int>> descriptors);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  /// Where its standard output and error can be read; does not block.
  [[nodiscard]] int output() const noexcept { return output_.get(); }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Reaps it if it ends within `grace`, else kills it and reaps it: nullopt then.
  std::optional<child_end> finish(std::chrono::milliseconds grace);

private:
  void kill_group() const noexcept;
  [[nodiscard]] child_end end_of(int status) const noexcept;

  owned_descriptor output_;
  pid_t pid_ = -1;
  bool shell_status_ = false;
};

} // namespace weir::viz
