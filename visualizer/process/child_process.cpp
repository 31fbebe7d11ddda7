#include "process/child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <system_error>

namespace weir::viz {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::system_category(), what);
}

std::pair<owned_descriptor, owned_descriptor> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    fail(errno, "could not open a pipe");
  }
  return {owned_descriptor(ends[0]), owned_descriptor(ends[1])};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& each : texts) {
    all.push_back(each.data());
  }
  all.push_back(nullptr);
  return all;
}

/// The child's side of fork(): other threads may have held any lock, so it touches only what was
/// prepared, and calls only what is async-signal-safe.
class prepared_child {
public:
  prepared_child(const child_launch& launch, std::vector<std::pair<int, int>> descriptors)
      : argv_(launch.argv),
        environment_(launch.environment),
        directory_(launch.directory),
        descriptors_(std::move(descriptors)),
        moved_(descriptors_.size()),
        limits_{{{RLIMIT_CORE, 0, true},
                 {RLIMIT_AS, launch.address_space, false},
                 {RLIMIT_FSIZE, launch.file_size, false},
                 {RLIMIT_NOFILE, launch.open_files, false},
                 {RLIMIT_STACK, usual_stack, false}}} {
    argv_pointers_ = pointers_to(argv_);
    environment_pointers_ = pointers_to(environment_);
  }

  struct failure {
    std::array<char, 24> step;
    int error;
  };

  [[noreturn]] void run(pid_t parent, int failures) noexcept {
    failures_ = failures;
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(127); // the parent died before we asked to die with it
    }
    for (int number = 1; number < NSIG; ++number) {
      ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    arrange_descriptors();
    if (!directory_.empty()) {
      check(::chdir(directory_.c_str()), "enter the folder");
    }
    for (const auto& each : limits_) {
      set(each);
    }
    ::execve(argv_pointers_[0], argv_pointers_.data(), environment_pointers_.data());
    give_up("execute");
  }

private:
  /// Where it is unlimited, endless recursion would eat all memory.
  static constexpr std::uint64_t usual_stack = std::uint64_t{8} << 20;

  struct limit {
    __rlimit_resource what;
    std::uint64_t value; ///< 0 = none
    bool even_zero;
  };

  std::vector<std::string> argv_;
  std::vector<std::string> environment_;
  std::string directory_;
  std::vector<std::pair<int, int>> descriptors_;
  std::vector<int> moved_;
  std::array<limit, 5> limits_;
  std::vector<char*> argv_pointers_;
  std::vector<char*> environment_pointers_;
  int failures_ = -1;

  [[noreturn]] void give_up(const char* step) noexcept {
    failure report{{}, errno};
    for (std::size_t i = 0; i + 1 < report.step.size() && step[i] != '\0'; ++i) {
      report.step[i] = step[i];
    }
    [[maybe_unused]] const auto written = ::write(failures_, &report, sizeof report);
    ::_exit(127);
  }

  void check(int result, const char* step) noexcept {
    if (result < 0) {
      give_up(step);
    }
  }

  void arrange_descriptors() noexcept {
    // Out of the way first, so that no target number is still somebody's source.
    constexpr int out_of_the_way = 64;
    for (std::size_t i = 0; i < descriptors_.size(); ++i) {
      moved_[i] = ::fcntl(descriptors_[i].first, F_DUPFD_CLOEXEC, out_of_the_way);
      check(moved_[i], "pass a descriptor");
    }
    failures_ = ::fcntl(failures_, F_DUPFD_CLOEXEC, out_of_the_way);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    check(nothing, "open /dev/null");
    if (::syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
      for (int each = 3; each < 1024; ++each) { // before Linux 5.11
        ::fcntl(each, F_SETFD, FD_CLOEXEC);
      }
    }
    check(::dup2(nothing, 0), "pass a descriptor");
    for (std::size_t i = 0; i < descriptors_.size(); ++i) {
      check(::dup2(moved_[i], descriptors_[i].second), "pass a descriptor");
    }
  }

