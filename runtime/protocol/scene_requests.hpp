#pragma once

#include "protocol/message_error.hpp"
#include "support/exit_status.hpp"

#include <weir/knob.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Scene requests: what the window and a scene runner (`weir-runner --serve-fd`) say to each other,
/// over a stream socket, a JSON object a line. The runner says `scene_hello` once; then it answers
/// one request after the other, until the window closes the socket. The recordings themselves lie
/// in shared memory (weir/trace/shared.hpp), in two halves that take turns.
namespace weir::protocol {

/// The scene as it declares itself.
struct scene_hello {
  std::string title = {};
  std::string caption = {};
  std::chrono::nanoseconds horizon{};
  std::vector<std::string> goals = {};
  std::vector<knob_info> knobs = {};
};

/// Run it.
struct scene_request {
  std::uint64_t ticket = 0; ///< comes back with the answer
  std::uint64_t half = 0;   ///< of the shared memory: where the recording goes
  std::uint64_t seed = 1;
  std::chrono::nanoseconds horizon{};                     ///< 0 = the scene's own
  std::vector<std::pair<std::string, double>> knobs = {}; ///< those not named keep the default

  friend bool operator==(const scene_request&, const scene_request&) = default;
};

/// A goal of the scene and whether the run met it.
struct scene_goal {
  std::string text = {};
  bool met = false;
  std::string remark = {}; ///< why it could not be judged; usually empty
  std::string seen = {};   ///< what the run reached, "p99 is 413 ms"; may be empty

  friend bool operator==(const scene_goal&, const scene_goal&) = default;
};

/// It ran; the recording is there.
struct scene_reply {
  std::uint64_t ticket = 0;
  std::uint64_t half = 0;
  std::uint64_t bytes = 0; ///< of the recording
  bool healthy = false;
  std::string ended = {};   ///< "reached the horizon", "deadlock", ...
  std::string message = {}; ///< what a failed run said
  std::vector<scene_goal> goals = {};
  std::chrono::nanoseconds simulate{}; ///< how long that took, real time
  std::chrono::nanoseconds share{};

  friend bool operator==(const scene_reply&, const scene_reply&) = default;
};

/// It could not be run.
struct scene_refusal {
  enum class kind : std::uint8_t { knob, scene }; ///< a setting that it does not take; any other

  std::uint64_t ticket = 0;
  kind what = kind::scene;
  std::string message = {};

  friend bool operator==(const scene_refusal&, const scene_refusal&) = default;
};

/// The code ended the process that it ran in; the runner goes on.
struct scene_death {
  std::uint64_t ticket = 0;
  support::exit_status end = {};

  friend bool operator==(const scene_death&, const scene_death&) = default;
};

/// What the runner says.
using scene_answer = std::variant<scene_hello, scene_reply, scene_refusal, scene_death>;

/// One line, without its newline.
[[nodiscard]] std::string to_line(const scene_request& request);
[[nodiscard]] std::string to_line(const scene_answer& answer);

/// Throw message_error.
[[nodiscard]] scene_request parse_scene_request(std::string_view line);
[[nodiscard]] scene_answer parse_scene_answer(std::string_view line);

} // namespace weir::protocol
