#include "judge/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace weir::grader {

namespace {

struct kind_name {
  verdict_kind kind;
  std::string_view key;
  std::string_view words;
};

constexpr std::array kind_names{
    kind_name{verdict_kind::passed, "passed", "passed"},
    kind_name{verdict_kind::failed, "failed", "failed"},
    kind_name{verdict_kind::does_not_compile, "does-not-compile", "does not compile"},
    kind_name{verdict_kind::deadlock, "deadlock", "deadlock"},
    kind_name{verdict_kind::leak, "leak", "leak"},
    kind_name{verdict_kind::step_limit, "step-limit", "step limit"},
    kind_name{verdict_kind::time_limit, "time-limit", "virtual-time limit"},
    kind_name{verdict_kind::nondeterministic, "nondeterministic", "nondeterministic"},
    kind_name{verdict_kind::left_virtual_time, "left-virtual-time", "left virtual time"},
    kind_name{verdict_kind::timed_out, "timed-out", "timed out"},
    kind_name{verdict_kind::out_of_memory, "out-of-memory", "out of memory"},
    kind_name{verdict_kind::crashed, "crashed", "crashed"},
    kind_name{verdict_kind::output_limit, "output-limit", "too much output"},
    kind_name{verdict_kind::incomplete_record, "incomplete-record", "incomplete record"},
    kind_name{verdict_kind::environment_error, "environment-error", "not judged"},
};

struct outcome_name {
  test_outcome outcome;
  std::string_view key;
  verdict_kind verdict;
};

constexpr std::array outcome_names{
    outcome_name{test_outcome::completed, "completed", verdict_kind::passed},
    outcome_name{test_outcome::assertion_failed, "assertion-failed", verdict_kind::failed},
    outcome_name{test_outcome::exception, "exception", verdict_kind::failed},
    outcome_name{test_outcome::deadlock, "deadlock", verdict_kind::deadlock},
    outcome_name{test_outcome::leak, "leak", verdict_kind::leak},
    outcome_name{test_outcome::step_limit, "step-limit", verdict_kind::step_limit},
    outcome_name{test_outcome::time_limit, "time-limit", verdict_kind::time_limit},
    outcome_name{test_outcome::out_of_memory, "out-of-memory", verdict_kind::out_of_memory},
    outcome_name{test_outcome::left_virtual_time, "left-virtual-time",
                 verdict_kind::left_virtual_time},
    outcome_name{test_outcome::nondeterministic, "nondeterministic",
                 verdict_kind::nondeterministic},
    outcome_name{test_outcome::not_finished, "not-finished", verdict_kind::incomplete_record},
    outcome_name{test_outcome::not_run, "not-run", verdict_kind::incomplete_record},
};

const kind_name& name_of(verdict_kind kind) {
  return *std::ranges::find(kind_names, kind, &kind_name::kind);
}

const outcome_name& name_of(test_outcome outcome) {
  return *std::ranges::find(outcome_names, outcome, &outcome_name::outcome);
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

} // namespace

std::string_view to_key(verdict_kind kind) {
  return name_of(kind).key;
}

std::string_view to_words(verdict_kind kind) {
  return name_of(kind).words;
}

std::optional<verdict_kind> verdict_from_key(std::string_view key) {
  const auto found = std::ranges::find(kind_names, key, &kind_name::key);
  return found == kind_names.end() ? std::nullopt : std::optional{found->kind};
}

std::string_view to_key(test_outcome outcome) {
  return name_of(outcome).key;
}

std::optional<test_outcome> outcome_from_key(std::string_view key) {
  const auto found = std::ranges::find(outcome_names, key, &outcome_name::key);
  return found == outcome_names.end() ? std::nullopt : std::optional{found->outcome};
}

verdict_kind verdict_of(test_outcome outcome) {
  return name_of(outcome).verdict;
}

const test_result* verdict::first_failure() const {
  const auto found = std::ranges::find(tests, false, &test_result::passed);
  return found == tests.end() ? nullptr : &*found;
}

std::chrono::microseconds verdict::total_time() const {
  return std::accumulate(stages.begin(), stages.end(), std::chrono::microseconds{},
                         [](auto sum, const stage_timing& each) { return sum + each.duration; });
}

std::string headline(const verdict& v) {
  std::string line{to_words(v.kind)};
  if (const auto* failing = v.first_failure(); failing && !v.passed()) {
    line += fmt::format(" in {}", failing->id);
  }
  if (!v.tests.empty()) {
    line += fmt::format(", {} of {} points", v.points, v.max_points);
  }
  if (v.schedules != 0) {
    line += fmt::format(", {} schedule{}", grouped(v.schedules), v.schedules == 1 ? "" : "s");
  }
  return line;
}

} // namespace weir::grader
