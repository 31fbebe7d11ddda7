#pragma once

#include "commands/context.hpp"
#include "judge/toolchain.hpp"
#include "parts/build_part.hpp"

#include <string>

namespace weir::grader {

/// Where parts are built for this reader.
parts::build_site site_of(const context& ctx);

/// How files are built and run here; a part that is not there yet is built when it is needed.
/// Throws environment_error.
toolchain load_tools(const context& ctx);

/// What a command that does one thing says while a part is built: one line of a terminal, gone at
/// the end; elsewhere a line that stays.
class waiting_line {
public:
  explicit waiting_line(const console& streams) : streams_{streams} {}

  waiting_line(const waiting_line&) = delete;
  waiting_line& operator=(const waiting_line&) = delete;

  ~waiting_line() { clear(); }

  /// Refers to this object.
  part_progress_handler handler();

  void clear();

private:
  const console& streams_;
  std::string told_; // of which part something was said that stays
  bool shown_{};

  void show(const part_progress& how_far);
};

} // namespace weir::grader
