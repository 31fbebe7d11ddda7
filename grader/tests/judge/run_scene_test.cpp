#include "judge/run_scene.hpp"
#include "protocol/run_record.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;
using weir::test::has_text;
namespace protocol = weir::protocol;

namespace {

const std::string nonce = "0123abcd";
constexpr process_end good_end{process_end::cause::exited, 0};

std::string line(const protocol::record& what, const std::string& with_nonce = nonce) {
  return to_line(what, with_nonce) + '\n';
}

const protocol::scene_end_record finished{
    .healthy = true, .goals_met = true, .text = "It ran.", .json = R"({"healthy":true})"};

} // namespace

TEST_CASE("a scene's result is what its record tells", "[scene]") {
  const auto outcome = judge_scene(line(finished), nonce, good_end);
  CHECK(outcome.what == scene_outcome::kind::finished);
  CHECK(outcome.goals_met);
  CHECK(outcome.text == "It ran.");
  CHECK(outcome.json.at("healthy").as_bool());
  auto unhealthy = finished;
  unhealthy.healthy = false;
  CHECK(judge_scene(line(unhealthy), nonce, good_end).what == scene_outcome::kind::unhealthy);
}

TEST_CASE("a knob that the scene does not take is told apart from a scene that breaks", "[scene]") {
  using kind = protocol::scene_error_record::kind;
  const auto knob =
      judge_scene(line(protocol::scene_error_record{kind::knob, "no such knob"}), nonce, good_end);
  CHECK(knob.what == scene_outcome::kind::bad_knob);
  CHECK(knob.problem == "no such knob");
  const auto broken =
      judge_scene(line(protocol::scene_error_record{kind::scene, "it threw"}), nonce, good_end);
  CHECK(broken.what == scene_outcome::kind::broken);
}

TEST_CASE("a scene without one whole record of its own has no result", "[scene]") {
  const std::string whole = line(finished);
  for (const std::string& record :
       {std::string{}, whole + whole, whole.substr(0, whole.size() - 1), whole + "x",
        std::string{"{}\n"}, line(finished, "ffffffff"), line(protocol::end_record{1, 0})}) {
    CAPTURE(record);
    const auto outcome = judge_scene(record, nonce, good_end);
    CHECK(outcome.what == scene_outcome::kind::broken);
    CHECK_THAT(outcome.problem, has_text("without the scene's result"));
  }
}

TEST_CASE("how a scene's process ended goes before what its record says", "[scene]") {
  const auto outcome =
      judge_scene(line(finished), nonce, {.why = process_end::cause::signalled, .code = 11});
  CHECK(outcome.what == scene_outcome::kind::broken);
  CHECK_THAT(outcome.problem, has_text("signal 11 (SIGSEGV): invalid memory access"));
}
