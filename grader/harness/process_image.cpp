#include "process_image.hpp"

#include "judge/system_call_filter.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace weir::harness {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

/// Before any code is loaded that could undo it.
void confine(pid_t parent, int channel) {
  const auto number = static_cast<unsigned>(channel);
  ::close_range(STDERR_FILENO + 1, number - 1, 0); // other images' channels among them
  ::close_range(number + 1, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    std::_Exit(0); // it died before we asked to die with it
  }
#if !defined(WEIR_SANITIZED) // a sanitizer starts a symbolizer for its report
  using grader::system_call_filter;
  if (system_call_filter::make(system_call_filter::signals::only_to_itself).install_for_self() !=
      0) {
    std::perror("weir-runner: system calls can't be filtered");
    std::_Exit(3);
  }
#endif
}

} // namespace

process_image::process_image(const std::function<void(line_channel&)>& perform) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    fail("could not open a channel");
  }
  channel_ = std::make_unique<line_channel>(ends[0]);
  line_channel theirs(ends[1]);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) {
    fail("could not start a process");
  }
  if (pid_ == 0) {
    confine(parent, ends[1]);
    perform(theirs);
    std::fflush(nullptr);
    std::_Exit(0);
  }
}

process_image::~process_image() {
  if (pid_ > 0) {
    stop();
    wait();
  }
}

void process_image::stop() const noexcept {
  ::kill(pid_, SIGKILL);
}

image_end process_image::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? image_end{true, WTERMSIG(status)}
                             : image_end{false, WEXITSTATUS(status)};
}

} // namespace weir::harness
