#include "judge/process_end.hpp"

#include <csignal>
#include <cstring>

namespace weir::grader {

std::string to_string(const process_end& end) {
  switch (end.why) {
  case process_end::cause::exited:
    return "exit status " + std::to_string(end.code);
  case process_end::cause::signalled:
    return "signal " + std::to_string(end.code) + " (" + signal_name(end.code) + ")";
  case process_end::cause::wall_limit:
    return "its deadline";
  case process_end::cause::cpu_limit:
    return "its limit of processor time";
  case process_end::cause::output_limit:
    return "its limit of output";
  case process_end::cause::cancelled:
    return "cancellation";
  }
  return "?";
}

std::string signal_name(int number) {
  const char* abbreviation = ::sigabbrev_np(number);
  return abbreviation ? std::string{"SIG"} + abbreviation : "signal " + std::to_string(number);
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
    return "a system call that a graded program may not make, such as starting a process";
  case SIGXFSZ:
    return "a file grew beyond its limit";
  default:
    return {};
  }
}

} // namespace weir::grader
