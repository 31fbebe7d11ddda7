#pragma once

#include "support/exit_status.hpp"
#include "support/system_call_filter.hpp"
#include "support/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The one way in which Weir starts a program.
namespace weir::support {

/// A descriptor of ours and the number, below 64, that it shall have in the child.
struct passed_descriptor {
  int ours = -1;
  int theirs = -1;
};

/// What a process may use; nullopt is what this process may. A limit is never raised above ours.
struct resource_limits {
  std::optional<std::chrono::seconds> cpu = {};    ///< SIGXCPU then; SIGKILL a second later
  std::optional<std::uint64_t> address_space = {}; ///< bytes; sanitizers reserve terabytes
  std::optional<std::uint64_t> file_size = {};     ///< bytes
  std::optional<std::uint64_t> open_files = {};
  std::optional<std::uint64_t> processes = {}; ///< of the user, all over the machine; not for root
  std::optional<std::uint64_t> core_size = {}; ///< bytes
  std::optional<std::uint64_t> stack = {};     ///< bytes

  /// For a program that nobody trusts: no core file, and a stack that endless recursion fills
  /// before it has eaten all memory.
  [[nodiscard]] static resource_limits of_the_untrusted();
};

struct process_options {
  std::vector<std::string> argv = {}; ///< argv[0] is a path, or a name that is looked for in PATH
  std::optional<std::vector<std::string>> environment = {}; ///< "NAME=value"; nullopt = ours
  std::string directory = {};                               ///< empty = ours

  /// Each may be named once. What is not named here is closed, but for 0 to 2.
  std::vector<passed_descriptor> descriptors = {};
  /// What 0 to 2 are that `descriptors` does not name.
  enum class streams : std::uint8_t { nothing, ours } others = streams::nothing; ///< or /dev/null

  /// `own`: a session and process group of its own. The terminal's signals pass it by, and all of
  /// the group ends with it.
  enum class session : std::uint8_t { own, ours } in = session::own;
  /// `ours`: it is killed when the thread that started it ends, or this process does, or the
  /// child_process is destroyed.
  enum class lifetime : std::uint8_t { ours, its_own } ends_with = lifetime::ours;

  resource_limits limits = {};
  /// 1000: when the machine runs short of memory the kernel shall take it and no other. Best
  /// effort.
  std::optional<int> oom_score_adjustment = {};
  std::optional<system_call_filter> filter = {};
};

/// A process that has ended.
struct ended_process {
  exit_status status = {};
  std::chrono::microseconds cpu{};
  std::uint64_t peak_memory = 0; ///< bytes resident
};

/// What a process and its living descendants have used of the processors so far, as far as /proc
/// tells, which knows the children of main threads; 0 where it tells nothing. For looking at
/// seldom: it reads files for each of them.
[[nodiscard]] std::chrono::nanoseconds cpu_time_of_tree(pid_t root);

/// A child of this process, or none. Signals have their default action in it, and none is blocked;
/// SIGHUP stays ignored where nohup has seen to that.
class child_process {
public:
  child_process() = default;
  /// Returns once the program is executing. Throws std::system_error, which names the step that
  /// failed: "could not enter the folder for /usr/bin/env: No such file or directory".
  explicit child_process(process_options options);
  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  /// Kills it and waits until it is gone, or releases it if its lifetime is its own.
  ~child_process();

  /// -1 once it has been waited for.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// It has been started and not yet been waited for.
  explicit operator bool() const noexcept { return pid_ > 0; }

  /// To it alone.
  void send_signal(int number) const noexcept;

  /// Kills it, and its group where it has one of its own. It is still to be waited for.
  void kill() const noexcept;

  /// Readable when it has ended; none before Linux 5.3, or where a container forbids it.
  [[nodiscard]] unique_fd end_descriptor() const noexcept;

  /// Whether there is still something to wait for. Does not wait.
  [[nodiscard]] bool running() const noexcept;

  /// Waits for its end. What it left running in a group of its own is killed.
  ended_process wait();

  /// As `wait`, but not longer than that: nullopt then. Zero does not wait at all.
  std::optional<ended_process> wait_for(std::chrono::milliseconds time);

  /// Lets it live on by itself. When it ends it stays a zombie until this process ends.
  void release() noexcept { pid_ = -1; }

private:
  pid_t pid_ = -1;
  bool leads_group_ = false;
  bool ends_with_us_ = true;
};

} // namespace weir::support
