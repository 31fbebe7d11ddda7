#include "catch.hpp"
#include "process/feed_message.hpp"

using namespace weir::viz;

namespace {

feed_message parse(const std::string& text) {
  return parse_feed_message(text);
}

} // namespace

TEST_CASE("a launch is read", "[process]") {
  const auto message = parse(
      R"({"say":"module","code":"mended","launch":{"argv":["/bwrap","a b"],"environment":["X=1"],)"
      R"("directory":"/tmp",)"
      R"("shell_status":true,"address_space":1073741824,"file_size":64,"open_files":32,)"
      R"("patience_ms":2000}})");
  const auto& module = std::get<say_module>(message);
  CHECK(module.code == submission::solution);
  CHECK(module.launch.argv == std::vector<std::string>{"/bwrap", "a b"});
  CHECK(module.launch.environment == std::vector<std::string>{"X=1"});
  CHECK(module.launch.directory == "/tmp");
  CHECK(module.launch.behind_shell);
  CHECK(module.launch.address_space == std::uint64_t{1} << 30);
  CHECK(module.launch.patience == std::chrono::seconds{2});
}

TEST_CASE("an opened scene is read with and without wishes", "[process]") {
  const auto plain = std::get<say_open>(
      parse(R"({"say":"open","scene":"a","code":"yours","codes":["yours","file"],"settings":[],)"
            R"("seed":null,"beside":null})"));
  CHECK(plain.codes == std::vector{submission::mine, submission::other});
  CHECK_FALSE(plain.seed);
  CHECK_FALSE(plain.beside);
  const auto full = std::get<say_open>(
      parse(R"({"say":"open","scene":"a","code":"yours","codes":["yours"],"settings":["x=1"],)"
            R"("seed":18446744073709551615,"beside":"naive"})"));
  CHECK(full.settings == std::vector<std::string>{"x=1"});
  CHECK(full.seed == 18446744073709551615U);
  CHECK(full.beside == submission::starter);
}

TEST_CASE("a replayed schedule is read with what is to be said of it", "[process]") {
  const auto said = [](const std::string& kind, const std::string& title) {
    return std::get<say_replayed>(parse(R"({"say":"replayed","kind":")" + kind + R"(","title":")" +
                                        title + R"(","text":"b","trace":"/x/1.weirtrace"})"));
  };
  CHECK(said("held", "a").what.what == banner::kind::held);
  CHECK(said("held", "a").what.title == "a");
  CHECK(said("held", "a").what.text == "b");
  CHECK(said("held", "a").trace == "/x/1.weirtrace");
  CHECK(said("strayed", "a").what.what == banner::kind::remark);
  CHECK(said("broken", "a").what.what == banner::kind::remark);
  CHECK(said("broken", "").what.what == banner::kind::none);
  CHECK(said("compile_error", "a").what.what == banner::kind::compile_error);
  CHECK(said("problem", "a").what.what == banner::kind::problem);
}

TEST_CASE("what is no message is refused", "[process]") {
  for (const char* text :
       {"", "[]", R"({"say")", R"({})", R"({"say":"nothing"})", R"({"say":"open"})", R"({"say":7})",
        R"({"say":"working","code":"nobody's","title":"x"})",
        R"({"say":"module","code":"yours","launch":{"argv":"x"}})",
        R"({"say":"scenes","scenes":[7]})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse(text), std::exception);
  }
}

TEST_CASE("wishes are written as the feeder reads them", "[process]") {
  CHECK(ask_open("breaker", submission::starter) ==
        R"({"ask":"open","scene":"breaker","code":"naive"})");
  CHECK(ask_code(submission::solution) == R"({"ask":"code","code":"mended"})");
}
