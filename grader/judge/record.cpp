#include "judge/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <ranges>

namespace weir::grader {

std::ostream& operator<<(std::ostream& out, const record_step& step) {
  switch (step.what) {
  case record_step::kind::began:
    return out << "began()";
  case record_step::kind::test_began:
    return out << "test_began(" << step.test << ")";
  case record_step::kind::test_ended:
    return out << "test_ended(" << step.test << (step.passed ? ", passed)" : ", not passed)");
  case record_step::kind::ended:
    return out << "ended()";
  case record_step::kind::crash_noted:
    return out << "crash_noted(" << step.test << ")";
  case record_step::kind::refused:
    return out << "refused(" << step.reason << ")";
  }
  return out;
}

run_record::run_record(std::span<const test_info> expected, std::string nonce)
    : nonce_{std::move(nonce)} {
  for (const auto& each : expected) {
    test_result result;
    result.id = each.id;
    result.promise = each.promise;
    result.read = each.read;
    result.points = each.points;
    tests_.push_back(std::move(result));
  }
}

std::vector<record_step> run_record::on_bytes(std::string_view bytes) {
  std::vector<record_step> steps;
  if (!refusal_.empty()) {
    return steps; // what comes now is not even kept
  }
  heard_.add(bytes);
  while (refusal_.empty()) {
    const auto line = heard_.next();
    if (!line) {
      break;
    }
    steps.push_back(on_line(*line));
  }
  if (refusal_.empty() && heard_.overflowed()) {
    steps.push_back(refuse("a line of the record is longer than any that the runner writes"));
  }
  return steps;
}

record_step run_record::refuse(std::string reason) {
  refusal_ = reason;
  return {
      .what = record_step::kind::refused, .test = {}, .passed = false, .reason = std::move(reason)};
}

record_step run_record::on_line(std::string_view line) {
  try {
    auto what = protocol::parse_record(line, nonce_);
    if (phase_ == phase::after_end && !std::holds_alternative<protocol::crash_record>(what)) {
      return refuse("the record goes on after its end");
    }
    return std::visit([this](auto& each) { return on(each); }, what);
  } catch (const protocol::message_error& error) {
    return refuse(error.what());
  }
}

record_step run_record::on(protocol::begin_record& what) {
  if (phase_ != phase::before_begin) {
    return refuse("the record begins twice");
  }
  auto& found = what.tests;
  std::vector<std::string> expected;
  std::ranges::transform(tests_, std::back_inserter(expected), &test_result::id);
  std::ranges::sort(found);
  std::ranges::sort(expected);
  if (found != expected) {
    content_at_fault_ = true;
    if (std::ranges::includes(found, expected)) {
      std::vector<std::string> more;
      std::ranges::set_difference(found, expected, std::back_inserter(more));
      return refuse(fmt::format(
          "there are tests that the exercise does not have: [{}]. If they are in your file, take "
          "them "
          "out, as the exercise brings its own; if not, build the workbook anew (./weir)",
          fmt::join(more, ", ")));
    }
    return refuse(fmt::format(
        "exercise.toml and the hidden tests disagree: expected [{}], found [{}]. "
        "Build the workbook anew (./weir); if that does not help, the exercise is broken",
        fmt::join(expected, ", "), fmt::join(found, ", ")));
  }
  phase_ = phase::between_tests;
  return {.what = record_step::kind::began, .test = {}, .passed = false, .reason = {}};
}

test_result* run_record::find(std::string_view id) {
  const auto found = std::ranges::find(tests_, id, &test_result::id);
  return found == tests_.end() ? nullptr : &*found;
}

record_step run_record::on(const protocol::test_begin_record& what) {
  const auto& id = what.id;
  auto* test = find(id);
  if (phase_ != phase::between_tests || !test || test->outcome != test_outcome::not_run) {
    return refuse(fmt::format("the record begins the test '{}' out of order", id));
  }
  test->outcome = test_outcome::not_finished;
  current_ = static_cast<std::size_t>(test - tests_.data());
  phase_ = phase::in_test;
  return {.what = record_step::kind::test_began, .test = id, .passed = false, .reason = {}};
}

record_step run_record::on(protocol::test_end_record& what) {
  const auto id = what.id;
  if (phase_ != phase::in_test || tests_[current_].id != id) {
    return refuse(fmt::format("the record ends the test '{}' out of order", id));
  }
  const auto outcome = outcome_from_key(what.outcome);
  if (!outcome || what.passed != (*outcome == test_outcome::completed)) {
    return refuse(
        fmt::format("the record's end of the test '{}' contradicts itself: passed {}, outcome '{}'",
                    id, what.passed, what.outcome));
  }
  if (what.passed && what.schedules == 0) {
    return refuse(
        fmt::format("the test '{}' is said to have passed without a single schedule run", id));
  }
  auto& test = tests_[current_];
  test.passed = what.passed;
  test.outcome = *outcome;
  test.message = std::move(what.message);
  if (*outcome == test_outcome::exception && test.message.find("bad_alloc") != std::string::npos) {
    test.outcome = test_outcome::out_of_memory; // real memory, as opposed to a world's budget
  }
  test.schedules = what.schedules;
  test.handlers = what.handlers;
  test.exhausted = what.exhausted;
  test.followed = what.followed;
  test.trace_file = std::move(what.trace);
  if (what.failure) {
    if (what.failure->number != 0) {
      test.failing_schedule = what.failure->number;
    }
    test.token = std::move(what.failure->token);
    test.timeline = std::move(what.failure->timeline);
    test.tasks = std::move(what.failure->tasks);
  }
  phase_ = phase::between_tests;
  return {.what = record_step::kind::test_ended, .test = id, .passed = what.passed, .reason = {}};
}

record_step run_record::on(const protocol::end_record& what) {
  if (phase_ != phase::between_tests) {
    return refuse("the record ends in the middle");
  }
  if (std::ranges::any_of(tests_,
                          [](const auto& t) { return t.outcome == test_outcome::not_run; })) {
    return refuse("the record ends before every test was run");
  }
  const auto passed =
      static_cast<std::uint64_t>(std::ranges::count(tests_, true, &test_result::passed));
  if (what.passed != passed || what.failed != tests_.size() - passed) {
    return refuse("the record's end does not agree with its tests");
  }
  phase_ = phase::after_end;
  return {.what = record_step::kind::ended, .test = {}, .passed = false, .reason = {}};
}

record_step run_record::on(const protocol::crash_record& what) {
  crash_signal_ = what.signal;
  return {.what = record_step::kind::crash_noted, .test = what.test, .passed = false, .reason = {}};
}

record_step run_record::on(const protocol::scene_end_record&) {
  return refuse("the record of a run of tests tells of a scene");
}

record_step run_record::on(const protocol::scene_error_record&) {
  return refuse("the record of a run of tests tells of a scene");
}

} // namespace weir::grader
