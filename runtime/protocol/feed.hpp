#pragma once

#include "protocol/message_error.hpp"
#include "protocol/submission.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// \file
/// The feed: what `weir viz` and its window say to each other, over a stream socket, a JSON object
/// a line. Those of weir have their type in "say", those of the window in "ask".
///
/// The list of scenes comes first of all, once. Everything that concerns a scene follows the
/// `say_open` of that scene. Where a token is replayed the list is empty, and there are only
/// `say_working`, `say_problem` and `say_replayed`.
namespace weir::protocol {

/// One entry of the menu of scenes.
struct scene_entry {
  std::string id = {};                      ///< of the exercise: "bounded-queue"
  std::string chapter = {};                 ///< "01 Back-pressure"
  std::string title = {};                   ///< of the exercise: "A queue that says wait"
  std::vector<submission> submissions = {}; ///< what there is to run; never empty

  friend bool operator==(const scene_entry&, const scene_entry&) = default;
};

struct say_scenes {
  std::vector<scene_entry> scenes = {};

  friend bool operator==(const say_scenes&, const say_scenes&) = default;
};

/// Whenever a scene is opened, asked for or not.
struct say_open {
  std::string scene = {};
  submission shown = submission::mine;
  std::vector<submission> submissions = {}; ///< what there is to run
  std::vector<std::string> settings = {};   ///< "name=value", as `--set` takes them
  std::optional<std::uint64_t> seed = {};
  std::optional<submission> beside = {}; ///< compared from the start

  friend bool operator==(const say_open&, const say_open&) = default;
};

struct say_working {
  submission which = submission::mine;
  std::string title = {}; ///< "Compiling breaker.cpp"

  friend bool operator==(const say_working&, const say_working&) = default;
};

/// How a scene runner is started: weir has worked it out, sandbox included. The descriptors that it
/// serves are the window's to add.
struct scene_launch {
  std::vector<std::string> argv = {}; ///< argv[0] is a path
  std::vector<std::string> environment = {};
  std::string directory = {};
  bool behind_shell = false;       ///< argv[0] reports a signal as exit status 128 + number (bwrap)
  std::uint64_t address_space = 0; ///< bytes; 0 = unlimited
  std::uint64_t file_size = 0;     ///< bytes; 0 = unlimited
  std::uint64_t open_files = 0;    ///< 0 = unlimited
  std::chrono::milliseconds patience{10'000}; ///< for one answer; then it counts as hung

  friend bool operator==(const scene_launch&, const scene_launch&) = default;
};

/// A module of the open scene is there to be run.
struct say_module {
  submission which = submission::mine;
  scene_launch launch = {};

  friend bool operator==(const say_module&, const say_module&) = default;
};

/// Why there will be no module.
struct say_problem {
  enum class kind : std::uint8_t { does_not_compile, other };

  submission which = submission::mine;
  kind what = kind::other;
  std::string title = {}; ///< one line
  std::string text = {};  ///< the rest: the compiler's messages, what to do

  friend bool operator==(const say_problem&, const say_problem&) = default;
};

/// What a token's schedule came to on the code as it is now.
struct say_replayed {
  enum class kind : std::uint8_t {
    passed,   ///< it ran as recorded and every promise was kept
    diverged, ///< it could be followed in part only
    broken,   ///< it fails as it did
    does_not_compile,
    not_played, ///< anything else
  };

  kind what = kind::not_played;
  std::string title = {};
  std::string text = {};
  std::string trace = {}; ///< a file; empty when there is no run to look at

  friend bool operator==(const say_replayed&, const say_replayed&) = default;
};

/// What weir says.
using feed_message =
    std::variant<say_scenes, say_open, say_working, say_module, say_problem, say_replayed>;

/// Another scene; `say_open` follows, or `say_problem`.
struct ask_open {
  std::string scene = {};
  submission which = submission::mine;

  friend bool operator==(const ask_open&, const ask_open&) = default;
};

/// A module of the open scene, besides the shown one.
struct ask_module {
  submission which = submission::mine;

  friend bool operator==(const ask_module&, const ask_module&) = default;
};

/// What the window asks.
using feed_request = std::variant<ask_open, ask_module>;

/// One line, without its newline.
[[nodiscard]] std::string to_line(const feed_message& message);
[[nodiscard]] std::string to_line(const feed_request& request);

/// Throw message_error.
[[nodiscard]] feed_message parse_feed_message(std::string_view line);
[[nodiscard]] feed_request parse_feed_request(std::string_view line);

} // namespace weir::protocol
