#include "protocol/scene_requests.hpp"

#include "protocol/fields.hpp"

namespace weir {

namespace json = boost::json;

namespace {

const std::vector<std::string_view> knob_words{"real", "integer", "duration", "choice"};
const std::vector<std::string_view> refusal_words{"knob", "scene"};
const std::vector<std::string_view> end_words{"exit", "signal"};

} // namespace

// Beside weir::knob_info, whose namespace is searched for them.
static json::object to_object(const knob_info& knob) {
  return {{"name", knob.name},
          {"kind", knob_words.at(static_cast<std::size_t>(knob.kind))},
          {"default", knob.value},
          {"min", knob.min},
          {"max", knob.max},
          {"step", knob.step},
          {"unit", knob.unit},
          {"documentation", knob.documentation},
          {"choices", protocol::detail::to_array(knob.choices)}};
}

static void read_fields(const protocol::detail::fields& from, knob_info& into) {
  into = {.name = from.get<std::string>("name"),
          .kind = static_cast<knob_kind>(from.one_of("kind", knob_words)),
          .value = from.get<double>("default"),
          .min = from.get<double>("min"),
          .max = from.get<double>("max"),
          .step = from.get<double>("step"),
          .unit = from.get<std::string>("unit"),
          .documentation = from.get<std::string>("documentation"),
          .choices = from.get<std::vector<std::string>>("choices")};
}

namespace protocol {

using detail::fields;
using detail::to_array;

static json::object to_object(const scene_goal& goal) {
  return {{"text", goal.text}, {"met", goal.met}, {"seen", goal.seen}, {"remark", goal.remark}};
}

static void read_fields(const fields& from, scene_goal& into) {
  into = {.text = from.get<std::string>("text"),
          .met = from.get<bool>("met"),
          .remark = from.get<std::string>("remark"),
          .seen = from.get<std::string>("seen")};
}

namespace {

struct writer {
  json::object operator()(const scene_hello& hello) const {
    return {{"say", "hello"},
            {"title", hello.title},
            {"caption", hello.caption},
            {"horizon_ns", hello.horizon.count()},
            {"goals", to_array(hello.goals)},
            {"knobs", to_array(hello.knobs)}};
  }

  json::object operator()(const scene_reply& reply) const {
    return {{"say", "reply"},
            {"ticket", reply.ticket},
            {"half", reply.half},
            {"bytes", reply.bytes},
            {"healthy", reply.healthy},
            {"ended", reply.ended},
            {"message", reply.message},
            {"goals", to_array(reply.goals)},
            {"simulate_ns", reply.simulate.count()},
            {"share_ns", reply.share.count()}};
  }

  json::object operator()(const scene_refusal& refusal) const {
    return {{"say", "refusal"},
            {"ticket", refusal.ticket},
            {"kind", refusal_words.at(static_cast<std::size_t>(refusal.what))},
            {"message", refusal.message}};
  }

  json::object operator()(const scene_death& death) const {
    return {{"say", "death"},
            {"ticket", death.ticket},
            {"by", end_words.at(death.end.signalled ? 1 : 0)},
            {"code", death.end.code}};
  }
};

scene_hello read_hello(const fields& from) {
  return {.title = from.get<std::string>("title"),
          .caption = from.get<std::string>("caption"),
          .horizon = from.get<std::chrono::nanoseconds>("horizon_ns"),
          .goals = from.get<std::vector<std::string>>("goals"),
          .knobs = from.get<std::vector<knob_info>>("knobs")};
}

scene_reply read_reply(const fields& from) {
  return {.ticket = from.get<std::uint64_t>("ticket"),
          .half = from.get<std::uint64_t>("half"),
          .bytes = from.get<std::uint64_t>("bytes"),
          .healthy = from.get<bool>("healthy"),
          .ended = from.get<std::string>("ended"),
          .message = from.get<std::string>("message"),
          .goals = from.get<std::vector<scene_goal>>("goals"),
          .simulate = from.get<std::chrono::nanoseconds>("simulate_ns"),
          .share = from.get<std::chrono::nanoseconds>("share_ns")};
}

scene_refusal read_refusal(const fields& from) {
  return {.ticket = from.get<std::uint64_t>("ticket"),
          .what = static_cast<scene_refusal::kind>(from.one_of("kind", refusal_words)),
          .message = from.get<std::string>("message")};
}

scene_death read_death(const fields& from) {
  return {.ticket = from.get<std::uint64_t>("ticket"),
          .end = {.signalled = from.one_of("by", end_words) == 1, .code = from.get<int>("code")}};
}

} // namespace

std::string to_line(const scene_request& request) {
  json::array knobs;
  for (const auto& [name, value] : request.knobs) {
    knobs.push_back(json::array{name, value});
  }
  return detail::line_of(json::object{{"ticket", request.ticket},
                                      {"half", request.half},
                                      {"seed", request.seed},
                                      {"horizon_ns", request.horizon.count()},
                                      {"knobs", std::move(knobs)}});
}

std::string to_line(const scene_answer& answer) {
  return detail::line_of(std::visit(writer{}, answer));
}

scene_request parse_scene_request(std::string_view line) {
  const auto object = detail::parse_object(line, "a scene request");
  const fields from(object, "a scene request: ");
  return {.ticket = from.get<std::uint64_t>("ticket"),
          .half = from.get<std::uint64_t>("half"),
          .seed = from.get<std::uint64_t>("seed"),
          .horizon = from.get<std::chrono::nanoseconds>("horizon_ns"),
          .knobs = from.get<std::vector<std::pair<std::string, double>>>("knobs")};
}

scene_answer parse_scene_answer(std::string_view line) {
  const auto object = detail::parse_object(line, "an answer of the scene runner");
  const auto type = fields(object, "an answer of the scene runner: ").get<std::string>("say");
  const fields from(object, "the scene runner's " + type + ": ");
  if (type == "hello") {
    return read_hello(from);
  }
  if (type == "reply") {
    return read_reply(from);
  }
  if (type == "refusal") {
    return read_refusal(from);
  }
  if (type == "death") {
    return read_death(from);
  }
  throw message_error("an answer of the scene runner that is not known: '" + type + "'");
}

} // namespace protocol

} // namespace weir
