#include "judge/record.hpp"
#include "protocol/run_record.hpp"
#include "testing/catch.hpp"

#include <sstream>

using namespace weir::grader;
namespace protocol = weir::protocol;

namespace Catch {
template <>
struct StringMaker<record_step> {
  static std::string convert(const record_step& step) {
    std::ostringstream text;
    text << step;
    return text.str();
  }
};

template <>
struct StringMaker<verdict_kind> {
  static std::string convert(verdict_kind kind) { return std::string{to_key(kind)}; }
};
} // namespace Catch

namespace {

const std::string nonce = "0123abcd";

std::vector<test_info> two_tests() {
  return {{.id = "first", .promise = "It counts.", .read = "", .points = 2},
          {.id = "second", .promise = "It stops.", .read = "", .points = 3}};
}

std::string line(const std::string& rest, const std::string& with_nonce = nonce) {
  return R"({"nonce":")" + with_nonce + R"(",)" + rest + "}\n";
}

std::string line(const protocol::record& what) {
  return to_line(what, nonce) + '\n';
}

std::string begin() {
  return line(protocol::begin_record{{"first", "second"}});
}

std::string test_begin(const std::string& id) {
  return line(protocol::test_begin_record{id});
}

std::string passed(const std::string& id) {
  return line(protocol::test_end_record{
      .id = id, .passed = true, .outcome = "completed", .schedules = 200});
}

std::string failed(const std::string& id, const std::string& outcome = "deadlock") {
  return line(protocol::test_end_record{
      .id = id,
      .outcome = outcome,
      .schedules = 7,
      .failure = protocol::recorded_failure{.token = "w1:x/y:1:-:0000", .number = 1}});
}

std::string end(std::uint64_t good, std::uint64_t bad) {
  return line(protocol::end_record{good, bad});
}

std::string whole_pass() {
  return begin() + test_begin("first") + passed("first") + test_begin("second") + passed("second") +
         end(2, 0);
}

constexpr process_end good_end{process_end::cause::exited, 0};

verdict judged(const std::string& bytes, process_end how = good_end,
               const std::string& errors = {}) {
  run_record record{two_tests(), nonce};
  record.on_bytes(bytes);
  return record.judge(how, errors);
}

} // namespace

TEST_CASE("a complete record of passed tests and exit status 0 is a pass", "[record]") {
  const verdict v = judged(whole_pass());
  CHECK(v.kind == verdict_kind::passed);
  CHECK(v.points == 5);
  CHECK(v.max_points == 5);
  CHECK(v.schedules == 400);
  CHECK(headline(v) == "passed, 5 of 5 points, 400 schedules");
}

TEST_CASE("a record may come in pieces of any size", "[record]") {
  run_record record{two_tests(), nonce};
  for (const char each : whole_pass()) {
    record.on_bytes({&each, 1});
  }
  CHECK(record.judge(good_end, "").passed());
}

TEST_CASE("each line of the record is told as a step", "[record]") {
  run_record record{two_tests(), nonce};
  const auto steps = record.on_bytes(whole_pass());
  REQUIRE(steps.size() == 6);
  CHECK(steps[1] == record_step{record_step::kind::test_began, "first", false, ""});
  CHECK(steps[2] == record_step{record_step::kind::test_ended, "first", true, ""});
  CHECK(steps[5].what == record_step::kind::ended);
}

TEST_CASE("tests may run in another order than the exercise lists them", "[record]") {
  const verdict v = judged(begin() + test_begin("second") + failed("second") + test_begin("first") +
                           failed("first", "leak") + end(0, 2));
  CHECK(v.kind == verdict_kind::leak);
  CHECK(v.tests[0].id == "first");
  CHECK(v.token == "w1:x/y:1:-:0000");
}

TEST_CASE("the first failing test names the verdict, the others keep their points", "[record]") {
  const auto outcome =
      GENERATE(as<std::string>{}, "assertion-failed", "exception", "deadlock", "leak", "step-limit",
               "time-limit", "out-of-memory", "left-virtual-time", "nondeterministic");
  const verdict v = judged(begin() + test_begin("first") + failed("first", outcome) +
                           test_begin("second") + passed("second") + end(1, 1));
  const bool plain = outcome == "assertion-failed" || outcome == "exception";
  CHECK(std::string{to_key(v.kind)} == (plain ? "failed" : outcome));
  CHECK(v.points == 3);
}

