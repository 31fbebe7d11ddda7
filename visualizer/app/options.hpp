#pragma once

#include "model/trace_view.hpp"
#include "protocol/exit_code.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace weir::viz {

/// What the command line asked for.
struct options {
  std::string trace_file = {}; ///< a recorded run; empty: live
  int feed = -1;               ///< descriptor of a live session; -1: none
  bool at_failure = false;
  std::optional<nanos> at = {};
  int width = 1280;
  int height = 720;
  float scale = 0; ///< 0 = as the display says
  bool text = false;
  std::string screenshot = {};
  std::string record_folder = {};
  int frames_per_second = 30;
  bool presenter = false;
  bool reduced_motion = false;
  std::string tab = {};
  bool help = false;
  std::string widgets_file = {}; ///< for tests: where every widget is, after each frame
  std::string timings_file = {}; ///< how long frames took
};

/// What the command line said cannot be. `what()` is for the user.
class usage_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// "1.25s", "300ms", "2" (seconds). Throws usage_error.
[[nodiscard]] nanos parse_time(const std::string& text);

/// "1280x720". Throws usage_error.
void parse_size(const std::string& text, int& width, int& height);

using protocol::exit_code;

/// Reads the command line. An exit code where there is nothing more to do (help was asked for, or
/// it made no sense and that has been said).
[[nodiscard]] std::optional<exit_code> parse(int argc, char** argv, options& into);

} // namespace weir::viz
