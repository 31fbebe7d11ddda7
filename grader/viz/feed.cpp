#include "viz/feed.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace weir::grader::viz {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 4> names{"yours", "naive", "mended", "file"};

json::array names_of(const std::vector<code>& codes) {
  json::array all;
  for (const auto each : codes) {
    all.emplace_back(to_string(each));
  }
  return all;
}

json::array texts(const std::vector<std::string>& all) {
  return json::array(all.begin(), all.end());
}

std::string_view to_key(replay_report::kind kind) {
  switch (kind) {
  case replay_report::kind::held:
    return "held";
  case replay_report::kind::strayed:
    return "strayed";
  case replay_report::kind::broken:
    return "broken";
  case replay_report::kind::not_built:
    return "compile_error";
  case replay_report::kind::not_played:
    break;
  }
  return "problem";
}

std::string text_of(const json::object& from, std::string_view name) {
  const auto* const value = from.if_contains(name);
  const auto* const text = value ? value->if_string() : nullptr;
  return text ? std::string{*text} : std::string{};
}

} // namespace

std::string_view to_string(code which) {
  return names[static_cast<std::size_t>(which)];
}

std::optional<code> parse_code(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::nullopt
                              : std::optional{static_cast<code>(found - names.begin())};
}

json::object say_scenes(const std::vector<menu_entry>& scenes) {
  json::array list;
  for (const auto& each : scenes) {
    list.push_back({{"id", each.id},
                    {"chapter", each.chapter},
                    {"title", each.title},
                    {"codes", names_of(each.codes)}});
  }
  return {{"say", "scenes"}, {"scenes", std::move(list)}};
}

json::object say_open(const opening& what) {
  json::object message{{"say", "open"},
                       {"scene", what.scene},
                       {"code", to_string(what.shown)},
                       {"codes", names_of(what.codes)},
                       {"settings", texts(what.settings)},
                       {"seed", nullptr},
                       {"beside", nullptr}};
  if (what.seed) {
    message["seed"] = *what.seed;
  }
  if (what.beside) {
    message["beside"] = to_string(*what.beside);
  }
  return message;
}

json::object say_working(code which, const std::string& title) {
  return {{"say", "working"}, {"code", to_string(which)}, {"title", title}};
}

json::object say_module(code which, const process_spec& runner,
                        std::chrono::milliseconds patience) {
  json::object launch{{"argv", texts(runner.argv)},
                      {"environment", texts(runner.environment)},
                      {"directory", runner.working_directory.string()},
                      {"shell_status", runner.status == process_spec::status_style::shell},
                      {"address_space", runner.limits.address_space},
                      {"file_size", runner.limits.file_size},
                      {"open_files", runner.limits.open_files},
                      {"patience_ms", patience.count()}};
  return {{"say", "module"}, {"code", to_string(which)}, {"launch", std::move(launch)}};
}

json::object say_problem(code which, trouble kind, const std::string& title,
                         const std::string& text) {
  return {{"say", "problem"},
          {"code", to_string(which)},
          {"kind", kind == trouble::compile_error ? "compile_error" : "problem"},
          {"title", title},
          {"text", text}};
}

json::object say_replayed(const replay_report& what, const std::filesystem::path& trace) {
  return {{"say", "replayed"},
          {"kind", to_key(what.what)},
          {"title", what.title},
          {"text", what.text},
          {"trace", trace.string()}};
}

std::optional<wish> parse_wish(std::string_view line) {
  boost::system::error_code error;
  const auto value = json::parse(line, error);
  if (error || !value.is_object()) {
    return std::nullopt;
  }
  const auto& message = value.get_object();
  const auto which = parse_code(text_of(message, "code"));
  const std::string scene = text_of(message, "scene");
  const std::string type = text_of(message, "ask");
  if (!which || (type == "open") == scene.empty() || (type != "open" && type != "code")) {
    return std::nullopt;
  }
  return wish{scene, *which};
}

} // namespace weir::grader::viz
