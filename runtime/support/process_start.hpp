#pragma once

#include "support/process.hpp"

#include <array>

namespace weir::support::detail {

/// What a child tells its parent when it does not come as far as the program.
struct start_failure {
  std::array<char, 24> step = {};
  int error = 0;
};

/// The child's side of fork(). Other threads may have held any lock then, so it touches only what
/// was prepared, and calls only what is async-signal-safe.
class prepared_child {
public:
  /// `options` is used in place, and must not move or change from now on.
  explicit prepared_child(process_options& options);

  /// Never returns. `failures`: where a start_failure is written; closed by the program's start.
  [[noreturn]] void run(pid_t parent, int failures) noexcept;

private:
  [[noreturn]] void give_up(const char* step) noexcept;
  void check(int result, const char* step) noexcept;
  void arrange_descriptors() noexcept;
  void set_limits() noexcept;

  process_options& options_;
  std::vector<int> moved_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
  int failures_ = -1;
};

} // namespace weir::support::detail
