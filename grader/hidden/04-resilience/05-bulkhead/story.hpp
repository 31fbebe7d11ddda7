/// \file
/// The words in which a storm on the bulkheads is told.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir_hidden {

inline std::string called(const bulkhead_specification::caller& who) {
  return weir::text("{}{}", std::array{"A", "B", "C"}[who.to], who.id);
}

inline std::string_view words(bulkhead_specification::outcome how) {
  static constexpr std::array<std::string_view, 10> all{
      "is answered",
      "throws a system_error",
      "throws an error of a class derived from system_error",
      "throws a runtime_error",
      "throws the number 42",
      "throws operation_aborted",
      "is refused with try_again",
      "throws shut_down",
      "ends with timed_out",
      "throws something else"};
  return all[static_cast<std::size_t>(how)];
}

inline std::string line(const bulkhead_specification::event& seen) {
  using kind = bulkhead_specification::event::kind;
  const std::string name = called(seen.who);
  switch (seen.what) {
  case kind::call:
    return name + (seen.late ? " is made after its start_by" : " is made");
  case kind::cancel:
    return "cancel " + name;
  case kind::begun:
    return name + " is started";
  case kind::ended:
    return weir::text("the dependency is done with {}", name);
  case kind::over:
    return weir::text("the start_by of {} has passed", name);
  case kind::back:
    return weir::text("{} {}", name, words(seen.how));
  case kind::due:
  case kind::counts:
    break;
  }
  return {};
}

} // namespace weir_hidden