  void set(const limit& wanted) noexcept {
    if (wanted.value == 0 && !wanted.even_zero) {
      return;
    }
    rlimit current{};
    ::getrlimit(wanted.what, &current);
    const rlim_t value = std::min<rlim_t>(wanted.value, current.rlim_max);
    const rlimit both{value, value};
    check(::setrlimit(wanted.what, &both), "set a limit");
  }
};

int reap(pid_t pid) noexcept {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

/// Forks with all signals blocked: a handler of ours must not run in the child.
pid_t fork_into(prepared_child& child, int failures) {
  const pid_t parent = ::getpid();
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    child.run(parent, failures);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    fail(error, "could not start a process");
  }
  return pid;
}

const char* meaning_of(int signal) {
  switch (signal) {
  case SIGSEGV:
  case SIGBUS:
    return "invalid memory access";
  case SIGABRT:
    return "abort: an exception nobody caught, or a failed assertion";
  case SIGFPE:
    return "a division by zero, or the like";
  case SIGILL:
    return "an impossible instruction: often the end of a function that returns nothing";
  case SIGSYS:
    return "a system call that scenes may not make";
  case SIGKILL:
    return "killed, perhaps for its memory";
  default:
    return "";
  }
}

} // namespace

std::string to_string(const child_end& end) {
  if (!end.signalled) {
    return "exit status " + std::to_string(end.code);
  }
  const char* const name = ::sigabbrev_np(end.code);
  const std::string text =
      name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(end.code);
  const std::string meaning = meaning_of(end.code);
  return meaning.empty() ? text : text + ", " + meaning;
}

child_process::child_process(const child_launch& launch,
                             std::span<const std::pair<int, int>> descriptors)
    : shell_status_(launch.shell_status) {
  if (launch.argv.empty()) {
    fail(EINVAL, "no program was named");
  }
  auto [output_end, their_output] = make_pipe();
  auto [failure_end, their_failures] = make_pipe();
  std::vector<std::pair<int, int>> all(descriptors.begin(), descriptors.end());
  all.emplace_back(their_output.get(), 1);
  all.emplace_back(their_output.get(), 2);
  prepared_child child(launch, std::move(all));
  pid_ = fork_into(child, their_failures.get());
  their_failures = owned_descriptor();
  prepared_child::failure report{};
  ssize_t got = 0;
  do {
    got = ::read(failure_end.get(), &report, sizeof report);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof report) {
    reap(pid_);
    fail(report.error, std::string("could not ") + report.step.data() + " for " + launch.argv[0]);
  }
  ::fcntl(output_end.get(), F_SETFL, O_NONBLOCK);
  output_ = std::move(output_end);
}

child_process::~child_process() {
  (void)finish(std::chrono::milliseconds{0});
}

std::optional<child_end> child_process::finish(std::chrono::milliseconds grace) {
  if (pid_ <= 0) {
    return std::nullopt;
  }
  int status = 0;
  constexpr std::chrono::milliseconds step{1};
  for (auto left = grace;; left -= step) {
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      ::kill(-pid_, SIGKILL); // whatever it left running; ESRCH mostly
      pid_ = -1;
      return end_of(status);
    }
    if (left.count() <= 0) {
      break;
    }
    const timespec pause{0, std::chrono::nanoseconds(step).count()};
    ::nanosleep(&pause, nullptr);
  }
  kill_group();
  reap(pid_);
  pid_ = -1;
  return std::nullopt;
}

void child_process::kill_group() const noexcept {
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL); // between fork and setsid there is no such group yet
}

child_end child_process::end_of(int status) const noexcept {
  constexpr int shell_offset = 128;
  if (WIFSIGNALED(status)) {
    return {.signalled = true, .code = WTERMSIG(status)};
  }
  const int code = WEXITSTATUS(status);
  if (shell_status_ && code > shell_offset && code < shell_offset + NSIG) {
    return {.signalled = true, .code = code - shell_offset};
  }
  return {.signalled = false, .code = code};
}

} // namespace weir::viz
