#include "protocol/run_record.hpp"

#include "protocol/fields.hpp"

namespace weir::protocol {

using detail::fields;
using detail::to_array;
namespace json = boost::json;

static json::object to_object(const recorded_task& task) {
  return {{"name", task.name}, {"state", task.state}};
}

static void read_fields(const fields& from, recorded_task& into) {
  into = {.name = from.get<std::string>("name"), .state = from.get<std::string>("state")};
}

static json::object to_object(const recorded_event& event) {
  return {{"t_ns", event.at.count()}, {"task", event.task}, {"text", event.text}};
}

static void read_fields(const fields& from, recorded_event& into) {
  into = {.at = from.get<std::chrono::nanoseconds>("t_ns"),
          .task = from.get<std::string>("task"),
          .text = from.get<std::string>("text")};
}

static json::object to_object(const recorded_failure& failure) {
  return {{"scenario", failure.scenario},
          {"token", failure.token},
          {"number", failure.number},
          {"deviations", failure.deviations},
          {"found_deviations", failure.found_deviations},
          {"shrink_runs", failure.shrink_runs},
          {"virtual_time_ns", failure.virtual_time.count()},
          {"tasks", to_array(failure.tasks)},
          {"timeline", to_array(failure.timeline)}};
}

static void read_fields(const fields& from, recorded_failure& into) {
  into = {.scenario = from.get<std::string>("scenario"),
          .token = from.get<std::string>("token"),
          .number = from.get<std::uint64_t>("number"),
          .deviations = from.get<std::uint64_t>("deviations"),
          .found_deviations = from.get<std::uint64_t>("found_deviations"),
          .shrink_runs = from.get<std::uint64_t>("shrink_runs"),
          .virtual_time = from.get<std::chrono::nanoseconds>("virtual_time_ns"),
          .tasks = from.get<std::vector<recorded_task>>("tasks"),
          .timeline = from.get<std::vector<recorded_event>>("timeline")};
}

namespace {

const std::vector<std::string_view> error_words{"knob", "scene"};

struct writer {
  json::object operator()(const begin_record& what) const {
    return {{"record", "begin"}, {"tests", to_array(what.tests)}};
  }

  json::object operator()(const test_begin_record& what) const {
    return {{"record", "test-begin"}, {"id", what.id}};
  }

  json::object operator()(const test_end_record& what) const {
    json::object line{{"record", "test-end"},           {"id", what.id},
                      {"passed", what.passed},          {"outcome", what.outcome},
                      {"message", what.message},        {"schedules", what.schedules},
                      {"handlers", what.handlers},      {"explorations", what.explorations},
                      {"exhausted", what.exhausted},    {"trace", what.trace},
                      {"trace_error", what.trace_error}};
    if (what.followed) {
      line["followed"] = *what.followed;
    }
    if (what.failure) {
      line["failure"] = to_object(*what.failure);
    }
    return line;
  }

  json::object operator()(const end_record& what) const {
    return {{"record", "end"}, {"passed", what.passed}, {"failed", what.failed}};
  }

  json::object operator()(const scene_end_record& what) const {
    return {{"record", "scene-end"},
            {"healthy", what.healthy},
            {"goals_met", what.goals_met},
            {"text", what.text},
            {"json", what.json}};
  }

  json::object operator()(const scene_error_record& what) const {
    return {{"record", "scene-error"},
            {"kind", error_words.at(static_cast<std::size_t>(what.what))},
            {"message", what.message}};
  }

  json::object operator()(const crash_record& what) const {
    return {{"record", "crash"}, {"test", what.test}, {"signal", what.signal}};
  }
};

test_end_record read_test_end(const fields& from) {
  return {.id = from.get<std::string>("id"),
          .passed = from.get<bool>("passed"),
          .outcome = from.get<std::string>("outcome"),
          .message = from.get_or_default<std::string>("message"),
          .schedules = from.get<std::uint64_t>("schedules"),
          .explorations = from.get_or_default<std::uint64_t>("explorations"),
          .handlers = from.get_or_default<std::uint64_t>("handlers"),
          .exhausted = from.get_or_default<bool>("exhausted"),
          .followed = from.get_or_default<std::optional<bool>>("followed"),
          .failure = from.get_or_default<std::optional<recorded_failure>>("failure"),
          .trace = from.get_or_default<std::string>("trace"),
          .trace_error = from.get_or_default<std::string>("trace_error")};
}

scene_end_record read_scene_end(const fields& from) {
  return {.healthy = from.get<bool>("healthy"),
          .goals_met = from.get<bool>("goals_met"),
          .text = from.get<std::string>("text"),
          .json = from.get<std::string>("json")};
}

} // namespace

std::string to_line(const record& what, std::string_view nonce) {
  auto line = std::visit(writer{}, what);
  line["nonce"] = nonce;
  return detail::line_of(line);
}

record parse_record(std::string_view line, std::string_view nonce) {
  const std::string forged = "something other than the runner wrote to the grader's record";
  const auto object = detail::parse_object(line, forged);
  const auto* const claimed = object.if_contains("nonce");
  if (claimed == nullptr || !claimed->is_string() ||
      std::string_view(claimed->get_string()) != nonce) {
    throw message_error(forged + ": a line without this run's nonce");
  }
  const auto type = fields(object, "a line of the record: ").get<std::string>("record");
  const fields from(object, "the record's " + type + ": ");
  if (type == "begin") {
    return begin_record{from.get<std::vector<std::string>>("tests")};
  }
  if (type == "test-begin") {
    return test_begin_record{from.get<std::string>("id")};
  }
  if (type == "test-end") {
    return read_test_end(from);
  }
  if (type == "end") {
    return end_record{from.get<std::uint64_t>("passed"), from.get<std::uint64_t>("failed")};
  }
  if (type == "scene-end") {
    return read_scene_end(from);
  }
  if (type == "scene-error") {
    return scene_error_record{
        static_cast<scene_error_record::kind>(from.one_of("kind", error_words)),
        from.get<std::string>("message")};
  }
  if (type == "crash") {
    return crash_record{from.get<int>("signal"), from.get<std::string>("test")};
  }
  throw message_error("the record holds a line of unknown kind '" + type + "'");
}

crash_line::crash_line(std::string_view test, std::string_view nonce)
    : line_(to_line(crash_record{.signal = 0, .test = std::string(test)}, nonce) + '\n') {
  constexpr std::string_view before = R"("signal":)";
  number_at_ = line_.rfind(before) + before.size();
  line_.insert(number_at_, "  "); // blanks in front of a number are JSON
}

std::string_view crash_line::finish(int signal) noexcept {
  constexpr std::size_t places = 3;
  for (std::size_t place = places; place-- > 0; signal /= 10) {
    line_[number_at_ + place] =
        signal != 0 || place + 1 == places ? static_cast<char>('0' + signal % 10) : ' ';
  }
  return line_;
}

} // namespace weir::protocol
