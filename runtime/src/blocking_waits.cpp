/// \file
/// Waiting for a future or a condition variable, replaced inside a run: the thread is blocked in
/// virtual time, as it would be in production, and the other threads go on. Outside, the real ones.
///
/// These symbols are replaceable like those of the clocks (clock.cpp).
#include "thread_crew.hpp"

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <stdexcept>

namespace weir::detail {

namespace {

constexpr std::int64_t for_good = std::numeric_limits<std::int64_t>::max();

/// Blocks the calling thread of a run until `over`, or until that time. \param what for the message
/// \throws std::runtime_error when nobody can go on
void wait_blocked(engine& e, const char* what, std::int64_t until,
                  const std::function<bool()>& over) {
  if (crew_member* const member = crew_member::current()) {
    while (!over() && e.now() < until)
      member->block(std::chrono::microseconds(100)); // nobody says when: it looks again
    return;
  }
  if (e.crew().block_loop_until(over, until) != thread_crew::outcome::stuck)
    return;
  e.stop(stop_reason::deadlock,
         std::string("the loop is blocked by ") + what +
             ", and there is nobody who could end that: a blocked loop runs no handlers, and no "
             "other thread has anything to do");
  throw std::runtime_error("weir: the loop is blocked for good");
}

template <class Function>
Function next_definition(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

} // namespace

} // namespace weir::detail

namespace std {

namespace {

bool changed(const unsigned* address, unsigned from) {
  return __atomic_load_n(address, __ATOMIC_ACQUIRE) != from;
}

bool wait_for_future(weir::detail::engine& e, const unsigned* address, unsigned from,
                     std::int64_t until) {
  weir::detail::wait_blocked(e, "waiting for a future", until,
                             [=] { return changed(address, from); });
  return changed(address, from);
}

} // namespace

bool __atomic_futex_unsigned_base::_M_futex_wait_until(unsigned* address, unsigned from,
                                                       bool has_timeout, chrono::seconds s,
                                                       chrono::nanoseconds ns) {
  if (auto* e = weir::detail::engine::current()) {
    const auto left = chrono::duration_cast<chrono::nanoseconds>(
        s + ns - chrono::system_clock::now().time_since_epoch());
    return wait_for_future(*e, address, from,
                           has_timeout ? e->now() + left.count() : weir::detail::for_good);
  }
  using function = bool (*)(__atomic_futex_unsigned_base*, unsigned*, unsigned, bool,
                            chrono::seconds, chrono::nanoseconds);
  static const auto real = weir::detail::next_definition<function>(
      "_ZNSt28__atomic_futex_unsigned_base19_M_futex_wait_untilEPjjbNSt6chrono8durationIlSt5"
      "ratioILl1ELl1EEEENS2_IlS3_ILl1ELl1000000000EEEE");
  return real(this, address, from, has_timeout, s, ns);
}

bool __atomic_futex_unsigned_base::_M_futex_wait_until_steady(unsigned* address, unsigned from,
                                                              bool has_timeout, chrono::seconds s,
                                                              chrono::nanoseconds ns) {
  if (auto* e = weir::detail::engine::current())
    return wait_for_future(*e, address, from,
                           has_timeout ? chrono::nanoseconds(s + ns).count()
                                       : weir::detail::for_good);
  using function = bool (*)(__atomic_futex_unsigned_base*, unsigned*, unsigned, bool,
                            chrono::seconds, chrono::nanoseconds);
  static const auto real = weir::detail::next_definition<function>(
      "_ZNSt28__atomic_futex_unsigned_base26_M_futex_wait_until_steadyEPjjbNSt6chrono8durationIlSt5"
      "ratioILl1ELl1EEEENS2_IlS3_ILl1ELl1000000000EEEE");
  return real(this, address, from, has_timeout, s, ns);
}

// It may wake up for no reason, so it does when another thread has done something.
void condition_variable::wait(unique_lock<mutex>& lock) {
  if (auto* e = weir::detail::engine::current()) {
    lock.unlock();
    const std::uint64_t before = e->steps();
    const bool on_the_loop = weir::detail::crew_member::current() == nullptr;
    bool looked = false;
    weir::detail::wait_blocked(*e, "waiting for a condition variable", weir::detail::for_good, [&] {
      return on_the_loop ? e->steps() != before : exchange(looked, true);
    });
    lock.lock();
    return;
  }
  using function = void (*)(condition_variable*, unique_lock<mutex>&);
  static const auto real = weir::detail::next_definition<function>(
      "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
  real(this, lock);
}

} // namespace std
