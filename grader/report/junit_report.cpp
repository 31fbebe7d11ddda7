#include "report/junit_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace weir::grader {

namespace {

/// XML 1.0 has no way to write most control characters, not even escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char each : text) {
    switch (each) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\n':
      out += "&#10;";
      break;
    default:
      out += static_cast<unsigned char>(each) < 0x20 && each != '\t' ? '?' : each;
    }
  }
  return out;
}

struct tally {
  int tests{};
  int failures{};
  int errors{};
};

bool was_judged(const test_result& test) {
  return test.outcome != test_outcome::not_run && test.outcome != test_outcome::not_finished;
}

double seconds(std::chrono::microseconds length) {
  return std::chrono::duration<double>{length}.count();
}

std::string why(const verdict& v) {
  if (!v.detail.empty()) {
    return v.detail;
  }
  return v.compiler_output.empty() ? std::string{to_words(v.kind)} : v.compiler_output;
}

class suite {
public:
  explicit suite(const graded_exercise& graded) : ex_{*graded.ex}, v_{graded.result} {}

  std::string write(const std::string& when, const std::string& hostname) {
    for (const auto& test : v_.tests) {
      add(test);
    }
    const bool whole_is_at_fault = !v_.passed() && count_.failures == 0 && count_.errors == 0;
    if (v_.tests.empty() || whole_is_at_fault) {
      ++count_.tests;
      ++count_.errors;
      cases_ += fmt::format(
          R"(    <testcase classname="{0}" name="{0}" time="0"><error type="{1}" message="{2}"/></testcase>)"
          "\n",
          escaped(ex_.id), to_key(v_.kind), escaped(why(v_)));
    }
    return fmt::format(
        R"(  <testsuite name="{}" tests="{}" failures="{}" errors="{}" skipped="0" time="{:.3f}" )"
        R"(timestamp="{}" hostname="{}">)"
        "\n{}  </testsuite>\n",
        escaped(ex_.id), count_.tests, count_.failures, count_.errors, seconds(v_.total_time()),
        when, escaped(hostname), cases_);
  }

  [[nodiscard]] const tally& count() const { return count_; }

private:
  const exercise& ex_;
  const verdict& v_;
  tally count_;
  std::string cases_;

  void add(const test_result& test) {
    ++count_.tests;
    std::string body;
    // A pass inside a run that is not to be believed is not a pass.
    const bool believed = v_.points != 0 || !test.passed;
    if (!was_judged(test) || !believed) {
      ++count_.errors;
      body = fmt::format(R"(<error type="{}" message="{}"/>)", to_key(v_.kind), escaped(why(v_)));
    } else if (!test.passed) {
      ++count_.failures;
      body = fmt::format(R"(<failure type="{}" message="{}">{}</failure>)", to_key(test.outcome),
                         escaped(test.message),
                         test.token.empty() ? std::string{} : escaped("weir replay " + test.token));
    }
    cases_ += fmt::format(R"(    <testcase classname="{}" name="{}" time="0">{}</testcase>)"
                          "\n",
                          escaped(ex_.id), escaped(test.id), body);
  }
};

} // namespace

std::string to_junit(std::span<const graded_exercise> graded,
                     std::chrono::system_clock::time_point when, const std::string& hostname) {
  const auto timestamp =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
  tally sum;
  std::chrono::microseconds time{};
  std::string suites;
  for (const auto& each : graded) {
    suite one{each};
    suites += one.write(timestamp, hostname);
    sum.tests += one.count().tests;
    sum.failures += one.count().failures;
    sum.errors += one.count().errors;
    time += each.result.total_time();
  }
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>)"
      "\n"
      R"(<testsuites name="weir" tests="{}" failures="{}" errors="{}" skipped="0" time="{:.3f}" timestamp="{}">)"
      "\n{}</testsuites>\n",
      sum.tests, sum.failures, sum.errors, seconds(time), timestamp, suites);
}

} // namespace weir::grader
