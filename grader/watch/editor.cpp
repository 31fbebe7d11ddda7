#include "watch/editor.hpp"

#include "support/process.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <string_view>
#include <system_error>

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

support::process_options options_of(const editor_command& command) {
  using support::process_options;
  process_options options{.argv = command.arguments,
                          .ends_with = process_options::lifetime::its_own};
  if (command.takes_terminal) { // else our terminal's signals pass it by
    options.others = process_options::streams::ours;
    options.in = process_options::session::ours;
  }
  return options;
}

std::string problem_of(const editor_command& command, const support::exit_status& end) {
  if (end.signalled) {
    return fmt::format("{} was ended by {}.", command.name, support::signal_name(end.code));
  }
  constexpr int not_found = 127;
  if (end.code == not_found) {
    return fmt::format("{} was not found; set $EDITOR to the editor you use.", command.name);
  }
  return end.success() ? std::string{}
                       : fmt::format("{} ended with {}.", command.name, to_string(end));
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
  support::child_process process;
  try {
    process = support::child_process{options_of(command)};
  } catch (const std::system_error& error) {
    co_return fmt::format("{} could not be started: {}.", command.name, error.code().message());
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  while (process.running()) {
    co_await children.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      if (command.takes_terminal) {
        process.send_signal(SIGTERM);
      }
      throw boost::system::system_error{asio::error::operation_aborted};
    }
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  co_return problem_of(command, process.wait().status);
}

} // namespace weir::grader::watch
