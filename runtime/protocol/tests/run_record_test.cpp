#include "protocol/run_record.hpp"
#include "testing/catch.hpp"

using namespace weir::protocol;
using weir::test::has_text;

namespace {

const std::string nonce = "00ff00ff";

} // namespace

TEST_CASE("every line of the record is read as it was written") {
  const recorded_failure failure{
      .scenario = "three guests",
      .token = "w1:x",
      .number = 4,
      .deviations = 1,
      .found_deviations = 9,
      .shrink_runs = 30,
      .virtual_time = std::chrono::seconds{2},
      .tasks = {{.name = "consumer", .state = "waits for a channel"}},
      .timeline = {{.at = std::chrono::milliseconds{1}, .task = "p", .text = "sends \"1\"\n"}}};
  const std::vector<record> all{
      begin_record{{"first", "second"}},
      test_begin_record{"first"},
      test_end_record{.id = "first",
                      .passed = true,
                      .outcome = "completed",
                      .schedules = 12,
                      .explorations = 2,
                      .handlers = 18446744073709551615U,
                      .exhausted = true},
      test_end_record{.id = "second",
                      .passed = false,
                      .outcome = "deadlock",
                      .message = "3 of 5 came out",
                      .schedules = 1,
                      .explorations = 1,
                      .handlers = 90,
                      .followed = true,
                      .failure = failure,
                      .trace = "/t/second.weirtrace"},
      test_end_record{.id = "third", .outcome = "exception", .trace_error = "the disk is full"},
      end_record{1, 2},
      scene_end_record{.healthy = true, .goals_met = false, .text = "a\nb", .json = "{}"},
      scene_error_record{scene_error_record::kind::knob, "no such knob"},
      scene_error_record{scene_error_record::kind::scene, "it threw"},
      crash_record{11, "second"}};
  for (const auto& each : all) {
    const auto line = to_line(each, nonce);
    CAPTURE(line);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(parse_record(line, nonce) == each);
  }
}

TEST_CASE("a line without the run's nonce is refused, whatever else it says") {
  CHECK_THROWS_WITH(parse_record(to_line(end_record{2, 0}, "ffffffff"), nonce),
                    has_text("without this run's nonce"));
  for (const char* line : {"{}", R"({"record":"end","passed":2,"failed":0})",
                           R"({"nonce":1,"record":"end","passed":2,"failed":0})"}) {
    CHECK_THROWS_WITH(parse_record(line, nonce), has_text("without this run's nonce"));
  }
  for (const std::string& line : {std::string(), std::string("all tests passed"),
                                  std::string("null"), std::string(200'000, '[')}) {
    CHECK_THROWS_WITH(parse_record(line, nonce), has_text("expected a JSON object"));
  }
}

TEST_CASE("a line with the nonce that is not as it should be is refused with the place") {
  const auto refused = [](const std::string& members, const std::string& why) {
    const std::string line = R"({"nonce":")" + nonce + R"(",)" + members + "}";
    CAPTURE(line);
    CHECK_THROWS_WITH(parse_record(line, nonce), has_text(why));
  };
  refused(R"("record":"all-passed")", "unknown kind 'all-passed'");
  refused(R"("record":"begin","tests":"first")", "tests: expected a list");
  refused(R"("record":"test-end","id":"first","outcome":"completed","schedules":1)",
          "the record's test-end: passed: it is missing");
  refused(R"("record":"test-end","id":"a","passed":1,"outcome":"completed","schedules":1)",
          "passed: expected true or false, found 1");
  refused(R"("record":"test-end","id":"a","passed":false,"outcome":"leak","schedules":1,)"
          R"("failure":{"scenario":"s"})",
          "failure.token: it is missing");
  refused(R"("record":"end","passed":-1,"failed":0)", "passed: expected a whole number");
}

TEST_CASE("a signal handler's line is a crash's record") {
  crash_line line(R"(se"cond)", nonce);
  for (const int signal : {11, 6, 64, 0, 127, 11}) {
    const std::string whole(line.finish(signal));
    CAPTURE(whole);
    CHECK(whole.back() == '\n');
    CHECK(parse_record(whole.substr(0, whole.size() - 1), nonce) ==
          record(crash_record{signal, R"(se"cond)"}));
  }
}

TEST_CASE("what is not UTF-8 in a text is replaced, and the line can be read") {
  const auto message_of = [](const std::string& text) {
    const auto line = to_line(test_end_record{.id = "a", .message = text}, nonce);
    return std::get<test_end_record>(parse_record(line, nonce)).message;
  };
  const std::string replaced = "\xef\xbf\xbd";
  CHECK(message_of("caf\xe9!") == "caf" + replaced + "!");
  CHECK(message_of("cut \xe2\x82") == "cut " + replaced + replaced);
  CHECK(message_of("long \xc0\xaf") == "long " + replaced + replaced);
  CHECK(message_of("surrogate \xed\xa0\x80") == "surrogate " + replaced + replaced + replaced);
  CHECK(message_of("beyond \xf4\x90\x80\x80") ==
        "beyond " + replaced + replaced + replaced + replaced);
  CHECK(message_of("– 🌊 ü \x7f") == "– 🌊 ü \x7f");
}
