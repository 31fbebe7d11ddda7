#include "app/options.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <iostream>

namespace weir::viz {

nanos parse_time(const std::string& text) {
  std::size_t used = 0;
  double number = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = text.substr(used);
  const double factor = unit.empty() || unit == "s" ? 1e9
                        : unit == "ms"              ? 1e6
                        : unit == "us"              ? 1e3
                        : unit == "ns"              ? 1
                                                    : 0;
  if (used == 0 || factor == 0 || !std::isfinite(number) || number < 0 || number * factor > 9e18) {
    throw usage_error("'" + text + "' is no time: expected one like 1.25s, 300ms or 2 (seconds).");
  }
  return static_cast<nanos>(std::llround(number * factor));
}

void parse_size(const std::string& text, int& width, int& height) {
  const auto middle = text.find('x');
  int w = 0;
  int h = 0;
  const auto number = [&](std::size_t from, std::size_t to, int& into) {
    const auto end = std::from_chars(text.data() + from, text.data() + to, into);
    return end.ec == std::errc{} && end.ptr == text.data() + to;
  };
  if (middle == std::string::npos || !number(0, middle, w) || !number(middle + 1, text.size(), h) ||
      w < 320 || h < 240 || w > 8192 || h > 8192) {
    throw usage_error("'" + text +
                      "' is no size: expected WIDTHxHEIGHT from 320x240 to 8192x8192.");
  }
  width = w;
  height = h;
}

std::optional<exit_code> parse(int argc, char** argv, options& into) {
  CLI::App app{"The visualizer of Weir: see a run flow, tune it, rewind it. Usually started by "
               "`weir viz`.",
               "weir-viz"};
  std::string at;
  std::string size;
  auto* trace =
      app.add_option("--trace", into.trace_file, "Opens a recorded run.")->type_name("FILE");
  auto* feed =
      app.add_option("--feed", into.feed, "Descriptor of a live session (from `weir viz`).")
          ->type_name("FD");
  trace->excludes(feed);
  auto* failure = app.add_flag("--at-failure", into.at_failure,
                               "Puts the cursor on the first broken promise, or on the end.");
  app.add_option("--at", at,
                 "Puts the cursor at a time, such as 1.25s, or on the broken `promise`.")
      ->type_name("TIME")
      ->excludes(failure);
  app.add_option("--size", size, "Size of the window or the picture; 1280x720 if not given.")
      ->type_name("WxH");
  app.add_option("--scale", into.scale, "Scale of everything; the display's if not given.")
      ->type_name("S")
      ->check(CLI::Range(0.5, 4.0));
  app.add_option("--tab", into.tab,
                 "Opens a tab: charts, lanes, tree, events, compare, sweep, flow, knobs or goal.")
      ->check(CLI::IsMember(
          {"charts", "lanes", "tree", "events", "compare", "sweep", "flow", "knobs", "goal"}));
  app.add_flag("--presenter", into.presenter,
               "Large type; only flow, breaker and charts, or the tree.");
  app.add_flag("--reduced-motion", into.reduced_motion, "Steps instead of moving things.");
  auto* text = app.add_flag("--text", into.text, "Prints the picture as text; needs no display.");
  auto* picture = app.add_option("--screenshot", into.screenshot, "Draws one picture and leaves.")
                      ->type_name("FILE.png")
                      ->excludes(text);
  app.add_option(
         "--record", into.record_folder,
         "Draws the run frame by frame into a folder, and a film where ffmpeg is installed.")
      ->type_name("DIR")
      ->excludes(text)
      ->excludes(picture);
  app.add_option("--fps", into.frames_per_second,
                 "Frames per second of virtual time, for --record.")
      ->check(CLI::Range(1, 120));
  app.add_flag("--keys", into.help, "Opens with the list of keys.");
  app.add_option("--widgets", into.widgets_file, "Writes where every widget is, after each frame.")
      ->type_name("FILE")
      ->group("Testing");
  app.add_option("--timings", into.timings_file, "Writes how long each frame took, on leaving.")
      ->type_name("FILE")
      ->group("Testing");
  try {
    app.parse(argc, argv);
    if (into.trace_file.empty() && into.feed < 0) {
      throw usage_error("Nothing to show: give --trace FILE, or start it by `weir viz`.");
    }
    if (at == "promise") {
      into.at_failure = true;
    } else if (!at.empty()) {
      into.at = parse_time(at);
    }
    if (!size.empty()) {
      parse_size(size, into.width, into.height);
    }
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? exit_code::passed : exit_code::usage;
  } catch (const usage_error& error) {
    std::cerr << "weir-viz: " << error.what() << '\n';
    return exit_code::usage;
  }
  return std::nullopt;
}

} // namespace weir::viz
