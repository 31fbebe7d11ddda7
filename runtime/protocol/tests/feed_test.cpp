#include "protocol/feed.hpp"
#include "testing/catch.hpp"

using namespace weir::protocol;
using weir::test::has_text;

TEST_CASE("every message of the feed is read as it was written") {
  const std::vector<feed_message> all{
      say_scenes{},
      say_scenes{{{.id = "breaker",
                   .chapter = "04 Resilience",
                   .title = "A \"breaker\"\n",
                   .submissions = {submission::mine, submission::solution}}}},
      say_open{.scene = "breaker",
               .shown = submission::starter,
               .submissions = {submission::mine, submission::starter},
               .settings = {"timeout=1s"},
               .seed = 18446744073709551615U,
               .beside = submission::other},
      say_open{.scene = "a"},
      say_working{submission::solution, "Compiling breaker.cpp"},
      say_module{submission::mine,
                 {.argv = {"/bwrap", "a b"},
                  .environment = {"X=1"},
                  .directory = "/tmp",
                  .behind_shell = true,
                  .address_space = std::uint64_t{1} << 40,
                  .file_size = 64,
                  .open_files = 32,
                  .patience = std::chrono::seconds{2}}},
      say_problem{submission::mine, say_problem::kind::does_not_compile, "t", "x"},
      say_problem{submission::other, say_problem::kind::other, "t", ""},
      say_replayed{say_replayed::kind::passed, "t", "x", "/a/1.weirtrace"},
      say_replayed{say_replayed::kind::diverged, "", "", ""},
      say_replayed{say_replayed::kind::broken, "", "", ""},
      say_replayed{say_replayed::kind::does_not_compile, "", "", ""},
      say_replayed{say_replayed::kind::not_played, "", "", ""}};
  for (const auto& each : all) {
    const auto line = to_line(each);
    CAPTURE(line);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(parse_feed_message(line) == each);
  }
}

TEST_CASE("what the window asks is read as it was written") {
  for (const auto which : all_submissions) {
    const std::vector<feed_request> all{ask_open{"breaker", which}, ask_module{which}};
    for (const auto& each : all) {
      CHECK(parse_feed_request(to_line(each)) == each);
    }
  }
}

TEST_CASE("a line of the feed looks as the protocol says") {
  CHECK(to_line(feed_message(say_working{submission::mine, "Compiling a.cpp"})) ==
        R"({"say":"working","submission":"mine","title":"Compiling a.cpp"})");
  CHECK(to_line(feed_request(ask_open{"breaker", submission::starter})) ==
        R"({"ask":"open","scene":"breaker","submission":"starter"})");
}

TEST_CASE("a message of the feed that is not as it should be is refused with the place") {
  const auto refused = [](const std::string& line, const std::string& why) {
    CAPTURE(line);
    CHECK_THROWS_AS(parse_feed_message(line), message_error);
    CHECK_THROWS_WITH(parse_feed_message(line), has_text(why));
  };
  refused("", "expected a JSON object, found ''");
  refused("[]", "expected a JSON object, found '[]'");
  refused("{}", "a message of the feed: say: it is missing");
  refused(R"({"say":7})", "say: expected a text, found 7");
  refused(R"({"say":"nothing"})", "not known: 'nothing'");
  refused(R"({"say":"open"})", "the feed's open: scene: it is missing");
  refused(R"({"say":"working","submission":"nobody's","title":"x"})",
          "submission: expected one of mine, starter, solution, other, found \"nobody's\"");
  refused(R"({"say":"problem","submission":"mine","kind":"bad","title":"","text":""})",
          "kind: expected one of does-not-compile, other, found 'bad'");
  refused(R"({"say":"module","submission":"mine","launch":[]})", "launch: expected an object");
  refused(R"({"say":"module","submission":"mine","launch":{"argv":"x"}})",
          "the feed's module: launch.argv: expected a list, found \"x\"");
  refused(R"({"say":"module","submission":"mine","launch":{"argv":["a",1]}})",
          "launch.argv[]: expected a text, found 1");
  refused(R"({"say":"scenes","scenes":[7]})", "scenes[]: expected an object, found 7");
  refused(R"({"say":"open","scene":"a","submission":"mine","submissions":[],"settings":[],)"
          R"("seed":-1,"beside":null})",
          "seed: expected a whole number that is not negative, found -1");
}

TEST_CASE("a request of the window that is not as it should be is refused") {
  for (const char* line : {"", "x", "[]", "{}", R"({"ask":"open","submission":"starter"})",
                           R"({"ask":"module"})", R"({"ask":"module","submission":"nonsense"})",
                           R"({"ask":"format","scene":"disk","submission":"starter"})",
                           R"({"ask":3,"scene":[],"submission":{}})"}) {
    CAPTURE(line);
    CHECK_THROWS_AS(parse_feed_request(line), message_error);
  }
}

TEST_CASE("a submission is named by four words and no others") {
  for (const auto each : all_submissions) {
    CHECK(parse_submission(to_string(each)) == each);
  }
  for (const char* word : {"", "Mine", "yours", "naive", "mended", "file", "other "}) {
    CHECK_FALSE(parse_submission(word));
  }
}
