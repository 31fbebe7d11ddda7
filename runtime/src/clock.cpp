/// \file
/// The clocks and the blocking sleeps, replaced: virtual inside a run, the real ones outside.
///
/// These symbols are replaceable in a dynamically linked program: the program and its libraries are
/// searched in load order, and this library comes before the standard ones.
#include "thread_crew.hpp"

#include <weir/run.hpp>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>

namespace {

std::chrono::nanoseconds read_clock(clockid_t id) noexcept {
  timespec t{};
  ::clock_gettime(id, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

/// 2000-01-01 00:00:00 UTC: where the wall clock of every run begins.
constexpr std::chrono::seconds wall_epoch{946'684'800};

} // namespace

namespace std::chrono {
inline namespace _V2 {

steady_clock::time_point steady_clock::now() noexcept {
  if (const auto* e = weir::detail::engine::current())
    return time_point(std::chrono::nanoseconds(e->now()));
  return time_point(read_clock(CLOCK_MONOTONIC));
}

system_clock::time_point system_clock::now() noexcept {
  if (const auto* e = weir::detail::engine::current())
    return time_point(wall_epoch + std::chrono::nanoseconds(e->now()));
  return time_point(read_clock(CLOCK_REALTIME));
}

} // namespace _V2
} // namespace std::chrono

extern "C" {

// Sleeping in a handler blocks the loop: the clock moves on and nothing else runs. In a job on a
// pool it blocks the job's thread.
int nanosleep(const timespec* request, timespec* remaining) {
  if (weir::detail::engine::current() != nullptr) {
    weir::block_loop(std::chrono::seconds(request->tv_sec) +
                     std::chrono::nanoseconds(request->tv_nsec));
    return 0;
  }
  const int error = ::clock_nanosleep(CLOCK_REALTIME, 0, request, remaining);
  if (error == 0)
    return 0;
  errno = error;
  return -1;
}

int usleep(useconds_t microseconds) {
  const timespec request{static_cast<time_t>(microseconds / 1'000'000),
                         static_cast<long>(microseconds % 1'000'000) * 1'000};
  return ::nanosleep(&request, nullptr);
}

unsigned int sleep(unsigned int seconds) {
  const timespec request{static_cast<time_t>(seconds), 0};
  timespec remaining{};
  return ::nanosleep(&request, &remaining) == 0 ? 0 : static_cast<unsigned int>(remaining.tv_sec);
}

int sched_yield() noexcept {
  if (auto* member = weir::detail::crew_member::current()) {
    member->yield();
    return 0;
  }
  return static_cast<int>(::syscall(SYS_sched_yield));
}

} // extern "C"
