/// \file
/// The other end of the feed, as `weir viz` would hold it, and a window that waits for updates.
#pragma once

#include "process/scene_feed.hpp"
#include "process/simulation.hpp"
#include "protocol/feed.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace weir::viz::test {

/// How the fixture's scene runner is started, without a sandbox.
[[nodiscard]] protocol::scene_launch launch_of(const std::string& reader,
                                               std::chrono::milliseconds patience);

[[nodiscard]] std::string first_build();
[[nodiscard]] std::string second_build();

/// Both ends of a feed.
class session {
public:
  session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session();

  void say(const protocol::feed_message& message) const;
  /// The module of that code.
  void say_module(submission which, const std::string& reader,
                  std::chrono::milliseconds patience = std::chrono::seconds{20}) const;
  /// The next thing the window asks; waits for it.
  [[nodiscard]] protocol::feed_request asked();
  /// The feeder goes away.
  void hang_up();

  [[nodiscard]] simulation& window() { return *window_; }

  /// Waits until an update of that type arrives and returns it; others are kept in `passed`.
  template <class Update>
  Update next() {
    for (;;) {
      if (auto update = take(); std::holds_alternative<Update>(update)) {
        return std::get<Update>(std::move(update));
      } else {
        passed.push_back(std::move(update));
      }
    }
  }

  /// The next banner of that kind.
  banner next_banner(banner::kind what);
  /// The fixture's scene as `what` has it; the scene and its submissions are added.
  void say_open(protocol::say_open what = {}) const;
  /// Opens the fixture's scene with the first build, and waits for it.
  scene_opened open(protocol::say_open what = {});
  /// Asks for a run and waits for that very run.
  run_finished run(run_request wanted);
  /// Process ids of the children that are alive.
  [[nodiscard]] static std::vector<int> children();

  /// Ends the window.
  void close() { window_.reset(); }

  /// Nothing has arrived that was not taken.
  [[nodiscard]] bool silent() const;

  std::vector<simulation_update> passed;
  std::atomic<std::thread::id> told_on; ///< the thread that the latest update came on

private:
  simulation_update take();

  struct arrivals;
  std::unique_ptr<arrivals> arrivals_; ///< goes last: the simulation's thread puts into it
  std::unique_ptr<simulation> window_;
  std::string heard_;
  int feeder_ = -1;
};

} // namespace weir::viz::test
