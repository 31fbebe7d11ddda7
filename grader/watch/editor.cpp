#include "watch/editor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <string_view>

namespace weir::grader::watch {
namespace {

constexpr std::array<std::string_view, 17> window_editors{
    "code",  "code-insiders",     "codium", "cursor", "windsurf", "zed", "zeditor", "subl",
    "gedit", "gnome-text-editor", "kate",   "kwrite", "mousepad", "xed", "gvim",    "clion",
    "idea"};

editor_command from_variable(const std::string& value, const std::filesystem::path& file) {
  std::istringstream words{value};
  std::string first;
  words >> first;
  const std::string name = std::filesystem::path{first}.filename().string();
  const bool window =
      std::find(window_editors.begin(), window_editors.end(), name) != window_editors.end();
  // The shell splits and expands the variable as the reader wrote it, and passes the path on
  // untouched.
  return {{"/bin/sh", "-c", value + " \"$@\"", name, file.string()}, name, !window};
}

class spawn_settings {
public:
  explicit spawn_settings(bool takes_terminal) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    ::sigfillset(&all);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (!takes_terminal) { // in a session of its own, so that our terminal's signals pass it by
      for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::posix_spawn_file_actions_addopen(&files_, each, "/dev/null", O_RDWR, 0);
      }
      flags = static_cast<short>(flags | POSIX_SPAWN_SETSID);
    }
    ::posix_spawnattr_setflags(&attributes_, flags);
  }

  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;

  /// 0, or an error number.
  int start(std::vector<std::string>& arguments, pid_t& process) const {
    std::vector<char*> pointers;
    for (auto& each : arguments) {
      pointers.push_back(each.data());
    }
    pointers.push_back(nullptr);
    return ::posix_spawnp(&process, pointers.front(), &files_, &attributes_, pointers.data(),
                          ::environ);
  }

private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

std::string problem_of(const editor_command& command, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    return fmt::format("{} was not found; set $EDITOR to the editor you use.", command.name);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return fmt::format("{} ended with exit status {}.", command.name, WEXITSTATUS(status));
  }
  return WIFSIGNALED(status)
             ? fmt::format("{} was ended by signal {}.", command.name, WTERMSIG(status))
             : std::string{};
}

} // namespace

std::optional<editor_command> choose_editor(const environment& env,
                                            const std::filesystem::path& file,
                                            const program_lookup& found) {
  for (const auto* const variable : {"VISUAL", "EDITOR"}) {
    const auto value = env(variable);
    if (value && value->find_first_not_of(" \t") != std::string::npos) {
      return from_variable(*value, file);
    }
  }
  if (env("TERM_PROGRAM") == "vscode" && found("code")) {
    return editor_command{{"code", "-r", "-g", file.string()}, "code", false};
  }
  for (const auto* const program : {"sensible-editor", "nano", "vim", "vi"}) {
    if (found(program)) {
      return editor_command{{program, file.string()}, program, true};
    }
  }
  return std::nullopt;
}

bool in_path(const environment& env, const std::string& program) {
  std::istringstream folders{env("PATH").value_or("/usr/local/bin:/usr/bin:/bin")};
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((std::filesystem::path{folder} / program).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

asio::awaitable<std::string> run_editor(asio::any_io_executor executor, editor_command command) {
  asio::signal_set children{executor, SIGCHLD}; // before the start, so that no end is missed
  pid_t process = -1;
  const spawn_settings settings{command.takes_terminal};
  const int error = settings.start(command.arguments, process);
  if (error != 0) {
    co_return fmt::format("{} could not be started: {}.", command.name, std::strerror(error));
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    co_await children.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      if (command.takes_terminal) {
        ::kill(process, SIGTERM);
      }
      throw boost::system::system_error{asio::error::operation_aborted};
    }
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  co_return problem_of(command, status);
}

} // namespace weir::grader::watch
