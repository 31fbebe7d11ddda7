#include "terminal/pager.hpp"

#include "base/find_program.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ostream>

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
  std::FILE* pipe = ::popen(command.c_str(), "w");
  if (pipe == nullptr) {
    streams.out << text;
    return;
  }
  const broken_pipes_ignored guard;
  std::fwrite(text.data(), 1, text.size(), pipe);
  constexpr int command_not_found = 127;
  const int status = ::pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == command_not_found) {
    streams.note("the pager '" + command + "' can't be run; set PAGER to one that can.");
    streams.out << text;
  }
}

} // namespace weir::grader
