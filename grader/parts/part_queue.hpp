#pragma once

#include "judge/part.hpp"

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weir::grader::parts {

/// For whom a part is built.
enum class urgency : std::uint8_t {
  background, ///< for later: one job at a time, at the lowest priority
  now         ///< somebody waits for it
};

// What can happen to the queue.

/// Somebody in this process waits for the part.
struct asked {
  part which;
};

/// Another process waits for its turn to build.
struct outsider_waits {};

/// None does any more.
struct outsider_gone {};

/// What was started has come to its end by itself. `problem` is empty when it is built.
struct build_ended {
  part which;
  std::string problem;
};

/// What was started has been stopped, as asked.
struct build_stopped {
  part which;
};

using queue_event = std::variant<asked, outsider_waits, outsider_gone, build_ended, build_stopped>;

// What the queue may ask for.

/// Build the part. At most one is under way.
struct start_build {
  part which;
  urgency how{};
  bool operator==(const start_build&) const = default;
};

/// End the build under way. It answers with build_stopped, or with build_ended if that was faster.
struct stop_build {
  bool operator==(const stop_build&) const = default;
};

/// Tell everybody who waits for the part. `problem` is empty when it is there.
struct settle {
  part which;
  std::string problem;
  bool operator==(const settle&) const = default;
};

using queue_action = std::variant<start_build, stop_build, settle>;
using queue_actions = std::vector<queue_action>;

/// "start_build(judge-limiter, now)".
std::string to_string(const queue_action& what);
std::ostream& operator<<(std::ostream& out, const queue_action& what);

/// Decides what is built next: events in, actions out, no input or output of its own.
///
/// Rules it keeps:
/// - One part at a time, in the order given; what is asked for goes in front.
/// - What somebody waits for stops what nobody waits for. A part that is under way anyway goes on.
/// - While another process waits for its turn, nothing is built in the background.
/// - A part that fails in the background ends the background: the disk is full, as a rule, or a
///   package is missing. What is asked for is still tried, and success takes the background up
///   again.
///
/// Not synchronised: one thread feeds it.
class part_queue {
public:
  /// `wanted`: what is not built yet, in the order in which it will be needed.
  explicit part_queue(std::vector<part> wanted) : wanted_{wanted.begin(), wanted.end()} {}

  /// What to do first.
  queue_actions begin();

  /// Takes one event and says what to do, in order.
  queue_actions on(const queue_event& happened);

  /// Why nothing is built in the background; empty while it goes on.
  const std::string& problem() const { return problem_; }

  const std::optional<start_build>& running() const { return running_; }

  /// Parts that nobody has asked for and that are not built yet.
  std::size_t left() const { return wanted_.size(); }

private:
  void handle(const asked& e);
  void handle(const outsider_waits&);
  void handle(const outsider_gone&);
  void handle(const build_ended& e);
  void handle(const build_stopped& e);
  void go_on();
  void stop_background();
  bool is_asked(const part& which) const;

  std::deque<part> wanted_;
  std::deque<part> asked_;
  std::optional<start_build> running_;
  bool stopping_{};
  bool outsider_{};
  std::string problem_;
  queue_actions out_;
};

} // namespace weir::grader::parts
