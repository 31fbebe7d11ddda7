/// \file
/// Real threads that wait to be told what to do, one of them at a time.
#pragma once

#include <sched.h>
#include <semaphore.h>

namespace weir::detail {

/// The baton: who waits for it sleeps.
class baton {
public:
  baton();
  baton(const baton&) = delete;
  baton& operator=(const baton&) = delete;
  ~baton();

  void pass() noexcept;
  void wait() noexcept;

private:
  sem_t semaphore_;
};

/// As only one thread is running at any time, all of them share a processor: handing the baton to a
/// thread on another one takes several times as long. The loop's thread is bound to where it is for
/// as long as a run lasts.
class one_processor {
public:
  one_processor();
  one_processor(const one_processor&) = delete;
  one_processor& operator=(const one_processor&) = delete;
  ~one_processor();

  /// Where this is not allowed, threads are where the system puts them.
  static bool bind(pid_t thread, int to);

  /// -1: nobody is bound.
  [[nodiscard]] int number() const noexcept { return bound_ ? here_ : -1; }

private:
  cpu_set_t before_{};
  int here_;
  bool bound_ = false;
};

/// A thread of the process that waits for something to carry out, of one run after the other:
/// thousands of schedules share a handful.
class parked_thread {
public:
  /// What it carries out; `of` is what it was told with it.
  using work = void (*)(void* of) noexcept;

  /// Null when the system has none to give: errno says why.
  static parked_thread* take();

  void give_back();

  /// On the loop's thread: begins `what`, or goes on with it, and returns when it hands back or has
  /// ended.
  void go(work what, void* of, int processor) noexcept;

  /// On this thread: until the loop lets it go on.
  void hand_back() noexcept;

  /// On this thread, whose work can't be ended.
  [[noreturn]] void stay() noexcept;

private:
  parked_thread() = default;

  bool start();
  static void* main(void* argument);
  void await_turn() noexcept;

  baton to_thread_;
  baton to_loop_;
  work work_ = nullptr;
  void* of_ = nullptr;
  int processor_ = -1; ///< where it is to be; -1: anywhere
  int bound_to_ = -1;
};

} // namespace weir::detail
