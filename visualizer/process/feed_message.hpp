#pragma once

#include "panels/simulation.hpp"
#include "protocol/feed.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the feeder (`weir viz`) and the window say to each other: a JSON object a line, each with
/// its type in "say" or "ask".
///
///     feeder → window, first of all, once:
///       {"say": "scenes", "scenes": [{"id", "chapter", "title", "codes": ["yours", "naive"]}]}
///     whenever a scene is opened, asked for or not; everything before concerns another scene:
///       {"say": "open", "scene": "breaker", "code": "yours", "codes": ["yours", "naive"],
///        "settings": ["timeout=1s"], "seed": 7 or null, "beside": "naive" or null}
///     about one code of the open scene:
///       {"say": "working", "code": "yours", "title": "Compiling breaker.cpp"}
///       {"say": "module", "code": "yours", "launch": {"argv", "environment", "directory",
///        "shell_status", "address_space", "file_size", "open_files", "patience_ms"}}
///       {"say": "problem", "code": "yours", "kind": "compile_error" or "problem", "title", "text"}
///     where a token is replayed, the list of scenes is empty, and instead of all that there is
///     {"say": "working"}, {"say": "problem"}, and
///       {"say": "replayed", "kind": "held", "strayed", "broken", "compile_error" or "problem",
///        "title", "text", "trace": a file, or "" when there is no run to look at}
///     window → feeder:
///       {"ask": "open", "scene": "breaker", "code": "naive"}
///       {"ask": "code", "code": "naive"}        a module of the open scene, besides the shown one
namespace weir::viz {

struct say_scenes {
  std::vector<scene_entry> scenes = {};
};

struct say_open {
  std::string scene = {};
  submission code = submission::mine;
  std::vector<submission> codes = {};
  std::vector<std::string> settings = {}; ///< "name=value", as `--set` takes them
  std::optional<std::uint64_t> seed = {};
  std::optional<submission> beside = {};
};

struct say_working {
  submission code = submission::mine;
  std::string title = {};
};

struct say_module {
  submission code = submission::mine;
  protocol::scene_launch launch = {};
};

struct say_problem {
  submission code = submission::mine;
  banner what = {};
};

struct say_replayed {
  banner what = {};       ///< kind::none: the run says it all
  std::string trace = {}; ///< a file; empty: there is none
};

using feed_message =
    std::variant<say_scenes, say_open, say_working, say_module, say_problem, say_replayed>;

/// Throws std::exception for a message that is not as above.
[[nodiscard]] feed_message parse_feed_message(std::string_view line);

[[nodiscard]] std::string ask_open(const std::string& scene, submission which);
[[nodiscard]] std::string ask_code(submission which);

[[nodiscard]] std::string_view
to_wire(submission which) noexcept; ///< "yours", "naive", "mended", "file"
/// "Your code", "The starter", "The solution", "The other file".
[[nodiscard]] std::string_view to_words(submission which) noexcept;

} // namespace weir::viz
