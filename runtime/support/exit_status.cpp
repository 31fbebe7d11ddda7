#include "support/exit_status.hpp"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace weir::support {

exit_status exit_status::of_wait(int status) noexcept {
  return WIFSIGNALED(status) ? exit_status{.signalled = true, .code = WTERMSIG(status)}
                             : exit_status{.signalled = false, .code = WEXITSTATUS(status)};
}

exit_status exit_status::behind_shell() const noexcept {
  constexpr int shell_offset = 128;
  return !signalled && code > shell_offset && code < shell_offset + NSIG
             ? exit_status{.signalled = true, .code = code - shell_offset}
             : *this;
}

std::string to_string(const exit_status& end) {
  return end.signalled ? "signal " + std::to_string(end.code) + " (" + signal_name(end.code) + ")"
                       : "exit status " + std::to_string(end.code);
}

std::string describe(const exit_status& end) {
  const std::string meaning = end.signalled ? signal_meaning(end.code) : std::string();
  const std::string name = end.signalled ? signal_name(end.code) : to_string(end);
  return meaning.empty() ? name : name + ", " + meaning;
}

std::string signal_name(int number) {
  const char* const abbreviation = ::sigabbrev_np(number);
  return abbreviation != nullptr ? std::string("SIG") + abbreviation
                                 : "signal " + std::to_string(number);
}

std::string signal_meaning(int number) {
  switch (number) {
  case SIGSEGV:
    return "invalid memory access, or a stack that ran over";
  case SIGBUS:
    return "access to memory that is not there";
  case SIGABRT:
    return "abort(), most often an exception nobody caught or a failed assert";
  case SIGFPE:
    return "an arithmetic error, most often an integer division by zero";
  case SIGILL:
    return "an illegal instruction: the end of a function without a return, or a trap";
  case SIGTRAP:
    return "a trap, as compilers emit for code that can't be reached";
  case SIGKILL:
    return "killed from outside, most often because the machine ran out of memory";
  case SIGSYS:
    return "a system call that is not allowed here, such as starting a process";
  case SIGXCPU:
    return "it used up its processor time";
  case SIGXFSZ:
    return "a file grew beyond its limit";
  default:
    return {};
  }
}

} // namespace weir::support
