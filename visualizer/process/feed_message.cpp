#include "process/feed_message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <stdexcept>

namespace weir::viz {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 4> code_names{"yours", "naive", "mended", "file"};

std::string text_of(const json::object& from, std::string_view name) {
  return std::string(std::string_view(from.at(name).as_string()));
}

template <class Number>
Number number_of(const json::object& from, std::string_view name) {
  return from.at(name).to_number<Number>();
}

std::vector<std::string> texts_of(const json::object& from, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& each : from.at(name).as_array()) {
    all.emplace_back(std::string_view(each.as_string()));
  }
  return all;
}

submission parse_code(std::string_view name) {
  for (std::size_t i = 0; i < code_names.size(); ++i) {
    if (code_names[i] == name) {
      return static_cast<submission>(i);
    }
  }
  throw std::invalid_argument("no such code: " + std::string(name));
}

submission code_of(const json::object& from) {
  return parse_code(text_of(from, "code"));
}

std::vector<submission> codes_of(const json::object& from) {
  std::vector<submission> all;
  for (const auto& each : texts_of(from, "codes")) {
    all.push_back(parse_code(each));
  }
  return all;
}

protocol::scene_launch launch_of(const json::object& from) {
  protocol::scene_launch launch;
  launch.argv = texts_of(from, "argv");
  launch.environment = texts_of(from, "environment");
  launch.directory = text_of(from, "directory");
  launch.behind_shell = from.at("shell_status").as_bool();
  launch.address_space = number_of<std::uint64_t>(from, "address_space");
  launch.file_size = number_of<std::uint64_t>(from, "file_size");
  launch.open_files = number_of<std::uint64_t>(from, "open_files");
  launch.patience = std::chrono::milliseconds(number_of<std::int64_t>(from, "patience_ms"));
  return launch;
}

say_scenes scenes_of(const json::object& message) {
  say_scenes all;
  for (const auto& each : message.at("scenes").as_array()) {
    const auto& entry = each.as_object();
    all.scenes.push_back({.id = text_of(entry, "id"),
                          .chapter = text_of(entry, "chapter"),
                          .title = text_of(entry, "title"),
                          .codes = codes_of(entry)});
  }
  return all;
}

say_open open_of(const json::object& message) {
  say_open said{.scene = text_of(message, "scene"),
                .code = code_of(message),
                .codes = codes_of(message),
                .settings = texts_of(message, "settings")};
  if (const auto& seed = message.at("seed"); !seed.is_null()) {
    said.seed = seed.to_number<std::uint64_t>();
  }
  if (const auto& beside = message.at("beside"); !beside.is_null()) {
    said.beside = parse_code(std::string_view(beside.as_string()));
  }
  return said;
}

say_replayed replayed_of(const json::object& message) {
  const auto kind = text_of(message, "kind");
  say_replayed said{
      .what = {banner::kind::problem, text_of(message, "title"), text_of(message, "text")},
      .trace = text_of(message, "trace")};
  if (kind == "held") {
    said.what.what = banner::kind::held;
  } else if (kind == "strayed" || kind == "broken") {
    said.what.what = said.what.title.empty() ? banner::kind::none : banner::kind::remark;
  } else if (kind == "compile_error") {
    said.what.what = banner::kind::compile_error;
  }
  return said;
}

} // namespace

feed_message parse_feed_message(std::string_view line) {
  const auto parsed = json::parse(line);
  const auto& message = parsed.as_object();
  const auto type = text_of(message, "say");
  if (type == "scenes") {
    return scenes_of(message);
  }
  if (type == "open") {
    return open_of(message);
  }
  if (type == "working") {
    return say_working{code_of(message), text_of(message, "title")};
  }
  if (type == "module") {
    return say_module{code_of(message), launch_of(message.at("launch").as_object())};
  }
  if (type == "problem") {
    const auto kind = text_of(message, "kind") == "compile_error" ? banner::kind::compile_error
                                                                  : banner::kind::problem;
    return say_problem{code_of(message),
                       {kind, text_of(message, "title"), text_of(message, "text")}};
  }
  if (type == "replayed") {
    return replayed_of(message);
  }
  throw std::invalid_argument("no such message: " + type);
}

std::string ask_open(const std::string& scene, submission which) {
  return json::serialize(json::object{{"ask", "open"}, {"scene", scene}, {"code", to_wire(which)}});
}

std::string ask_code(submission which) {
  return json::serialize(json::object{{"ask", "code"}, {"code", to_wire(which)}});
}

std::string_view to_wire(submission which) noexcept {
  return code_names[static_cast<std::size_t>(which)];
}

std::string_view to_words(submission which) noexcept {
  switch (which) {
  case submission::mine:
    return "Your code";
  case submission::starter:
    return "The starter";
  case submission::solution:
    return "The solution";
  case submission::other:
    return "The other file";
  }
  return "";
}

} // namespace weir::viz
