#include "parked_thread.hpp"

#include "outside_run.hpp"

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <mutex>
#include <vector>

// ThreadSanitizer looks away while a thread sleeps, and a job that sleeps passes the baton.
// NOLINTBEGIN(bugprone-reserved-identifier): it calls them so
extern "C" {
__attribute__((weak)) void __tsan_acquire(void* address);
__attribute__((weak)) void __tsan_release(void* address);
}

// NOLINTEND(bugprone-reserved-identifier)

namespace weir::detail {

baton::baton() {
  ::sem_init(&semaphore_, 0, 0);
}

baton::~baton() {
  ::sem_destroy(&semaphore_);
}

void baton::pass() noexcept {
  if (__tsan_release != nullptr)
    __tsan_release(this);
  ::sem_post(&semaphore_);
}

void baton::wait() noexcept {
  while (::sem_wait(&semaphore_) != 0) {
  }
  if (__tsan_acquire != nullptr)
    __tsan_acquire(this);
}

one_processor::one_processor() : here_(::sched_getcpu()) {
  if (here_ >= 0 && ::sched_getaffinity(0, sizeof before_, &before_) == 0)
    bound_ = bind(0, here_);
}

one_processor::~one_processor() {
  if (bound_)
    ::sched_setaffinity(0, sizeof before_, &before_);
}

bool one_processor::bind(pid_t thread, int to) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(to), &one);
  return ::sched_setaffinity(thread, sizeof one, &one) == 0;
}

namespace {

/// All there are. Never destroyed: threads wait in them when the process ends, and a leak checker
/// finds them from here.
struct park {
  std::mutex mutex;
  std::vector<parked_thread*> spare;
  std::vector<parked_thread*> all;
};

park& the_park() {
  static auto& one = *new park;
  return one;
}

} // namespace

parked_thread* parked_thread::take() {
  park& here = the_park();
  {
    const std::lock_guard lock(here.mutex);
    if (!here.spare.empty()) {
      parked_thread* const one = here.spare.back();
      here.spare.pop_back();
      return one;
    }
  }
  auto* const made = new parked_thread;
  {
    const std::lock_guard lock(here.mutex);
    here.all.push_back(made);
  }
  return made->start() ? made : nullptr;
}

void parked_thread::give_back() {
  park& here = the_park();
  const std::lock_guard lock(here.mutex);
  here.spare.push_back(this);
}

void parked_thread::go(work what, void* of, int processor) noexcept {
  work_ = what;
  of_ = of;
  processor_ = processor;
  to_thread_.pass();
  to_loop_.wait();
}

void parked_thread::hand_back() noexcept {
  to_loop_.pass();
  await_turn();
}

void parked_thread::stay() noexcept {
  to_loop_.pass();
  for (;;)
    to_thread_.wait();
}

/// False: errno says why. Signals are for the process's other threads.
bool parked_thread::start() {
  const outside_run scope;
  sigset_t every;
  sigset_t before;
  ::sigfillset(&every);
  ::pthread_sigmask(SIG_SETMASK, &every, &before);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t id{};
  const int failure = ::pthread_create(&id, &attributes, &parked_thread::main, this);
  ::pthread_attr_destroy(&attributes);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = failure;
  return failure == 0;
}

void* parked_thread::main(void* argument) {
  auto& self = *static_cast<parked_thread*>(argument);
  for (;;) {
    self.await_turn();
    self.work_(self.of_);
    self.to_loop_.pass();
  }
}

void parked_thread::await_turn() noexcept {
  to_thread_.wait();
  if (processor_ >= 0 && processor_ != bound_to_ && one_processor::bind(0, processor_))
    bound_to_ = processor_;
}

} // namespace weir::detail
