#include "judge/toolchain.hpp"

#include "base/errors.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace weir::grader {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr int known_format = 1;
constexpr const char* advice = "Build the workbook anew: ./weir, or cmake --build";

/// Reads one object's fields, naming the file and the field in what it throws.
class field_reader {
public:
  field_reader(fs::path file, const json::object& object)
      : file_{std::move(file)}, object_{object} {}

  [[nodiscard]] std::string text(const char* name) const {
    const auto* value = object_.if_contains(name);
    if (!value || !value->is_string()) {
      fail(name, "a string");
    }
    return std::string{value->get_string()};
  }

  [[nodiscard]] std::string text_or_empty(const char* name) const {
    return object_.contains(name) ? text(name) : std::string{};
  }

  [[nodiscard]] std::vector<std::string> texts(const char* name) const {
    const auto* value = object_.if_contains(name);
    if (!value || !value->is_array()) {
      fail(name, "a list of strings");
    }
    std::vector<std::string> all;
    for (const auto& each : value->get_array()) {
      if (!each.is_string()) {
        fail(name, "a list of strings");
      }
      all.emplace_back(each.get_string());
    }
    return all;
  }

  [[nodiscard]] toolchain read() const {
    toolchain found;
    found.compiler = text("compiler");
    found.compiler_id = text("compiler_id");
    found.compiler_version = text_or_empty("compiler_version");
    found.compile_flags = texts("compile_flags");
    found.deep_flags = texts("deep_flags");
    found.pch_flags = texts("pch_flags");
    found.deep_pch_flags =
        object_.contains("deep_pch_flags") ? texts("deep_pch_flags") : found.pch_flags;
    found.link_flags = texts("link_flags");
    for (auto& each : texts("include_dirs")) {
      found.include_dirs.emplace_back(std::move(each));
    }
    found.runner = text("runner");
    found.tests_dir = text("tests_dir");
    found.scenes_dir = text("scenes_dir");
    for (const auto& flag : found.compile_flags) {
      found.sanitized = found.sanitized || flag.starts_with("-fsanitize");
    }
    return found;
  }

private:
  fs::path file_;
  const json::object& object_;

  [[noreturn]] void fail(const char* name, const char* expected) const {
    throw environment_error{
        fmt::format("{}: expected {} as '{}'. {}", file_.string(), expected, name, advice)};
  }
};

json::object parse_object(const fs::path& file) {
  std::ifstream in{file};
  if (!in) {
    throw environment_error{
        fmt::format("{}: not there; it says how to compile. {}", file.string(), advice)};
  }
  std::ostringstream text;
  text << in.rdbuf();
  boost::system::error_code error;
  const json::value parsed = json::parse(text.str(), error);
  if (error || !parsed.is_object()) {
    throw environment_error{
        fmt::format("{}: not a JSON object ({}). {}", file.string(), error.message(), advice)};
  }
  return parsed.get_object();
}

} // namespace

toolchain toolchain::load(const fs::path& build) {
  const fs::path file = build / "weir-toolchain.json";
  const auto object = parse_object(file);
  const auto* format = object.if_contains("format");
  if (!format || !format->is_int64() || format->get_int64() != known_format) {
    throw environment_error{fmt::format("{}: expected format {}, found {}. {}", file.string(),
                                        known_format, format ? json::serialize(*format) : "none",
                                        advice)};
  }
  toolchain found = field_reader{file, object}.read();
  if (const auto* asan = object.if_contains("asan"); asan && asan->is_object()) {
    auto sanitized = field_reader{file, asan->get_object()}.read();
    sanitized.sanitized = true;
    found.asan = std::make_shared<const toolchain>(std::move(sanitized));
  }
  return found;
}

boost::asio::awaitable<void> provide(const toolchain& tools, part which,
                                     part_progress_handler on_progress) {
  if (tools.provide) {
    co_await tools.provide(std::move(which), std::move(on_progress));
  }
}

std::vector<fs::path> toolchain::built_ahead(search_depth depth) const {
  std::vector<fs::path> files;
  for (const auto& flag : precompiled(depth)) {
    if (flag.starts_with('/')) {
      files.emplace_back(flag);
      files.emplace_back(flag + ".gch"); // g++ is given the header's name and looks beside it
    }
  }
  std::ranges::copy_if(link_flags, std::back_inserter(files),
                       [](const std::string& flag) { return flag.starts_with('/'); });
  return files;
}

std::string toolchain::describe() const {
  return compiler_version.empty() ? compiler_id : compiler_id + " " + compiler_version;
}

std::string toolchain::miscompiles() const {
  // Seen with stock Asio and g++ 12.2: the frame of the awaited coroutine is freed too early.
  if (compiler_id != "gcc" || !compiler_version.starts_with("12.")) {
    return {};
  }
  return "g++ 12 makes a program that crashes of `if (co_await f())` and of "
         "`co_await (a ? f() : g())`, correct as they are: give the result a name first, and "
         "choose "
         "with if and else; or use clang-19.";
}

} // namespace weir::grader
