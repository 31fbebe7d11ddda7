#pragma once

#include "process/run_queue.hpp"
#include "process/shared_memory.hpp"
#include "process/simulation.hpp"
#include "protocol/feed.hpp"
#include "protocol/scene_requests.hpp"
#include "support/line_socket.hpp"
#include "support/process.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weir::viz {

/// A scene runner (`weir-runner --serve-fd`) in a process of its own, one request at a time.
class scene_child {
public:
  using clock = std::chrono::steady_clock;

  /// It has loaded the code and the scene.
  struct ready {
    scene_info scene = {};
  };

  /// A reply whose recording still lies in shared memory: `collect` takes it out.
  struct answered {
    queued_run run = {};
    std::variant<protocol::scene_reply, protocol::scene_refusal> reply = {};
    clock::duration waited{};
  };

  /// The code ended the process it ran in; the runner goes on. `why` as in `gone`.
  struct lost {
    queued_run run = {};
    banner why = {};
  };

  /// It is gone; `run` is what it was busy with. `why.title` says no more than how it ended.
  struct gone {
    std::optional<queued_run> run = {};
    bool loaded = false; ///< it had come as far as `ready`
    banner why = {};
  };

  using news = std::variant<ready, answered, lost, gone>;

  /// Starts it, in a session of its own that dies with this object, with the thread that made it
  /// and with this process. `launch.argv` names the runner with --reader and --scene; the
  /// descriptors' options are added here. Throws std::system_error.
  explicit scene_child(protocol::scene_launch launch);

  /// Descriptors to wait on for reading.
  [[nodiscard]] int channel() const noexcept { return runner_.channel.descriptor(); }

  /// -1 once the child has closed it.
  [[nodiscard]] int output() const noexcept { return runner_.output.get(); }

  [[nodiscard]] pid_t pid() const noexcept { return runner_.process.pid(); }

  [[nodiscard]] bool idle() const noexcept { return ready_ && !running_; }

  /// Sends a request to an idle child. What was answered last stays in memory until the request
  /// after this one.
  void start(const queued_run& next, clock::time_point now);

  /// What has arrived. After `gone` nothing more comes.
  std::vector<news> receive(clock::time_point now);

  /// When it counts as hung; nullopt while it owes nothing.
  [[nodiscard]] std::optional<clock::time_point> deadline() const noexcept { return deadline_; }

  /// Kills it for being late.
  gone give_up();

  /// The finished run, copied out of shared memory; or the banner that says why there is none.
  std::variant<run_finished, banner> collect(const answered& what) const;

private:
  /// The process, and our ends of what it holds.
  struct runner {
    support::line_socket channel;
    support::unique_fd output; ///< its standard output and error; none once it has closed them
    support::child_process process;
  };

  static runner start_runner(const protocol::scene_launch& launch, int memory);
  void read_output();
  /// Ends it after it has closed its channel, and says how that went.
  std::string end();
  void take(protocol::scene_hello& hello, clock::time_point now, std::vector<news>& all);
  void take(protocol::scene_reply& reply, clock::time_point now, std::vector<news>& all);
  void take(protocol::scene_refusal& refusal, clock::time_point now, std::vector<news>& all);
  void take(protocol::scene_death& death, clock::time_point now, std::vector<news>& all);
  /// The run that has that number, which is over now.
  std::optional<queued_run> take_run(std::uint64_t ticket);
  [[nodiscard]] std::string last_words() const;
  gone say_gone(banner::kind what, const std::string& how);

  protocol::scene_launch launch_;
  shared_memory memory_;
  runner runner_;
  std::string said_; ///< the end of what it printed in this run
  std::optional<queued_run> running_;
  std::optional<clock::time_point> deadline_;
  clock::time_point sent_{};
  std::size_t half_ = 0;
  bool ready_ = false;
};

} // namespace weir::viz
