#include "watch/action.hpp"

#include <fmt/format.h>

#include <string_view>

namespace weir::grader::watch {
namespace {

std::string_view name_of(page_kind page) {
  switch (page) {
  case page_kind::brief:
    return "brief";
  case page_kind::debrief:
    return "debrief";
  case page_kind::solution:
    break;
  }
  return "solution";
}

struct printer {
  std::string operator()(const watch_file& a) const {
    return fmt::format("watch_file({})", a.exercise);
  }

  std::string operator()(const start_run& a) const {
    return fmt::format("start_run({}, {})", a.exercise, a.number);
  }

  std::string operator()(const start_check& a) const {
    return fmt::format("start_check({})", a.number);
  }

  std::string operator()(const cancel_run& a) const {
    return fmt::format("cancel_run({})", a.number);
  }

  std::string operator()(const start_deep& a) const {
    return fmt::format("start_deep({}, {})", a.exercise, a.number);
  }

  std::string operator()(const cancel_deep& a) const {
    return fmt::format("cancel_deep({})", a.number);
  }

  std::string operator()(const record_result& a) const {
    return fmt::format("record_result({}, {}, {})", a.exercise, a.verdict, a.points);
  }

  std::string operator()(const record_hints& a) const {
    return fmt::format("record_hints({}, {})", a.exercise, a.seen);
  }

  std::string operator()(const record_current& a) const {
    return fmt::format("record_current({})", a.exercise);
  }

  std::string operator()(const load_page& a) const {
    return fmt::format("load_page({}, {})", name_of(a.page), a.exercise);
  }

  std::string operator()(const reset_file& a) const {
    return fmt::format("reset_file({})", a.exercise);
  }

  std::string operator()(const open_editor& a) const {
    return fmt::format("open_editor({})", a.exercise);
  }

  std::string operator()(const open_visualizer& a) const {
    return a.token.empty() ? fmt::format("open_visualizer({})", a.exercise)
                           : fmt::format("open_visualizer({}, {})", a.exercise, a.token);
  }

  std::string operator()(const draw&) const { return "draw"; }

  std::string operator()(const redraw&) const { return "redraw"; }

  std::string operator()(const quit&) const { return "quit"; }
};

} // namespace

std::string to_string(const action& each) {
  return std::visit(printer{}, each);
}

std::ostream& operator<<(std::ostream& out, const action& each) {
  return out << to_string(each);
}

} // namespace weir::grader::watch
