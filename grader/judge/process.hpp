#pragma once

#include "judge/captured_text.hpp"
#include "judge/process_end.hpp"
#include "support/system_call_filter.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// What a child process may use. Zero means unlimited, but for `wall`.
struct process_limits {
  std::chrono::nanoseconds wall{
      std::chrono::seconds{10}}; ///< real time; beyond it the group is killed
  /// Times that the wall time may pass again while the child is at work and only the machine is
  /// slow: it has used a twentieth of that time on a processor, at least. So what hangs is ended
  /// soon, and what works is ended by `cpu`, however many others work beside it.
  int extensions{0};
  std::chrono::seconds cpu{}; ///< RLIMIT_CPU, per process
  std::uint64_t
      address_space{}; ///< RLIMIT_AS in bytes; not with sanitizers, which reserve terabytes
  std::uint64_t file_size{std::uint64_t{256} << 20}; ///< RLIMIT_FSIZE in bytes
  std::uint64_t open_files{256};                     ///< RLIMIT_NOFILE
  std::uint64_t output{std::uint64_t{256}
                       << 20}; ///< bytes over all pipes; beyond it the group is killed
};

/// Text that the child reads from `descriptor`, then end of file. At most 16 KiB.
struct input_pipe {
  int descriptor{};
  std::string text;
};

/// What the child writes to `descriptor`, in pieces of any size. `on_data` must not throw.
struct output_pipe {
  int descriptor{};
  std::function<void(std::string_view)> on_data;
};

struct process_spec {
  std::vector<std::string> argv;        ///< argv[0] is a path; PATH is not searched
  std::vector<std::string> environment; ///< "NAME=value", the child's whole environment
  std::filesystem::path working_directory;
  process_limits limits;
  /// What cancellation gives the child to end by itself, after SIGTERM; zero: it is killed at once.
  /// For a program that has children in groups of their own, as ninja has.
  std::chrono::milliseconds grace{};
  std::vector<input_pipe> inputs;
  std::vector<output_pipe> outputs; ///< besides 1 and 2, which are captured
  std::optional<support::system_call_filter> filter;
  /// bwrap reports a signal as exit status 128 + number, as shells do.
  enum class status_style { plain, shell };
  status_style status{status_style::plain};
};

struct process_result {
  process_end end;
  captured_text output; ///< descriptor 1
  captured_text errors; ///< descriptor 2
  std::chrono::microseconds elapsed{};
  std::chrono::microseconds cpu{};
  std::uint64_t peak_memory{}; ///< bytes resident
};

/// Runs a child in a session and process group of its own and waits until it is reaped and its
/// pipes are read.
///
/// Whatever way it ends, the whole group is killed before the child is reaped, and the child dies
/// when this process does. Standard input is /dev/null, other descriptors are closed. Memory does
/// not grow with the output. Must run on a single-threaded executor or a strand.
///
/// Cancellation (any type) kills the group, after `grace`; the operation then throws
/// operation_aborted, after the child is reaped.
/// \throws std::system_error when the child can't be started: which step failed is in the message
boost::asio::awaitable<process_result> run_process(process_spec spec);

} // namespace weir::grader
