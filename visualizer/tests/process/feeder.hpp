/// \file
/// The other end of the feed, as `weir viz` would hold it, and a window that waits for updates.
#pragma once

#include "panels/simulation.hpp"
#include "process/scene_feed.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz::test {

/// How the fixture's scene runner is started, without a sandbox.
[[nodiscard]] boost::json::object launch_of(const std::string& reader,
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

  void say(const boost::json::object& message) const;
  /// {"say": "module"} for that code.
  void say_module(const std::string& code, const std::string& reader,
                  std::chrono::milliseconds patience = std::chrono::seconds{20}) const;
  /// The next thing the window asks; waits for it.
  [[nodiscard]] boost::json::object asked();
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
  /// {"say": "open"} with what it takes; `more` goes over the defaults.
  void say_open(const boost::json::object& more = {}) const;
  /// Opens the fixture's scene with the first build, and waits for it.
  scene_opened open(const boost::json::object& more = {});
  /// Asks for a run and waits for that very run.
  run_finished run(run_request wanted);
  /// Process ids of the children that are alive.
  [[nodiscard]] static std::vector<int> children();

  /// Ends the window.
  void close() { window_.reset(); }

  std::vector<simulation_update> passed;

private:
  simulation_update take();

  struct bell;
  std::shared_ptr<bell> bell_;
  std::unique_ptr<simulation> window_;
  std::vector<simulation_update> waiting_;
  std::string heard_;
  int feeder_ = -1;
};

} // namespace weir::viz::test
