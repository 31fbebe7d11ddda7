#pragma once

#include "base/environment.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader {
namespace asio = boost::asio;
}

namespace weir::grader::watch {

/// How to open a file in the reader's editor.
struct editor_command {
  std::vector<std::string> arguments; ///< The program first; looked up in PATH.
  std::string name;                   ///< For messages.
  bool
      takes_terminal{}; ///< It draws in this terminal; others open a window and may return at once.

  bool operator==(const editor_command&) const = default;
};

/// Answers whether a program is in PATH.
using program_lookup = std::function<bool(const std::string& program)>;

/// $VISUAL, else $EDITOR, else VS Code when this is its terminal, else the first of
/// sensible-editor, nano, vim and vi that is there; empty when there is none. The variables may
/// hold arguments ("code --wait"), as the shell reads them. Pure.
std::optional<editor_command> choose_editor(const environment& env,
                                            const std::filesystem::path& file,
                                            const program_lookup& found);

/// Looks in PATH.
bool in_path(const environment& env, const std::string& program);

/// Runs the editor until it ends, with this process's terminal when it takes one. Returns what went
/// wrong, in one line, or an empty string. The caller has handed the terminal back. When cancelled,
/// an editor that took the terminal is asked to end (SIGTERM); a window stays.
asio::awaitable<std::string> run_editor(asio::any_io_executor executor, editor_command command);

} // namespace weir::grader::watch