TEST_CASE("any prefix of a passing record is no pass, whatever the exit status", "[record]") {
  const std::string whole = whole_pass();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const verdict v = judged(whole.substr(0, size));
    INFO(size);
    REQUIRE(v.kind == verdict_kind::incomplete_record);
    REQUIRE(v.points == 0);
    REQUIRE_FALSE(v.detail.empty());
  }
}

TEST_CASE("an early exit says where the program was", "[record]") {
  CHECK(judged("").detail.find("exit status 0 before the first test began") != std::string::npos);
  CHECK(judged(begin() + test_begin("first")).detail.find("exit status 0 in the test first") !=
        std::string::npos);
  CHECK(judged(begin()).detail.find("between two tests") != std::string::npos);
}

TEST_CASE("a record with a fault is no pass even when it says so", "[record]") {
  const std::string b = begin();
  const std::string first = test_begin("first") + passed("first");
  const std::string second = test_begin("second") + passed("second");
  const auto record = GENERATE_COPY(
      // doubled, missing and misplaced lines
      b + b + first + second + end(2, 0), b + first + end(2, 0),
      b + first + first + second + end(2, 0), first + second + end(2, 0),
      b + second + passed("first") + end(2, 0), b + passed("first") + second + end(2, 0),
      b + test_begin("first") + test_begin("second") + passed("second") + passed("first") +
          end(2, 0),
      b + first + second + end(2, 0) + end(2, 0), b + first + second + end(2, 0) + first,
      b + first + second + end(2, 0) + "noise\n", b + first + second + end(2, 0) + "n",
      // counts and fields that contradict each other
      b + first + second + end(1, 1), b + first + second + end(3, 0),
      b + first + second + end(2, 1),
      b + test_begin("first") +
          line(
              R"("record":"test-end","id":"first","passed":true,"outcome":"deadlock","schedules":1)") +
          second + end(2, 0),
      b + test_begin("first") +
          line(R"("record":"test-end","id":"first","passed":true,"outcome":"fine","schedules":1)") +
          second + end(2, 0),
      b + test_begin("first") +
          line(R"("record":"test-end","id":"first","outcome":"completed","schedules":1)") + second +
          end(2, 0),
      b + test_begin("first") +
          line(
              R"("record":"test-end","id":"first","passed":1,"outcome":"completed","schedules":1)") +
          second + end(2, 0),
      // a pass without a schedule
      b + test_begin("first") +
          line(R"("record":"test-end","id":"first","passed":true,"outcome":"completed")") + second +
          end(2, 0),
      // unknown tests and kinds
      b + first + test_begin("third") + second + end(2, 0),
      b + line(R"("record":"all-passed")") + first + second + end(2, 0),
      b + line(R"("nothing":1)") + first + second + end(2, 0));
  const verdict v = judged(record);
  INFO(record);
  CHECK(v.kind == verdict_kind::incomplete_record);
  CHECK(v.points == 0);
}

