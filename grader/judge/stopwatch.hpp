#pragma once

#include "judge/verdict.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weir::grader {

/// Times stages that follow each other.
class stopwatch {
public:
  /// Appends the time since construction or the last lap.
  void lap(std::vector<stage_timing>& stages, std::string name) {
    const auto now = std::chrono::steady_clock::now();
    stages.push_back(
        {std::move(name), std::chrono::duration_cast<std::chrono::microseconds>(now - since_)});
    since_ = now;
  }

private:
  std::chrono::steady_clock::time_point since_{std::chrono::steady_clock::now()};
};

} // namespace weir::grader
