#include "terminal/pager.hpp"

#include "base/find_program.hpp"
#include "support/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ostream>
#include <string_view>
#include <system_error>

namespace weir::grader {

namespace {

std::string pager_command(const console& streams) {
  if (const auto chosen = streams.env("PAGER")) {
    return *chosen == "cat" ? std::string{} : *chosen;
  }
  return find_program("less") ? "less" : "";
}

/// A pager that is left before the end closes the pipe; that is no reason to die.
class broken_pipes_ignored {
public:
  broken_pipes_ignored() : before_{std::signal(SIGPIPE, SIG_IGN)} {}

  broken_pipes_ignored(const broken_pipes_ignored&) = delete;
  broken_pipes_ignored& operator=(const broken_pipes_ignored&) = delete;

  ~broken_pipes_ignored() { std::signal(SIGPIPE, before_); }

private:
  void (*before_)(int);
};

constexpr int command_not_found = 127;

/// The shell's exit status; command_not_found when there is no shell either.
int through_pager(const std::string& command, std::string_view text) {
  using support::process_options;
  try {
    auto pipe = support::make_pipe();
    support::child_process pager{{.argv = {"/bin/sh", "-c", command},
                                  .descriptors = {{pipe.reading.get(), STDIN_FILENO}},
                                  .others = process_options::streams::ours,
                                  .in = process_options::session::ours,
                                  .ends_with = process_options::lifetime::its_own}};
    pipe.reading.reset();
    while (!text.empty()) {
      const auto written = ::write(pipe.writing.get(), text.data(), text.size());
      if (written < 0 && errno != EINTR) {
        break; // the reader has seen enough
      }
      text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    pipe.writing.reset();
    return pager.wait().status.code;
  } catch (const std::system_error&) {
    return command_not_found;
  }
}

} // namespace

void show_paged(const console& streams, const std::string& text) {
  const std::string command = streams.terminal.output ? pager_command(streams) : std::string{};
  if (command.empty()) {
    streams.out << text;
    return;
  }
  // What git does: leave a text that fits the screen on it, let colours through.
  ::setenv("LESS", "FRX", 0);
  streams.out.flush();
  const broken_pipes_ignored guard;
  if (through_pager(command, text) == command_not_found) {
    streams.note("the pager '" + command + "' can't be run; set PAGER to one that can.");
    streams.out << text;
  }
}

} // namespace weir::grader
