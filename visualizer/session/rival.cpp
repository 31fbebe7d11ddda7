#include "session/rival.hpp"

namespace weir::viz {

submission code_of(rival which) {
  switch (which) {
  case rival::starter:
    return submission::starter;
  case rival::solution:
    return submission::solution;
  case rival::other:
    return submission::other;
  default:
    return submission::mine;
  }
}

rival rival_of(submission which) {
  switch (which) {
  case submission::starter:
    return rival::starter;
  case submission::solution:
    return rival::solution;
  case submission::other:
    return rival::other;
  case submission::mine:
    break;
  }
  return rival::mine;
}

std::string_view name_of(submission which) {
  switch (which) {
  case submission::starter:
    return "starter";
  case submission::solution:
    return "solution";
  case submission::other:
    return "the other file";
  case submission::mine:
    break;
  }
  return "your code";
}

std::string_view name_of(rival which) {
  switch (which) {
  case rival::none:
    return "nothing";
  case rival::previous:
    return "the previous run";
  default:
    return name_of(code_of(which));
  }
}

} // namespace weir::viz
