#include "judge/child_process.hpp"

#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace weir::grader {

namespace {

/// Everything after fork() and before execve() is async-signal-safe: it touches only what `child`
/// prepared.
class child {
public:
  child(process_spec& spec, const std::vector<descriptor_mapping>& descriptors)
      : spec_{spec}, descriptors_{descriptors}, moved_(descriptors.size()) {
    const auto pointers = [](std::vector<std::string>& strings) {
      std::vector<char*> all;
      for (auto& each : strings) {
        all.push_back(each.data());
      }
      all.push_back(nullptr);
      return all;
    };
    arguments_ = pointers(spec.argv);
    environment_ = pointers(spec.environment);
  }

  struct failure {
    char step[24];
    int error;
  };

  [[noreturn]] void run(pid_t parent, int failure_pipe) {
    failure_pipe_ = failure_pipe;
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(127); // the parent died before we asked to die with it
    }
    reset_signals();
    offer_to_oom_killer();
    arrange_descriptors();
    if (!spec_.working_directory.empty()) {
      check(::chdir(spec_.working_directory.c_str()), "enter the folder");
    }
    set_limits();
    if (spec_.filter && !spec_.filter->empty()) {
      errno = spec_.filter->install_for_self();
      check(errno == 0 ? 0 : -1, "filter system calls");
    }
    ::execve(arguments_[0], arguments_.data(), environment_.data());
    fail("execute");
  }

private:
  process_spec& spec_;
  const std::vector<descriptor_mapping>& descriptors_;
  std::vector<int> moved_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
  int failure_pipe_{-1};

  [[noreturn]] void fail(const char* step) {
    failure report{};
    report.error = errno;
    for (std::size_t i = 0; i + 1 < sizeof report.step && step[i] != '\0'; ++i) {
      report.step[i] = step[i];
    }
    [[maybe_unused]] const auto written = ::write(failure_pipe_, &report, sizeof report);
    ::_exit(127);
  }

  void check(int result, const char* step) {
    if (result < 0) {
      fail(step);
    }
  }

  static void reset_signals() {
    for (int number = 1; number < NSIG; ++number) {
      ::signal(number, SIG_DFL); // fails for SIGKILL and the like, as it should
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  /// When the machine runs short, the kernel shall take this process and no other. Best effort.
  static void offer_to_oom_killer() {
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
      [[maybe_unused]] const auto written = ::write(file, "1000", 4);
      ::close(file);
    }
  }

  void arrange_descriptors() {
    // Out of the way first, so that no target number is still somebody's source.
    constexpr int out_of_the_way = 64;
    for (std::size_t i = 0; i < descriptors_.size(); ++i) {
      moved_[i] = ::fcntl(descriptors_[i].first, F_DUPFD_CLOEXEC, out_of_the_way);
      check(moved_[i], "pass a pipe");
    }
    failure_pipe_ = ::fcntl(failure_pipe_, F_DUPFD_CLOEXEC, out_of_the_way);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    check(nothing, "open /dev/null");
    if (::syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
      for (int descriptor = 3; descriptor < 1024; ++descriptor) { // before Linux 5.11
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
      }
    }
    check(::dup2(nothing, 0), "pass a pipe");
    for (std::size_t i = 0; i < descriptors_.size(); ++i) {
      check(::dup2(moved_[i], descriptors_[i].second), "pass a pipe");
    }
  }

  void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
    rlimit current{};
    ::getrlimit(resource, &current);
    rlimit wanted{std::min(soft, current.rlim_max), std::min(hard, current.rlim_max)};
    check(::setrlimit(resource, &wanted), "set a limit");
  }

  void set_limits() {
    const auto& limits = spec_.limits;
    limit(RLIMIT_CORE, 0, 0);
    if (const auto seconds = static_cast<rlim_t>(limits.cpu.count())) {
      limit(RLIMIT_CPU, seconds, seconds + 1); // SIGXCPU first, so that the end can be told apart
    }
    if (limits.address_space != 0) {
      limit(RLIMIT_AS, limits.address_space, limits.address_space);
    }
    if (limits.file_size != 0) {
      limit(RLIMIT_FSIZE, limits.file_size, limits.file_size);
    }
    if (limits.open_files != 0) {
      limit(RLIMIT_NOFILE, limits.open_files, limits.open_files);
    }
    constexpr rlim_t usual_stack =
        rlim_t{8} << 20; // where it is unlimited, endless recursion would eat all memory
    limit(RLIMIT_STACK, usual_stack, usual_stack);
  }
};

/// Closes what is still open when it goes out of scope.
struct pipe_ends {
  std::array<int, 2> ends{-1, -1};
  pipe_ends() = default;
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  ~pipe_ends() {
    close_end(0);
    close_end(1);
  }

  void close_end(std::size_t which) {
    if (ends[which] >= 0) {
      ::close(std::exchange(ends[which], -1));
    }
  }
};

[[noreturn]] void throw_errno(int error, const std::string& what) {
  throw boost::system::system_error{error, boost::system::system_category(), what};
}

} // namespace

pid_t start_child(process_spec& spec, const std::vector<descriptor_mapping>& descriptors) {
  child prepared{spec, descriptors};
  pipe_ends failures;
  if (::pipe2(failures.ends.data(), O_CLOEXEC) != 0) {
    throw_errno(errno, "could not open a pipe");
  }
  const pid_t parent = ::getpid();
  // Signals wait until the child has its own dispositions: a handler of ours must not run in it.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    prepared.run(parent, failures.ends[1]);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    throw_errno(error, "could not start a process for " + spec.argv[0]);
  }
  failures.close_end(1);
  child::failure report{};
  ssize_t got = 0;
  do {
    got = ::read(failures.ends[0], &report, sizeof report);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof report) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    throw_errno(report.error, "could not " + std::string{report.step} + " for " + spec.argv[0]);
  }
  return pid;
}

} // namespace weir::grader
