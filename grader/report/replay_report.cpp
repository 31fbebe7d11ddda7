#include "report/replay_report.hpp"

#include <fmt/format.h>

namespace weir::grader {

namespace {

using kind = replay_report::kind;

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "\n") + second;
}

replay_report passed(const test_result& test, const exercise& ex) {
  if (test.followed.value_or(true)) {
    return {
        kind::passed, "The promise holds in this schedule now.",
        fmt::format("The same choices were made again. `weir run {}` tries the others.", ex.id)};
  }
  return {kind::diverged, "The token no longer fits: your code takes another path now.",
          fmt::format("It does not come to all the choices that the token lists, so this run is "
                      "another one. No promise was broken in it, which says little: `weir run {}` "
                      "searches anew.",
                      ex.id)};
}

replay_report broken(const test_result& test, const verdict* before) {
  const auto* earlier = before != nullptr ? before->first_failure() : nullptr;
  if (before == nullptr) {
    return {kind::broken, "", ""};
  }
  if (earlier != nullptr && earlier->outcome == test.outcome && earlier->message == test.message) {
    return {kind::broken,
            "Your change makes no difference in this schedule: the promise is broken "
            "as before.",
            test.message};
  }
  return {kind::broken,
          earlier != nullptr ? "The promise is still broken, in another way."
                             : "The promise is broken again in this schedule.",
          test.message};
}

} // namespace

replay_report report_replay(const verdict& now, const verdict* before, const exercise& ex) {
  if (now.kind == verdict_kind::does_not_compile) {
    return {kind::does_not_compile, fmt::format("{} does not compile", ex.file),
            joined(now.detail, now.compiler_output)};
  }
  if (now.passed() && !now.tests.empty()) {
    return passed(now.tests.front(), ex);
  }
  const auto* failing = now.first_failure();
  if (failing != nullptr && !failing->trace_file.empty()) {
    return broken(*failing, before);
  }
  return {kind::not_played, fmt::format("The schedule left no run to look at: {}", headline(now)),
          joined(now.detail, failing != nullptr ? failing->message : "")};
}

} // namespace weir::grader
