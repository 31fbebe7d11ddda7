#pragma once

#include "base/environment.hpp"
#include "terminal/terminal.hpp"

#include <iosfwd>
#include <string>

namespace weir::grader {

/// The process's streams and what they can do. The process has one; tests build their own over
/// string streams. Not synchronised.
struct console {
  terminal_info terminal;
  environment env;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;

  painter paint() const { return painter{terminal.colour}; }

  /// A line on `err`.
  void note(const std::string& text) const;
};

} // namespace weir::grader
