#include "judge/process_end.hpp"

namespace weir::grader {

std::string to_string(const process_end& end) {
  switch (end.why) {
  case process_end::cause::exited:
    return support::to_string({.signalled = false, .code = end.code});
  case process_end::cause::signalled:
    return support::to_string({.signalled = true, .code = end.code});
  case process_end::cause::wall_limit:
    return "its deadline";
  case process_end::cause::cpu_limit:
    return "its limit of processor time";
  case process_end::cause::output_limit:
    return "its limit of output";
  case process_end::cause::cancelled:
    return "cancellation";
  }
  return "?";
}

} // namespace weir::grader
