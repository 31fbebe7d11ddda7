#include "protocol/scene_requests.hpp"
#include "testing/catch.hpp"

using namespace weir::protocol;
using weir::test::has_text;

namespace {

template <class Answer>
Answer passed_on(const Answer& answer) {
  return std::get<Answer>(parse_scene_answer(to_line(scene_answer(answer))));
}

} // namespace

TEST_CASE("a scene request is read as it was written") {
  const scene_request asked{.ticket = 18446744073709551615U,
                            .half = 1,
                            .seed = 7,
                            .horizon = std::chrono::seconds{3},
                            .knobs = {{"arrival-rate", 200}, {"share", 0.1}, {"a \"b\"", -1e-9}}};
  CHECK(parse_scene_request(to_line(asked)) == asked);
  CHECK(parse_scene_request(to_line(scene_request{})) == scene_request{});
}

TEST_CASE("a scene's hello is read as it was written, its knobs too") {
  const scene_hello said{.title = "A climb",
                         .caption = "Watch it.",
                         .horizon = std::chrono::milliseconds{100},
                         .goals = {"never above 50 m"},
                         .knobs = {{.name = "rate",
                                    .kind = weir::knob_kind::real,
                                    .value = 0.1,
                                    .min = -1,
                                    .max = 1e6,
                                    .step = 0.5,
                                    .unit = "/s",
                                    .documentation = "How often."},
                                   {.name = "policy",
                                    .kind = weir::knob_kind::choice,
                                    .value = 1,
                                    .max = 1,
                                    .documentation = "Which.",
                                    .choices = {"drop", "wait"}}}};
  const auto heard = passed_on(said);
  CHECK(heard.title == said.title);
  CHECK(heard.caption == said.caption);
  CHECK(heard.horizon == said.horizon);
  CHECK(heard.goals == said.goals);
  REQUIRE(heard.knobs.size() == 2);
  CHECK(heard.knobs[0].name == "rate");
  CHECK(heard.knobs[0].kind == weir::knob_kind::real);
  CHECK(heard.knobs[0].value == 0.1);
  CHECK(heard.knobs[0].min == -1);
  CHECK(heard.knobs[0].max == 1e6);
  CHECK(heard.knobs[0].step == 0.5);
  CHECK(heard.knobs[0].unit == "/s");
  CHECK(heard.knobs[0].documentation == "How often.");
  CHECK(heard.knobs[1].kind == weir::knob_kind::choice);
  CHECK(heard.knobs[1].choices == said.knobs[1].choices);
}

TEST_CASE("every kind of knob has a word of its own") {
  for (const auto kind : {weir::knob_kind::real, weir::knob_kind::integer,
                          weir::knob_kind::duration, weir::knob_kind::choice}) {
    scene_hello said;
    said.knobs = {{.name = "x", .kind = kind}};
    CHECK(passed_on(said).knobs.at(0).kind == kind);
  }
}

TEST_CASE("what a scene runner answers is read as it was written") {
  const scene_reply reply{.ticket = 7,
                          .half = 1,
                          .bytes = 4096,
                          .healthy = true,
                          .ended = "deadlock",
                          .message = "m",
                          .goals = {{.text = "t", .met = true, .remark = "r", .seen = "s"}},
                          .simulate = std::chrono::microseconds{5},
                          .share = std::chrono::nanoseconds{1}};
  CHECK(passed_on(reply) == reply);
  for (const auto kind : {scene_refusal::kind::knob, scene_refusal::kind::scene}) {
    const scene_refusal refusal{.ticket = 1, .what = kind, .message = "no such knob"};
    CHECK(passed_on(refusal) == refusal);
  }
  for (const bool signalled : {false, true}) {
    const scene_death death{.ticket = 2, .end = {.signalled = signalled, .code = 11}};
    CHECK(passed_on(death) == death);
  }
}

TEST_CASE("what is no scene request or answer is refused with the place") {
  CHECK_THROWS_WITH(parse_scene_request("hello"), has_text("expected a JSON object"));
  CHECK_THROWS_WITH(parse_scene_request(R"({"ticket":1.5})"),
                    has_text("a scene request: ticket: expected a whole number"));
  CHECK_THROWS_WITH(
      parse_scene_request(R"({"ticket":1,"half":0,"seed":1,"horizon_ns":0,"knobs":[["a"]]})"),
      has_text("knobs[]: expected a list of two"));
  CHECK_THROWS_WITH(parse_scene_answer(R"({"say":"shout"})"), has_text("not known: 'shout'"));
  CHECK_THROWS_WITH(parse_scene_answer(R"({"say":"reply","ticket":1})"),
                    has_text("the scene runner's reply: half: it is missing"));
  CHECK_THROWS_WITH(parse_scene_answer(R"({"say":"death","ticket":1,"by":"age","code":80})"),
                    has_text("by: expected one of exit, signal, found 'age'"));
  CHECK_THROWS_WITH(
      parse_scene_answer(R"({"say":"death","ticket":1,"by":"exit","code":99999999999})"),
      has_text("code: expected a small whole number"));
}
