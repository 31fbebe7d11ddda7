#include "report/json_report.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr int results_version = 3;
constexpr std::size_t longest_message = 65'535;
constexpr std::size_t longest_output = 500;

/// JSON is UTF-8; what a program prints may not be. Cuts without splitting a character.
std::string valid_text(std::string_view text, std::size_t longest) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                               : lead >= 0xE0                ? 3
                               : lead >= 0xC2                ? 2
                                                             : 0;
    bool whole = length != 0 && lead < 0xF5 && at + length <= text.size();
    for (std::size_t i = 1; whole && i < length; ++i) {
      whole = (static_cast<unsigned char>(text[at + i]) & 0xC0U) == 0x80U;
    }
    const std::string_view piece =
        whole ? text.substr(at, length) : std::string_view{"\xEF\xBF\xBD"};
    if (out.size() + piece.size() > longest) {
      break;
    }
    out += piece;
    at += whole ? length : 1;
  }
  return out;
}

std::string_view status_of(const verdict& v) {
  if (v.passed()) {
    return "pass";
  }
  const bool judged = !v.tests.empty() && v.tests.front().outcome != test_outcome::not_run &&
                      v.kind != verdict_kind::incomplete_record &&
                      v.kind != verdict_kind::environment_error;
  return judged ? "fail" : "error";
}

std::string_view status_of(const test_result& test) {
  if (test.passed) {
    return "pass";
  }
  return test.outcome == test_outcome::not_run || test.outcome == test_outcome::not_finished
             ? "error"
             : "fail";
}

json::array timeline_of(const test_result& test) {
  json::array all;
  for (const auto& each : test.timeline) {
    all.push_back({{"t_ns", each.at.count()},
                   {"task", each.task},
                   {"text", valid_text(each.text, longest_message)}});
  }
  return all;
}

json::array tasks_of(const test_result& test) {
  json::array all;
  for (const auto& each : test.tasks) {
    all.push_back({{"name", each.name}, {"state", each.state}});
  }
  return all;
}

json::object to_json(const test_result& test, std::size_t number) {
  json::object object{{"name", test.id},
                      {"status", status_of(test)},
                      {"message", test.passed
                                      ? json::value{}
                                      : json::value(valid_text(test.message, longest_message))},
                      {"output", json::value{}},
                      {"task_id", number},
                      {"promise", test.promise},
                      {"outcome", to_key(test.outcome)},
                      {"points", test.passed ? test.points : 0},
                      {"max_points", test.points},
                      {"schedules", test.schedules},
                      {"handlers", test.handlers},
                      {"exhausted", test.exhausted}};
  if (!test.passed) {
    object["token"] = test.token;
    object["trace_file"] = test.trace_file;
    object["read"] = test.read;
    object["timeline"] = timeline_of(test);
    object["tasks"] = tasks_of(test);
    if (test.failing_schedule) {
      object["failing_schedule"] = *test.failing_schedule;
    }
  }
  return object;
}

/// What there is to say about the whole run, for the format's one message.
json::value message_of(const verdict& v) {
  std::string message = v.detail;
  if (v.kind == verdict_kind::does_not_compile && !v.compiler_output.empty()) {
    message += (message.empty() ? "" : "\n") + v.compiler_output;
  }
  if (message.empty()) {
    return nullptr;
  }
  return json::value(valid_text(message, longest_message));
}

} // namespace

json::object to_json(const verdict& v, const exercise& ex) {
  json::array tests;
  bool printed = false;
  for (const auto& each : v.tests) {
    auto test = to_json(each, tests.size() + 1);
    if (!each.passed && !printed && !v.program_output.empty()) {
      test["output"] = valid_text(v.program_output, longest_output); // all tests share the streams
      printed = true;
    }
    tests.push_back(std::move(test));
  }
  json::array stages;
  for (const auto& each : v.stages) {
    stages.push_back({{"name", each.name}, {"us", each.duration.count()}});
  }
  return {{"version", results_version},
          {"status", status_of(v)},
          {"message", message_of(v)},
          {"tests", std::move(tests)},
          {"exercise", ex.id},
          {"verdict", to_key(v.kind)},
          {"points", v.points},
          {"max_points", v.max_points},
          {"token", v.token},
          {"trace_file", v.trace_file},
          {"schedules", v.schedules},
          {"handlers", v.handlers},
          {"seed", v.seed},
          {"tier", v.deep ? "deep" : "first"},
          {"cached", v.cached},
          {"sandbox", v.sandbox},
          {"warnings", v.kind == verdict_kind::does_not_compile
                           ? ""
                           : valid_text(v.compiler_output, longest_message)},
          {"stages", std::move(stages)},
          {"total_us", v.total_time().count()}};
}

} // namespace weir::grader
