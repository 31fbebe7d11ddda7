#pragma once

#include "terminal/console.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::grader {

/// How far a long piece of work is: one line of a terminal, written over and over, and gone at the
/// end. Where there is no terminal, nothing but what is to stay.
class progress_line {
public:
  using clock = std::function<std::chrono::system_clock::time_point()>;

  /// `now` tells the time, for what is left of it.
  progress_line(const console& streams, clock now)
      : streams_{streams}, now_{std::move(now)}, began_{now_()} {}

  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line();

  /// `done` of `all` steps are behind us, `last` being the latest of them.
  void show(std::size_t done, std::size_t all, std::string_view last);

  /// A line that stays.
  void keep(const std::string& text);

private:
  const console& streams_;
  clock now_;
  std::chrono::system_clock::time_point began_;
  bool shown_{};

  void clear();
};

/// "about 3 min left"; empty while there is too little to judge by.
std::string time_left(std::size_t done, std::size_t all, std::chrono::nanoseconds elapsed);

} // namespace weir::grader
