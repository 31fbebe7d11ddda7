/// \file
/// One run of a scenario under one policy: how it is bounded, and how it can end.
#pragma once

#include <weir/model.hpp>
#include <weir/random.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class policy;

/// The coroutine under test. Called once a run; its executor is `co_await
/// asio::this_coro::executor`. The function object outlives the run, so a lambda may capture.
using scenario = std::function<boost::asio::awaitable<void>()>;

/// How a run ended.
enum class run_outcome {
  completed,         ///< the scenario returned and nothing was left
  assertion_failed,  ///< `weir::expect` did not hold
  exception,         ///< an exception left the scenario, or a handler
  deadlock,          ///< nothing is ready, no timer is set, and somebody still waits
  leak,              ///< the scenario returned, but work it started is alive
  step_limit,        ///< more handlers ran than allowed
  time_limit,        ///< the virtual clock passed the limit
  out_of_memory,     ///< a `world::memory_budget` was exceeded
  left_virtual_time, ///< the code asked for a thread, a socket or the like
  nondeterministic,  ///< the same schedule did not give the same run twice
};
/// "completed", "assertion-failed", …: as the records and tokens spell it.
[[nodiscard]] std::string_view to_string(run_outcome outcome) noexcept;

/// What becomes of work that is alive when the scenario has returned and nothing is ready at that
/// instant.
enum class leak_check {
  fail,   ///< the run ends as `leak`
  ignore, ///< it is destroyed
  keep, ///< it is left as it is: none of its handlers and destructors run, its memory stays taken;
        ///< only what a job on a `world::thread_pool` has on its stack is unwound
};

/// Bounds on a run. A run that meets one has failed.
struct run_limits {
  std::uint64_t steps = 200'000; ///< handlers
  std::chrono::nanoseconds virtual_time = std::chrono::hours(24);
};

/// A task that was alive when the run ended.
struct task_report {
  std::uint32_t id = 0;
  std::string
      name; ///< as given by `name_this_task`, else the coroutine function's name with the id
  std::string waits_for; ///< "timer", "channel receive", …; empty for work that is no coroutine
  std::string where;     ///< "file.cpp:12", empty when not known
  std::vector<std::string> stack; ///< functions, innermost first, as far as they are known
  std::chrono::nanoseconds since{};
  std::uint32_t parent = 0;
};

struct run_result {
  run_outcome outcome = run_outcome::completed;
  std::string message; ///< what happened, in a sentence or two; empty when completed
  std::chrono::nanoseconds virtual_time{};
  std::uint64_t handlers = 0;
  std::vector<std::uint32_t>
      choices; ///< the schedule: an index for each point with more than one way to go on
  std::vector<task_report> tasks; ///< those alive at the end; empty when completed
  /// An `io_context` with so many threads can come to this order; with fewer it may not. Measured
  /// only while a trace is recorded.
  std::size_t threads = 1;
  std::uint64_t hash = 0;   ///< over time, task and choice of every step: equal for equal runs
  std::exception_ptr error; ///< of `exception`

  [[nodiscard]] explicit operator bool() const noexcept {
    return outcome == run_outcome::completed;
  }
};

struct run_options {
  std::uint64_t seed = 1;
  run_limits limits{};
  leak_check leaks = leak_check::fail;
  schedule_model model{};
};

/// Runs `body` once in a fresh virtual context. Events go to the current trace recorder, if there
/// is one. What a failed run leaves suspended is abandoned, not destroyed: its coroutines refer to
/// each other in ways that only finishing could unwind.
/// \throws std::logic_error inside another run
run_result run(const scenario& body, policy& p, const run_options& options = {});

/// Time since the run began, on the virtual clock; outside a run, since the real clock's epoch.
[[nodiscard]] std::chrono::nanoseconds now() noexcept;

/// The task that is running; 0 outside any.
[[nodiscard]] std::uint32_t current_task() noexcept;

/// Names the running task in reports and traces.
void name_this_task(std::string name);

/// A random stream of its own for `name`, from the run's seed: the same whatever the schedule.
/// Outside a run, from seed 1.
[[nodiscard]] random_stream stream(std::string_view name);

/// A number below `n`, chosen by the run's policy like a schedule: exhaustive search tries them
/// all. 0 outside a run.
[[nodiscard]] std::size_t pick(std::size_t n);

/// Occupies the loop: the clock moves on by `d` and no other handler runs. Outside a run, sleeps.
void block_loop(std::chrono::nanoseconds d);

} // namespace weir
