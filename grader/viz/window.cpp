#include "viz/window.hpp"

#include "base/errors.hpp"
#include "judge/process_end.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace weir::grader::viz {

namespace {

using socket_type = asio::local::stream_protocol::socket;

constexpr int feed_descriptor = 3;

/// Starts `argv` with this process's descriptors 0 to 2, and `feed` as descriptor 3. 0 or errno.
int spawn(std::vector<std::string>& argv, int feed, pid_t& pid) {
  std::vector<char*> pointers;
  for (auto& each : argv) {
    pointers.push_back(each.data());
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (feed >= 0) {
    ::posix_spawn_file_actions_adddup2(&files, feed, feed_descriptor);
  }
  const int error = ::posix_spawn(&pid, pointers[0], &files, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

[[noreturn]] void throw_not_started(const std::string& program, int error) {
  throw environment_error{
      fmt::format("{} could not be started: {}.", program, std::strerror(error))};
}

} // namespace

window::window(asio::any_io_executor executor)
    : executor_{std::move(executor)}, children_{executor_, SIGCHLD}, patience_{executor_} {}

window::~window() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

void window::start(std::vector<std::string> argv) {
  if (const int error = spawn(argv, -1, pid_); error != 0) {
    throw_not_started(argv[0], error);
  }
}

socket_type window::start_with_feed(std::vector<std::string> argv) {
  socket_type ours{executor_};
  socket_type theirs{executor_};
  asio::local::connect_pair(ours, theirs);
  for (const int end : {ours.native_handle(), theirs.native_handle()}) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC); // a window that held our end too would never see us go
  }
  argv.insert(argv.end(), {"--feed", std::to_string(feed_descriptor)});
  if (const int error = spawn(argv, theirs.native_handle(), pid_); error != 0) {
    throw_not_started(argv[0], error);
  }
  return ours;
}

bool window::reap() {
  if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == 0) {
    return false;
  }
  pid_ = -1;
  return true;
}

asio::awaitable<int> window::wait() {
  co_await asio::this_coro::throw_if_cancelled(false);
  bool cancelled = false;
  while (!reap()) {
    co_await children_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none && !std::exchange(cancelled, true)) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      ::kill(pid_, SIGTERM);
      patience_.expires_after(std::chrono::seconds{3});
      patience_.async_wait([this](boost::system::error_code error) {
        if (!error && pid_ > 0) {
          ::kill(pid_, SIGKILL);
        }
      });
    }
  }
  patience_.cancel();
  if (cancelled) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  if (WIFSIGNALED(status_)) {
    const process_end end{.why = process_end::cause::signalled, .code = WTERMSIG(status_)};
    throw environment_error{
        fmt::format("The visualizer itself was ended by {}. Your code runs in another process and "
                    "can't have done that.",
                    to_string(end))};
  }
  co_return WEXITSTATUS(status_);
}

} // namespace weir::grader::viz
