#include "process_image.hpp"

#include "protocol/exit_code.hpp"
#include "support/system_call_filter.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace weir::harness {

namespace {

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
  using support::system_call_filter;
  if (system_call_filter::make(system_call_filter::signals::only_to_itself).install_for_self() !=
      0) {
    std::perror("weir-runner: system calls can't be filtered");
    std::_Exit(static_cast<int>(protocol::exit_code::environment));
  }
#endif
}

} // namespace

process_image::process_image(const std::function<void(support::line_socket&)>& perform) {
  auto [ours, theirs] = support::make_socket_pair();
  channel_ = std::make_unique<support::line_socket>(std::move(ours));
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) {
    throw std::system_error(errno, std::system_category(), "could not start a process");
  }
  if (pid_ == 0) {
    confine(parent, theirs.get());
    support::line_socket asked(std::move(theirs));
    perform(asked);
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

support::exit_status process_image::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return support::exit_status::of_wait(status);
}

} // namespace weir::harness
