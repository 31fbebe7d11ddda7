#include "judge/part.hpp"

#include <fmt/format.h>

namespace weir::grader {

std::string target_of(const part& which) {
  switch (which.kind) {
  case part_kind::tests:
    return "judge-" + which.exercise;
  case part_kind::scene:
    return "scene-" + which.exercise;
  case part_kind::deep_header:
    break;
  }
  return "weir_deep_header";
}

std::string name_of(const part& which) {
  switch (which.kind) {
  case part_kind::tests:
    return fmt::format("{}'s tests", which.exercise);
  case part_kind::scene:
    return fmt::format("{}'s scene", which.exercise);
  case part_kind::deep_header:
    break;
  }
  return "the deeper search";
}

std::ostream& operator<<(std::ostream& out, const part& which) {
  return out << target_of(which);
}

std::string to_string(const part_progress& how_far) {
  const std::string name = name_of(how_far.which);
  const char* const verb = how_far.which.kind == part_kind::tests ? "are" : "is";
  if (how_far.others_building) {
    return fmt::format("{} {} waiting for another ./weir, which is building", name, verb);
  }
  return fmt::format("{} {} being built: {} s left", name, verb, how_far.seconds_left);
}

} // namespace weir::grader
