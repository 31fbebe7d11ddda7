// The second half of run_record: what the lines seen so far and the end of the process come to.
#include "judge/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <csignal>

namespace weir::grader {

namespace {

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool is_failed_allocation(std::string_view errors) {
  return contains(errors, "std::bad_alloc") || contains(errors, "allocation-size-too-big") ||
         contains(errors, "AddressSanitizer: out of memory");
}

bool is_sanitizer_report(std::string_view errors) {
  return contains(errors, "Sanitizer: ") || contains(errors, "runtime error: ");
}

} // namespace

std::string run_record::where() const {
  switch (phase_) {
  case phase::before_begin:
    return "before the first test began";
  case phase::between_tests:
    return "between two tests";
  case phase::in_test:
    return "in the test " + tests_[current_].id;
  case phase::after_end:
    return "after the last test";
  }
  return {};
}

/// Whether the process itself met a bad end. Fills kind and detail if so.
bool run_record::judge_end(const process_end& end, std::string_view errors, verdict& v) const {
  const auto named = [&v](verdict_kind kind, std::string detail) {
    v.kind = kind;
    v.detail = std::move(detail);
    return true;
  };
  using cause = process_end::cause;
  const int signal = end.why == cause::signalled ? end.code : crash_signal_.value_or(0);
  if (end.why == cause::wall_limit) {
    return named(
        verdict_kind::timed_out,
        fmt::format(
            "The program was stopped by the clock {}. Virtual time costs nothing: something runs "
            "without end, or blocks the thread.",
            where()));
  }
  if (end.why == cause::cpu_limit || signal == SIGXCPU) {
    return named(
        verdict_kind::timed_out,
        fmt::format("The program used up its processor time {}: something runs without end.",
                    where()));
  }
  if (end.why == cause::output_limit || signal == SIGXFSZ) {
    return named(verdict_kind::output_limit,
                 fmt::format("The program wrote more than its limit {}.", where()));
  }
  if (end.why == cause::cancelled) {
    return named(verdict_kind::incomplete_record, "The run was cancelled.");
  }
  if (is_failed_allocation(errors) && (signal != 0 || !end.success())) {
    return named(
        verdict_kind::out_of_memory,
        fmt::format("The program asked for more memory than its limit allows {}.", where()));
  }
  if (signal != 0) {
    const auto meaning = support::signal_meaning(signal);
    return named(verdict_kind::crashed, fmt::format("{} {}{}{}", support::signal_name(signal),
                                                    where(), meaning.empty() ? "" : ": ", meaning));
  }
  if (is_sanitizer_report(errors) && !end.success()) {
    return named(verdict_kind::crashed,
                 fmt::format("A sanitizer stopped the program {}.", where()));
  }
  return false;
}

/// The process ended by itself; the record has to be whole. Leaves `passed` for the caller when it
/// is.
void run_record::judge_incomplete(const process_end& end, verdict& v) const {
  v.kind = verdict_kind::incomplete_record;
  if (!refusal_.empty()) {
    v.kind = content_at_fault_ ? verdict_kind::environment_error : verdict_kind::incomplete_record;
    v.detail = fmt::format("{}{}.",
                           static_cast<char>(std::toupper(static_cast<unsigned char>(refusal_[0]))),
                           refusal_.substr(1));
    return;
  }
  if (!heard_.rest().empty()) {
    v.detail = fmt::format("The record breaks off in the middle of a line, {}.", where());
    return;
  }
  if (phase_ != phase::after_end) {
    v.detail = fmt::format("The program ended with {} {}. Something left it early, as exit() does; "
                           "what was not judged "
                           "is not passed.",
                           to_string(end), where());
    return;
  }
  const bool all_passed = std::ranges::all_of(tests_, &test_result::passed);
  if (end.code != 0 && (all_passed || end.code != 1)) {
    v.detail = fmt::format("Every test was run, but the program then ended with {} instead of 0.",
                           to_string(end));
    return;
  }
  v.kind = verdict_kind::passed;
}

verdict run_record::judge(const process_end& end, std::string_view errors) const {
  verdict v;
  v.tests = tests_;
  for (const auto& each : tests_) {
    v.max_points += each.points;
    v.schedules += each.schedules;
    v.handlers += each.handlers;
  }
  if (!judge_end(end, errors, v)) {
    judge_incomplete(end, v);
  }
  const auto* failing = v.first_failure();
  if (v.kind == verdict_kind::passed) {
    for (const auto& each : tests_) {
      v.points += each.passed ? each.points : 0;
    }
    if (failing) {
      v.kind = verdict_of(failing->outcome);
    }
  }
  if (failing) {
    v.token = failing->token;
    v.trace_file = failing->trace_file;
  }
  return v;
}

} // namespace weir::grader
