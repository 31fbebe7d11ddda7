#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

namespace weir::grader {

enum class part_kind : std::uint8_t {
  tests,      ///< an exercise's hidden tests
  scene,      ///< an exercise's scene
  deep_header ///< what the deeper search compiles a file with; one for all exercises
};

/// What is built apart from the program, when somebody needs it.
struct part {
  part_kind kind{};
  std::string exercise{}; ///< its id; empty for what belongs to none

  bool operator==(const part&) const = default;
};

/// What the build calls it: "judge-limiter".
std::string target_of(const part& which);

/// "limiter's tests".
std::string name_of(const part& which);

std::ostream& operator<<(std::ostream& out, const part& which);

/// How far a part is that somebody waits for.
struct part_progress {
  part which{};
  int seconds_left{};     ///< at least 1; about
  bool others_building{}; ///< another ./weir builds here: nothing can be said of the time

  bool operator==(const part_progress&) const = default;
};

using part_progress_handler = std::function<void(const part_progress&)>;

/// "limiter's tests are being built: 12 s left".
std::string to_string(const part_progress& how_far);

} // namespace weir::grader
