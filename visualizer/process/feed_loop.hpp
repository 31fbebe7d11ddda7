#pragma once

#include "process/run_queue.hpp"
#include "process/scene_child.hpp"
#include "process/simulation.hpp"
#include "protocol/feed.hpp"
#include "support/line_socket.hpp"

#include <poll.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz {

/// Follows the feed, keeps a scene runner for each code that is asked for, and hands requests to
/// them. One thread, which waits in `wait_and_work`; what it finds goes to `publish`.
class feed_loop {
public:
  feed_loop(support::line_socket feed, std::function<void(simulation_update)> publish);

  /// What the feeder said before the loop began.
  void hear(const std::vector<std::string>& lines);

  /// Does what there is to do, and sleeps until something happens or `interrupt` can be read.
  void wait_and_work(int interrupt);

  void open(const std::string& scene, submission which);
  void request(const run_request& wanted);

  void cancel_sweep() { queue_.cancel_sweep(); }

private:
  /// One code of the open scene.
  struct code_version {
    std::optional<protocol::scene_launch> launch = {};
    std::unique_ptr<scene_child> child = {};
    bool asked = false;     ///< the feeder for its module
    bool rebuilt = false;   ///< this is not its first build
    bool announced = false; ///< the window knows of this build
  };

  void hear(const protocol::feed_message& said);

  void take(const protocol::say_scenes&) {} // comes only once, before the loop

  void take(const protocol::say_open& said);
  void take(const protocol::say_working& said);
  void take(const protocol::say_module& said);
  void take(const protocol::say_problem& said);
  void take(const protocol::say_replayed& said);

  void attend(submission which);
  void take(submission which, scene_child::ready& news);
  void take(submission which, const scene_child::lost& news);
  void take(submission which, scene_child::gone& news);
  void deliver(submission which, const scene_child::answered& news);
  void dispatch();
  void dispatch(submission which);
  void start_child(submission which);
  void announce(submission which, scene_info scene);
  void check_deadlines();
  [[nodiscard]] int milliseconds_to_deadline() const;

  code_version& of(submission which) { return versions_[static_cast<std::size_t>(which)]; }

  /// Banners come from builds and from runs; the one that matters most is shown.
  void show();

  support::line_socket feed_;
  std::function<void(simulation_update)> publish_;
  std::array<code_version, 4> versions_;
  run_queue queue_;
  protocol::say_open open_;
  banner build_;
  banner run_;
  banner published_;
  bool feed_ended_ = false;
};

} // namespace weir::viz