TEST_CASE("lines that something else wrote spoil the record", "[record]") {
  const auto forged =
      GENERATE(as<std::string>{}, "all tests passed\n", "\n", "[]\n", "{}\n", "null\n",
               R"({"record":"begin"})"
               "\n",
               R"({"nonce":1,"record":"end","passed":2,"failed":0})"
               "\n",
               std::string(200'000, '[') + "\n");
  CHECK(judged(forged + whole_pass()).kind == verdict_kind::incomplete_record);
  CHECK(judged(whole_pass() + forged).kind == verdict_kind::incomplete_record);
}

TEST_CASE("a record under another nonce is not believed", "[record]") {
  std::string forged = whole_pass();
  for (auto at = forged.find(nonce); at != std::string::npos; at = forged.find(nonce, at)) {
    forged.replace(at, nonce.size(), "ffffffff");
  }
  const verdict v = judged(forged);
  CHECK(v.kind == verdict_kind::incomplete_record);
  CHECK(v.detail.find("nonce") != std::string::npos);
}

TEST_CASE("a line beyond all measure is refused and not kept", "[record]") {
  run_record record{two_tests(), nonce};
  const std::string piece(1 << 20, 'x');
  std::size_t refused = 0;
  for (int i = 0; i < 16; ++i) {
    refused += record.on_bytes(piece).size();
  }
  CHECK(refused == 1);
  CHECK(record.judge(good_end, "").kind == verdict_kind::incomplete_record);
}

TEST_CASE("what the exercise and the hidden tests disagree on is not the reader's fault",
          "[record]") {
  const verdict v = judged(line(R"("record":"begin","tests":["first"])"));
  CHECK(v.kind == verdict_kind::environment_error);
  CHECK(v.detail.find("[first, second]") != std::string::npos);
}

TEST_CASE("a test case in the reader's file is named, and the workbook not blamed", "[record]") {
  const verdict v = judged(line(R"("record":"begin","tests":["mine","first","second"])"));
  CHECK(v.kind == verdict_kind::environment_error);
  CHECK(v.detail.find("[mine]. If they are in your file, take them out") != std::string::npos);
}

TEST_CASE("how the process ended goes before what its record says", "[record]") {
  using cause = process_end::cause;
  const std::string whole = whole_pass();
  CHECK(judged(whole, {cause::wall_limit, 0}).kind == verdict_kind::timed_out);
  CHECK(judged(whole, {cause::cpu_limit, 0}).kind == verdict_kind::timed_out);
  CHECK(judged(whole, {cause::output_limit, 0}).kind == verdict_kind::output_limit);
  CHECK(judged(whole, {cause::cancelled, 0}).kind == verdict_kind::incomplete_record);
  CHECK(judged(whole, {cause::signalled, 11}).kind == verdict_kind::crashed);
  CHECK(judged(whole, {cause::exited, 1}).kind == verdict_kind::incomplete_record);
  CHECK(judged(whole + line(R"("record":"crash","signal":11,"test":"second")")).kind ==
        verdict_kind::crashed);
}

TEST_CASE("a crash names its signal and its place", "[record]") {
  const verdict v = judged(begin() + test_begin("first"), {process_end::cause::signalled, 11});
  CHECK(v.detail.find("SIGSEGV in the test first") == 0);
  CHECK(v.points == 0);
}

TEST_CASE("a failed allocation and a sanitizer's finding are told from other ends", "[record]") {
  const std::string begun = begin() + test_begin("first");
  CHECK(judged(begun, {process_end::cause::signalled, 6}, "terminate called ... std::bad_alloc")
            .kind == verdict_kind::out_of_memory);
  CHECK(
      judged(begun, {process_end::cause::exited, 1}, "ERROR: AddressSanitizer: heap-use-after-free")
          .kind == verdict_kind::crashed);
  CHECK(judged(whole_pass(), good_end, "printed: std::bad_alloc, AddressSanitizer: x").passed());
}

TEST_CASE("an allocation that fails inside a test is out of memory, not any exception",
          "[record]") {
  const verdict v = judged(
      begin() + test_begin("first") +
      line(R"("record":"test-end","id":"first","passed":false,"outcome":"exception","schedules":1,)"
           R"("message":"an exception left the scenario: std::bad_alloc")") +
      test_begin("second") + passed("second") + end(1, 1));
  CHECK(v.kind == verdict_kind::out_of_memory);
}

TEST_CASE("a record of failed tests may come with exit status 1 but no other", "[record]") {
  const std::string record = begin() + test_begin("first") + failed("first") +
                             test_begin("second") + passed("second") + end(1, 1);
  CHECK(judged(record, {process_end::cause::exited, 1}).kind == verdict_kind::deadlock);
  CHECK(judged(record, {process_end::cause::exited, 2}).kind == verdict_kind::incomplete_record);
}

TEST_CASE("a failing test's story is kept", "[record]") {
  const verdict v =
      judged(begin() + test_begin("first") +
             line(protocol::test_end_record{
                 .id = "first",
                 .outcome = "deadlock",
                 .message = "3 of 5 came out",
                 .schedules = 12,
                 .handlers = 90,
                 .failure =
                     protocol::recorded_failure{
                         .number = 4,
                         .tasks = {{"consumer", "waits for channel receive"}},
                         .timeline = {{std::chrono::microseconds{1200}, "producer", "sends"}}},
                 .trace = "/t/first.weirtrace"}));
  const auto& test = v.tests[0];
  CHECK(test.message == "3 of 5 came out");
  CHECK(test.handlers == 90);
  CHECK(test.failing_schedule == 4U);
  CHECK(test.timeline ==
        std::vector<timeline_entry>{{std::chrono::microseconds{1200}, "producer", "sends"}});
  CHECK(test.tasks == std::vector<task_state>{{"consumer", "waits for channel receive"}});
  CHECK(test.promise == "It counts.");
  CHECK(v.tests[1].outcome == test_outcome::not_run);
}
