#pragma once

#include "base/environment.hpp"

#include <string>
#include <string_view>

namespace weir::grader {

/// What the three standard streams can do.
struct terminal_info {
  bool input{};   ///< standard input is a terminal: questions may be asked
  bool output{};  ///< standard output is a terminal: text may be paged
  bool colour{};  ///< escape sequences are welcome on standard output
  bool unicode{}; ///< the locale's character set is UTF-8
  int width{80};  ///< columns
};

/// Looks at descriptors 0 and 1 and at the environment. NO_COLOR (not empty) and TERM=dumb switch
/// colour off, COLUMNS overrides the width.
terminal_info detect_terminal(const environment& env);

/// Wraps text in escape sequences, or does not when colour is off.
class painter {
public:
  explicit painter(bool colour) : colour_{colour} {}

  std::string bold(std::string_view text) const { return wrap("1", text); }

  std::string dim(std::string_view text) const { return wrap("2", text); }

  std::string italic(std::string_view text) const { return wrap("3", text); }

  std::string green(std::string_view text) const { return wrap("32", text); }

  std::string yellow(std::string_view text) const { return wrap("33", text); }

  std::string red(std::string_view text) const { return wrap("31", text); }

  std::string cyan(std::string_view text) const { return wrap("36", text); }

  bool colour() const { return colour_; }

private:
  bool colour_;

  std::string wrap(std::string_view code, std::string_view text) const;
};

} // namespace weir::grader
