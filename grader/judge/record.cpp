#include "judge/record.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <ranges>

namespace weir::grader {

namespace json = boost::json;

/// Reads members without throwing: what is missing or of another type is empty or zero.
struct run_record::line_fields {
  json::object members;

  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* value = members.if_contains(name);
    const auto* found = value ? value->if_string() : nullptr;
    return found ? std::string{found->data(), found->size()} : std::string{};
  }

  [[nodiscard]] std::uint64_t number(std::string_view name) const {
    const auto* value = members.if_contains(name);
    return value ? as_number(*value) : 0;
  }

  [[nodiscard]] std::optional<bool> truth(std::string_view name) const {
    const auto* value = members.if_contains(name);
    return value && value->is_bool() ? std::optional{value->get_bool()} : std::nullopt;
  }

  [[nodiscard]] std::vector<line_fields> objects(std::string_view name) const {
    std::vector<line_fields> all;
    const auto* value = members.if_contains(name);
    const auto* list = value ? value->if_array() : nullptr;
    if (!list) {
      return all;
    }
    for (const auto& each : *list) {
      if (const auto* object = each.if_object()) {
        all.push_back(line_fields{*object});
      }
    }
    return all;
  }

  static std::uint64_t as_number(const json::value& value) {
    if (value.is_int64() && value.get_int64() >= 0) {
      return static_cast<std::uint64_t>(value.get_int64());
    }
    return value.is_uint64() ? value.get_uint64() : 0;
  }
};

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
  while (!bytes.empty() && refusal_.empty()) {
    const auto newline = bytes.find('\n');
    const auto piece = bytes.substr(0, newline);
    if (partial_.size() + piece.size() > longest_line) {
      steps.push_back(refuse("a line of the record is longer than any that the runner writes"));
      break;
    }
    partial_ += piece;
    if (newline == std::string_view::npos) {
      break;
    }
    const std::string line = std::exchange(partial_, {});
    steps.push_back(on_line(line));
    bytes.remove_prefix(newline + 1);
  }
  return steps;
}

record_step run_record::refuse(std::string reason) {
  refusal_ = reason;
  return {
      .what = record_step::kind::refused, .test = {}, .passed = false, .reason = std::move(reason)};
}

record_step run_record::on_line(std::string_view line) {
  boost::system::error_code error;
  json::value parsed = json::parse(json::string_view{line.data(), line.size()}, error);
  if (error || !parsed.is_object()) {
    return refuse(
        "something other than the runner wrote to the grader's record: not a JSON object");
  }
  const line_fields fields{std::move(parsed.get_object())};
  if (fields.text("nonce") != nonce_) {
    return refuse(
        "something other than the runner wrote to the grader's record: a line without this "
        "run's nonce");
  }
  const auto type = fields.text("record");
  if (type == "crash") {
    return on_crash(fields);
  }
  if (phase_ == phase::after_end) {
    return refuse("the record goes on after its end");
  }
  if (type == "begin") {
    return on_begin(fields);
  }
  if (type == "test-begin") {
    return on_test_begin(fields);
  }
  if (type == "test-end") {
    return on_test_end(fields);
  }
  if (type == "end") {
    return on_end(fields);
  }
  return refuse(fmt::format("the record holds a line of unknown kind '{}'", type));
}

record_step run_record::on_begin(const line_fields& fields) {
  if (phase_ != phase::before_begin) {
    return refuse("the record begins twice");
  }
  std::vector<std::string> found;
  if (const auto* value = fields.members.if_contains("tests"); value && value->is_array()) {
    for (const auto& each : value->get_array()) {
      if (const auto* id = each.if_string()) {
        found.emplace_back(id->data(), id->size());
      }
    }
  }
  std::vector<std::string> expected;
  std::ranges::transform(tests_, std::back_inserter(expected), &test_result::id);
  std::ranges::sort(found);
  std::ranges::sort(expected);
  if (found != expected) {
    content_at_fault_ = true;
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

record_step run_record::on_test_begin(const line_fields& fields) {
  const auto id = fields.text("id");
  auto* test = find(id);
  if (phase_ != phase::between_tests || !test || test->outcome != test_outcome::not_run) {
    return refuse(fmt::format("the record begins the test '{}' out of order", id));
  }
  test->outcome = test_outcome::not_finished;
  current_ = static_cast<std::size_t>(test - tests_.data());
  phase_ = phase::in_test;
  return {.what = record_step::kind::test_began, .test = id, .passed = false, .reason = {}};
}

record_step run_record::on_test_end(const line_fields& fields) {
  const auto id = fields.text("id");
  if (phase_ != phase::in_test || tests_[current_].id != id) {
    return refuse(fmt::format("the record ends the test '{}' out of order", id));
  }
  const auto outcome = outcome_from_key(fields.text("outcome"));
  const auto passed = fields.truth("passed");
  if (!outcome || !passed || *passed != (*outcome == test_outcome::completed)) {
    return refuse(
        fmt::format("the record's end of the test '{}' contradicts itself: passed {}, outcome '{}'",
                    id, passed ? (*passed ? "true" : "false") : "missing", fields.text("outcome")));
  }
  if (*passed && fields.number("schedules") == 0) {
    return refuse(
        fmt::format("the test '{}' is said to have passed without a single schedule run", id));
  }
  auto& test = tests_[current_];
  test.passed = *passed;
  test.outcome = *outcome;
  test.message = fields.text("message");
  if (*outcome == test_outcome::exception && test.message.find("bad_alloc") != std::string::npos) {
    test.outcome = test_outcome::out_of_memory; // real memory, as opposed to a world's budget
  }
  test.schedules = fields.number("schedules");
  test.handlers = fields.number("handlers");
  test.exhausted = fields.truth("exhausted").value_or(false);
  if (const auto failing = fields.number("failing_schedule")) {
    test.failing_schedule = failing;
  }
  test.token = fields.text("token");
  test.followed = fields.truth("followed");
  test.trace_file = fields.text("trace");
  for (const auto& each : fields.objects("timeline")) {
    test.timeline.push_back(
        {std::chrono::nanoseconds{each.number("t_ns")}, each.text("task"), each.text("text")});
  }
  for (const auto& each : fields.objects("tasks")) {
    test.tasks.push_back({each.text("name"), each.text("state")});
  }
  phase_ = phase::between_tests;
  return {.what = record_step::kind::test_ended, .test = id, .passed = *passed, .reason = {}};
}

record_step run_record::on_end(const line_fields& fields) {
  if (phase_ != phase::between_tests) {
    return refuse("the record ends in the middle");
  }
  if (std::ranges::any_of(tests_,
                          [](const auto& t) { return t.outcome == test_outcome::not_run; })) {
    return refuse("the record ends before every test was run");
  }
  const auto passed =
      static_cast<std::uint64_t>(std::ranges::count(tests_, true, &test_result::passed));
  if (fields.number("passed") != passed || fields.number("failed") != tests_.size() - passed) {
    return refuse("the record's end does not agree with its tests");
  }
  phase_ = phase::after_end;
  return {.what = record_step::kind::ended, .test = {}, .passed = false, .reason = {}};
}

record_step run_record::on_crash(const line_fields& fields) {
  crash_signal_ = static_cast<int>(fields.number("signal"));
  return {.what = record_step::kind::crash_noted,
          .test = fields.text("test"),
          .passed = false,
          .reason = {}};
}

} // namespace weir::grader
