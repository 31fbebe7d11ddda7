#include "tests/catch.hpp"
#include "viz/feed.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

using namespace weir::grader;
using namespace weir::grader::viz;
using namespace std::chrono_literals;

TEST_CASE("the menu of scenes names what there is to run", "[viz]") {
  const auto said = say_scenes({{.id = "breaker",
                                 .chapter = "04 Resilience",
                                 .title = "A breaker",
                                 .codes = {code::yours, code::mended}}});
  CHECK(boost::json::serialize(said) ==
        R"({"say":"scenes","scenes":[{"id":"breaker","chapter":"04 Resilience",)"
        R"("title":"A breaker","codes":["yours","mended"]}]})");
}

TEST_CASE("an opened scene carries the command line's wishes", "[viz]") {
  opening what;
  what.scene = "breaker";
  what.shown = code::naive;
  what.codes = {code::yours, code::naive};
  CHECK(boost::json::serialize(say_open(what)) ==
        R"({"say":"open","scene":"breaker","code":"naive","codes":["yours","naive"],)"
        R"("settings":[],"seed":null,"beside":null})");
  what.settings = {"timeout=1s"};
  what.seed = 7;
  what.beside = code::file;
  CHECK(boost::json::serialize(say_open(what)) ==
        R"({"say":"open","scene":"breaker","code":"naive","codes":["yours","naive"],)"
        R"("settings":["timeout=1s"],"seed":7,"beside":"file"})");
}

TEST_CASE("a module's message starts the runner as the sandbox wants it", "[viz]") {
  process_spec runner;
  runner.argv = {"/usr/bin/bwrap", "--", "/weir-runner", "--scene", "a b.so"};
  runner.environment = {"TZ=UTC"};
  runner.limits.address_space = 1 << 30;
  runner.limits.file_size = 64;
  runner.limits.open_files = 32;
  runner.status = process_spec::status_style::shell;
  const auto said = say_module(code::yours, runner, 2s);
  CHECK(boost::json::serialize(said) ==
        R"({"say":"module","code":"yours","launch":{"argv":["/usr/bin/bwrap","--","/weir-runner",)"
        R"("--scene","a b.so"],"environment":["TZ=UTC"],"directory":"","shell_status":true,)"
        R"("address_space":1073741824,"file_size":64,"open_files":32,"patience_ms":2000}})");
}

TEST_CASE("a replayed schedule's message names its trace and what is to be said", "[viz]") {
  CHECK(boost::json::serialize(say_replayed(
            {replay_report::kind::held, "The promise holds", "`weir run x`"}, "/x/1.weirtrace")) ==
        R"({"say":"replayed","kind":"held","title":"The promise holds","text":"`weir run x`",)"
        R"("trace":"/x/1.weirtrace"})");
}

TEST_CASE("the window's wishes are understood, and nothing else", "[viz]") {
  const auto opened = parse_wish(R"({"ask":"open","scene":"breaker","code":"naive"})");
  REQUIRE(opened);
  CHECK(opened->scene == "breaker");
  CHECK(opened->which == code::naive);
  const auto asked = parse_wish(R"({"ask":"code","code":"mended"})");
  REQUIRE(asked);
  CHECK(asked->scene.empty());
  CHECK(asked->which == code::mended);
  for (const char* line :
       {"", "x", "[]", "{}", R"({"ask":"open","code":"naive"})", R"({"ask":"code"})",
        R"({"ask":"code","code":"nonsense"})", R"({"ask":"code","scene":"x","code":"naive"})",
        R"({"ask":"format","scene":"disk","code":"naive"})", R"({"ask":3,"scene":[],"code":{}})"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_wish(line));
  }
}
