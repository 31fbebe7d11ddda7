#include "support/process.hpp"

#include "support/process_start.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::support {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::system_category(), what);
}

/// As execvp() does it, but before fork(): it is not async-signal-safe.
std::string look_up(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    return program;
  }
  const char* const path = std::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  int error = ENOENT;
  while (!folders.empty()) {
    const auto colon = folders.find(':');
    std::string candidate(folders.substr(0, colon));
    candidate += (candidate.empty() ? "./" : "/") + program;
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
    error = errno == EACCES ? EACCES : error;
    folders.remove_prefix(colon == std::string_view::npos ? folders.size() : colon + 1);
  }
  fail(error, "could not find " + program + " in PATH");
}

std::vector<std::string> our_environment() {
  std::vector<std::string> all;
  for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
    all.emplace_back(*each);
  }
  return all;
}

/// Forks with all signals blocked, until the child has its own dispositions.
pid_t fork_into(detail::prepared_child& child, int failures) noexcept {
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
  errno = error;
  return pid;
}

/// Whether it ends within `time`, without waiting for it; of nothing but poll() and waitid() where
/// there is a descriptor to poll.
bool ends_within(const child_process& child, std::chrono::milliseconds time) noexcept {
  if (!child.running() || time.count() <= 0) {
    return !child.running();
  }
  if (const unique_fd end = child.end_descriptor()) {
    pollfd waiting = {end.get(), POLLIN, 0};
    const auto deadline = std::chrono::milliseconds(time).count();
    while (::poll(&waiting, 1, static_cast<int>(deadline)) < 0 && errno == EINTR) {
    }
    return !child.running();
  }
  constexpr std::chrono::milliseconds step{1};
  for (auto left = time; left.count() > 0 && child.running(); left -= step) {
    const timespec pause = {0, std::chrono::nanoseconds(step).count()};
    ::nanosleep(&pause, nullptr);
  }
  return !child.running();
}

std::chrono::microseconds to_duration(const timeval& time) noexcept {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

} // namespace

resource_limits resource_limits::of_the_untrusted() {
  return {.core_size = 0, .stack = std::uint64_t{8} << 20};
}

child_process::child_process(process_options options)
    : leads_group_(options.in == process_options::session::own),
      ends_with_us_(options.ends_with == process_options::lifetime::ours) {
  if (options.argv.empty()) {
    fail(EINVAL, "no program was named");
  }
  const std::string name = options.argv[0];
  options.argv[0] = look_up(name);
  if (!options.environment) {
    options.environment = our_environment();
  }
  auto failures = make_pipe();
  detail::prepared_child child(options);
  const pid_t pid = fork_into(child, failures.writing.get());
  if (pid < 0) {
    fail(errno, "could not start a process for " + name);
  }
  pid_ = pid;
  failures.writing.reset();
  detail::start_failure report;
  ssize_t got = 0;
  do {
    got = ::read(failures.reading.get(), &report, sizeof report);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof report) {
    wait();
    fail(report.error, std::string("could not ") + report.step.data() + " for " + name);
  }
}

child_process::child_process(child_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      leads_group_(other.leads_group_),
      ends_with_us_(other.ends_with_us_) {}

child_process& child_process::operator=(child_process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(leads_group_, other.leads_group_);
  std::swap(ends_with_us_, other.ends_with_us_);
  return *this;
}

child_process::~child_process() {
  if (pid_ > 0 && ends_with_us_) {
    kill();
    wait();
  }
}

void child_process::send_signal(int number) const noexcept {
  if (pid_ > 0) {
    ::kill(pid_, number);
  }
}

void child_process::kill() const noexcept {
  if (pid_ > 0 && leads_group_) {
    ::kill(-pid_, SIGKILL); // until it is waited for, no other group can have its number
  }
  send_signal(SIGKILL);
}

unique_fd child_process::end_descriptor() const noexcept {
  return unique_fd(pid_ > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) : -1);
}

bool child_process::running() const noexcept {
  siginfo_t info = {};
  return pid_ > 0 &&
         ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid != pid_;
}

std::chrono::nanoseconds cpu_time_of_tree(pid_t root) {
  std::chrono::nanoseconds sum{};
  std::vector<pid_t> left{root};
  while (!left.empty()) {
    const std::string process = std::to_string(left.back());
    left.pop_back();
    const std::string folder = "/proc/" + process;
    // After the name, which is in brackets and may hold anything: the state is field 3, user and
    // system time 14 and 15.
    std::ifstream file(folder + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
      fields >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    if (fields >> user >> system)
      sum += std::chrono::nanoseconds(std::chrono::seconds(user + system)) / ::sysconf(_SC_CLK_TCK);
    std::ifstream children(folder + "/task/" + process + "/children");
    for (pid_t child = 0; children >> child;)
      left.push_back(child);
  }
  return sum;
}

ended_process child_process::wait() {
  if (pid_ <= 0) {
    return {};
  }
  siginfo_t info = {};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  kill(); // whatever it left running
  int status = 0;
  rusage usage = {};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  constexpr std::uint64_t kibibyte = 1024;
  return {.status = exit_status::of_wait(status),
          .cpu = to_duration(usage.ru_utime) + to_duration(usage.ru_stime),
          .peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * kibibyte};
}

std::optional<ended_process> child_process::wait_for(std::chrono::milliseconds time) {
  if (pid_ <= 0 || !ends_within(*this, time)) {
    return std::nullopt;
  }
  return wait();
}

} // namespace weir::support
