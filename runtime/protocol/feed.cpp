#include "protocol/feed.hpp"

#include "protocol/fields.hpp"

namespace weir::protocol {

namespace {

using detail::fields;
using detail::to_array;
namespace json = boost::json;

const std::vector<std::string_view> problem_words{"does-not-compile", "other"};
const std::vector<std::string_view> replay_words{"passed", "diverged", "broken", "does-not-compile",
                                                 "not-played"};

json::value or_null(const std::optional<submission>& which) {
  return which ? json::value(to_string(*which)) : json::value(nullptr);
}

json::object to_object(const scene_launch& launch) {
  return {{"argv", to_array(launch.argv)},         {"environment", to_array(launch.environment)},
          {"directory", launch.directory},         {"behind_shell", launch.behind_shell},
          {"address_space", launch.address_space}, {"file_size", launch.file_size},
          {"open_files", launch.open_files},       {"patience_ms", launch.patience.count()}};
}

struct writer {
  json::object operator()(const say_scenes& said) const {
    json::array scenes;
    for (const auto& each : said.scenes) {
      scenes.push_back({{"id", each.id},
                        {"chapter", each.chapter},
                        {"title", each.title},
                        {"submissions", to_array(each.submissions)}});
    }
    return {{"say", "scenes"}, {"scenes", std::move(scenes)}};
  }

  json::object operator()(const say_open& said) const {
    return {{"say", "open"},
            {"scene", said.scene},
            {"submission", to_string(said.shown)},
            {"submissions", to_array(said.submissions)},
            {"settings", to_array(said.settings)},
            {"seed", said.seed ? json::value(*said.seed) : json::value(nullptr)},
            {"beside", or_null(said.beside)}};
  }

  json::object operator()(const say_working& said) const {
    return {{"say", "working"}, {"submission", to_string(said.which)}, {"title", said.title}};
  }

  json::object operator()(const say_module& said) const {
    return {{"say", "module"},
            {"submission", to_string(said.which)},
            {"launch", to_object(said.launch)}};
  }

  json::object operator()(const say_problem& said) const {
    return {{"say", "problem"},
            {"submission", to_string(said.which)},
            {"kind", problem_words.at(static_cast<std::size_t>(said.what))},
            {"title", said.title},
            {"text", said.text}};
  }

  json::object operator()(const say_replayed& said) const {
    return {{"say", "replayed"},
            {"kind", replay_words.at(static_cast<std::size_t>(said.what))},
            {"title", said.title},
            {"text", said.text},
            {"trace", said.trace}};
  }

  json::object operator()(const ask_open& asked) const {
    return {{"ask", "open"}, {"scene", asked.scene}, {"submission", to_string(asked.which)}};
  }

  json::object operator()(const ask_module& asked) const {
    return {{"ask", "module"}, {"submission", to_string(asked.which)}};
  }
};

say_open read_open(const fields& from) {
  return {.scene = from.get<std::string>("scene"),
          .shown = from.get<submission>("submission"),
          .submissions = from.get<std::vector<submission>>("submissions"),
          .settings = from.get<std::vector<std::string>>("settings"),
          .seed = from.get<std::optional<std::uint64_t>>("seed"),
          .beside = from.get<std::optional<submission>>("beside")};
}

say_problem read_problem(const fields& from) {
  return {.which = from.get<submission>("submission"),
          .what = static_cast<say_problem::kind>(from.one_of("kind", problem_words)),
          .title = from.get<std::string>("title"),
          .text = from.get<std::string>("text")};
}

say_replayed read_replayed(const fields& from) {
  return {.what = static_cast<say_replayed::kind>(from.one_of("kind", replay_words)),
          .title = from.get<std::string>("title"),
          .text = from.get<std::string>("text"),
          .trace = from.get<std::string>("trace")};
}

} // namespace

static void read_fields(const fields& from, scene_entry& into) {
  into = {.id = from.get<std::string>("id"),
          .chapter = from.get<std::string>("chapter"),
          .title = from.get<std::string>("title"),
          .submissions = from.get<std::vector<submission>>("submissions")};
}

static void read_fields(const fields& from, scene_launch& into) {
  into = {.argv = from.get<std::vector<std::string>>("argv"),
          .environment = from.get<std::vector<std::string>>("environment"),
          .directory = from.get<std::string>("directory"),
          .behind_shell = from.get<bool>("behind_shell"),
          .address_space = from.get<std::uint64_t>("address_space"),
          .file_size = from.get<std::uint64_t>("file_size"),
          .open_files = from.get<std::uint64_t>("open_files"),
          .patience = from.get<std::chrono::milliseconds>("patience_ms")};
}

std::string to_line(const feed_message& message) {
  return detail::line_of(std::visit(writer{}, message));
}

std::string to_line(const feed_request& request) {
  return detail::line_of(std::visit(writer{}, request));
}

feed_message parse_feed_message(std::string_view line) {
  const auto object = detail::parse_object(line, "a message of the feed");
  const auto type = fields(object, "a message of the feed: ").get<std::string>("say");
  const fields from(object, "the feed's " + type + ": ");
  if (type == "scenes") {
    return say_scenes{from.get<std::vector<scene_entry>>("scenes")};
  }
  if (type == "open") {
    return read_open(from);
  }
  if (type == "working") {
    return say_working{from.get<submission>("submission"), from.get<std::string>("title")};
  }
  if (type == "module") {
    return say_module{from.get<submission>("submission"), from.get<scene_launch>("launch")};
  }
  if (type == "problem") {
    return read_problem(from);
  }
  if (type == "replayed") {
    return read_replayed(from);
  }
  throw message_error("a message of the feed that is not known: '" + type + "'");
}

feed_request parse_feed_request(std::string_view line) {
  const auto object = detail::parse_object(line, "a request of the window");
  const auto type = fields(object, "a request of the window: ").get<std::string>("ask");
  const fields from(object, "the window's " + type + ": ");
  if (type == "open") {
    return ask_open{from.get<std::string>("scene"), from.get<submission>("submission")};
  }
  if (type == "module") {
    return ask_module{from.get<submission>("submission")};
  }
  throw message_error("a request of the window that is not known: '" + type + "'");
}

} // namespace weir::protocol
