#include "support/process_start.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace weir::support::detail {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& each : texts) {
    all.push_back(each.data());
  }
  all.push_back(nullptr);
  return all;
}

/// A handler of ours must not run in the child, and what we ignore is our own affair.
void reset_signals() noexcept {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction current = {};
    const bool known = ::sigaction(number, nullptr, &current) == 0;
    if (!known || (number == SIGHUP && current.sa_handler == SIG_IGN)) {
      continue; // nohup meant all that it starts
    }
    ::signal(number, SIG_DFL); // fails for SIGKILL and the like, as it should
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void adjust_oom_score(int score) noexcept {
  std::array<char, 12> digits = {};
  const auto text = std::to_chars(digits.data(), digits.data() + digits.size(), score);
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    [[maybe_unused]] const auto written =
        ::write(file, digits.data(), static_cast<std::size_t>(text.ptr - digits.data()));
    ::close(file);
  }
}

int set_limit(__rlimit_resource what, rlim_t soft, rlim_t hard) noexcept {
  rlimit current = {};
  ::getrlimit(what, &current);
  const rlimit wanted = {std::min(soft, current.rlim_max), std::min(hard, current.rlim_max)};
  return ::setrlimit(what, &wanted);
}

} // namespace

prepared_child::prepared_child(process_options& options)
    : options_(options),
      moved_(options.descriptors.size()),
      arguments_(pointers_to(options.argv)),
      environment_(pointers_to(*options.environment)) {}

void prepared_child::run(pid_t parent, int failures) noexcept {
  failures_ = failures;
  if (options_.in == process_options::session::own) {
    ::setsid();
  }
  if (options_.ends_with == process_options::lifetime::ours) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(127); // the parent died before we asked to die with it
    }
  }
  reset_signals();
  if (options_.oom_score_adjustment) {
    adjust_oom_score(*options_.oom_score_adjustment);
  }
  arrange_descriptors();
  if (!options_.directory.empty()) {
    check(::chdir(options_.directory.c_str()), "enter the folder");
  }
  set_limits();
  if (options_.filter && !options_.filter->empty()) {
    errno = options_.filter->install_for_self();
    check(errno == 0 ? 0 : -1, "filter system calls");
  }
  ::execve(arguments_[0], arguments_.data(), environment_.data());
  give_up("execute");
}

void prepared_child::give_up(const char* step) noexcept {
  start_failure report;
  report.error = errno;
  for (std::size_t i = 0; i + 1 < report.step.size() && step[i] != '\0'; ++i) {
    report.step[i] = step[i];
  }
  [[maybe_unused]] const auto written = ::write(failures_, &report, sizeof report);
  ::_exit(127);
}

void prepared_child::check(int result, const char* step) noexcept {
  if (result < 0) {
    give_up(step);
  }
}

void prepared_child::arrange_descriptors() noexcept {
  // Out of the way first, so that no target number is still somebody's source.
  constexpr int out_of_the_way = 64;
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    moved_[i] = ::fcntl(options_.descriptors[i].ours, F_DUPFD_CLOEXEC, out_of_the_way);
    check(moved_[i], "pass a descriptor");
  }
  failures_ = ::fcntl(failures_, F_DUPFD_CLOEXEC, out_of_the_way);
  if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    for (int each = STDERR_FILENO + 1; each < 1024; ++each) { // before Linux 5.11
      ::fcntl(each, F_SETFD, FD_CLOEXEC);
    }
  }
  if (options_.others == process_options::streams::nothing) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    check(nothing, "open /dev/null");
    for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      check(::dup2(nothing, each), "pass a descriptor");
      ::fcntl(each, F_SETFD, 0); // it may be `nothing` itself, if ours was closed
    }
  }
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    check(::dup2(moved_[i], options_.descriptors[i].theirs), "pass a descriptor");
  }
}

void prepared_child::set_limits() noexcept {
  const auto& limits = options_.limits;
  const auto set = [this](__rlimit_resource what, const std::optional<std::uint64_t>& value,
                          rlim_t grace = 0) {
    if (value) {
      check(set_limit(what, *value, *value + grace), "set a limit");
    }
  };
  std::optional<std::uint64_t> seconds;
  if (limits.cpu) {
    seconds = static_cast<std::uint64_t>(limits.cpu->count());
  }
  set(RLIMIT_CORE, limits.core_size);
  set(RLIMIT_CPU, seconds, 1); // SIGXCPU first, so that the end can be told apart
  set(RLIMIT_AS, limits.address_space);
  set(RLIMIT_FSIZE, limits.file_size);
  set(RLIMIT_NOFILE, limits.open_files);
  set(RLIMIT_STACK, limits.stack);
  set(RLIMIT_NPROC, limits.processes); // last: nothing that comes after may fail for it
}

} // namespace weir::support::detail
