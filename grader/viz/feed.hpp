#pragma once

#include "judge/process.hpp"
#include "report/replay_report.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The feeder's half of what visualizer/process/feed_message.hpp describes. Pure.
namespace weir::grader::viz {

/// Whose code a scene runs around, by the names that travel.
enum class code : std::uint8_t { yours, naive, mended, file };
std::string_view to_string(code which);
std::optional<code> parse_code(std::string_view name);

struct menu_entry {
  std::string id;
  std::string chapter; ///< "01 Back-pressure"
  std::string title;
  std::vector<code> codes;
};

boost::json::object say_scenes(const std::vector<menu_entry>& scenes);

struct opening {
  std::string scene;
  code shown{};
  std::vector<code> codes;
  std::vector<std::string> settings; ///< "knob=value"
  std::optional<std::uint64_t> seed{};
  std::optional<code> beside{};
};

boost::json::object say_open(const opening& what);
boost::json::object say_working(code which, const std::string& title);
/// `runner`: how the scene runner is started, sandbox included, without the descriptors it serves.
boost::json::object say_module(code which, const process_spec& runner,
                               std::chrono::milliseconds patience);
enum class trouble { compile_error, other };
boost::json::object say_problem(code which, trouble kind, const std::string& title,
                                const std::string& text);

/// `trace`: what the schedule recorded; empty when there is nothing to look at.
boost::json::object say_replayed(const replay_report& what, const std::filesystem::path& trace);

/// What the window asks: to open a scene, or a module of the open one (`scene` is empty then).
struct wish {
  std::string scene;
  code which{};
};

/// nullopt for a line that asks nothing known.
std::optional<wish> parse_wish(std::string_view line);

} // namespace weir::grader::viz
