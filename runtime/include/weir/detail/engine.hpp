/// \file
/// The event loop in virtual time: the ready set, the timers and the tasks of one run.
/// Part of the implementation; users meet it as `weir::virtual_context`.
#pragma once

#include <weir/detail/ready_set.hpp>
#include <weir/detail/task_record.hpp>
#include <weir/detail/virtual_timer.hpp>
#include <weir/model.hpp>

#include <boost/asio/detail/executor_function.hpp>
#include <boost/asio/detail/thread_context.hpp>
#include <boost/asio/detail/thread_info_base.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir {

class policy;
class choice_point;

namespace detail {

/// Why the loop has to stop before the scenario is through.
enum class stop_reason {
  none,
  expectation,
  out_of_memory,
  left_virtual_time,
  exception,
  deadlock,
};

class thread_crew;

/// One run's event loop. Not thread-safe: everything happens on the thread that calls `drive`, or
/// on a thread of a `world::thread_pool` while that one waits for it (see src/thread_crew.hpp).
class engine : public boost::asio::detail::thread_context {
public:
  using call_stack_entry = thread_call_stack::context;
  engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  ~engine();

  /// The engine whose run is under way on this thread, or null.
  static engine* current() noexcept;

  [[nodiscard]] std::int64_t now() const noexcept { return now_; }

  template <typename Function>
  void execute(Function&& f, std::uint32_t task) {
    using function_type = std::decay_t<Function>;
    ready_item item;
    item.task = task;
    if constexpr (std::is_same_v<function_type, boost::asio::detail::executor_function>) {
      static_assert(sizeof(function_type) == sizeof(item.payload));
      ::new (static_cast<void*>(item.payload)) function_type(std::forward<Function>(f));
      item.run = &run_in_place;
    } else {
      void* memory = allocate(sizeof(function_type), alignof(function_type));
      auto* stored = ::new (memory) function_type(std::forward<Function>(f));
      std::memcpy(item.payload, &stored, sizeof stored);
      item.run = &run_allocated<function_type>;
    }
    ready_.push(item);
  }

  /// Whether a dispatched function runs at once, as on an `io_context`: inside a handler of this
  /// run. So a coroutine that is spawned by another one starts at once; how far it gets before the
  /// others is then a matter of choice.
  [[nodiscard]] bool may_run_inline() const noexcept { return driving_; }

  /// Starts a wait; it becomes ready when the clock reaches the timer's expiry.
  void start_wait(virtual_timer& timer, timer_wait& wait);
  /// Takes a wait out of the heap and makes it ready as cancelled.
  void cancel_wait(timer_wait& wait) noexcept;

  /// Moves the clock on by `d` with no handler running: the loop was blocked.
  void block(std::chrono::nanoseconds d) noexcept;

  void work_started() noexcept { ++work_; }

  void work_finished() noexcept { --work_; }

  /// \name Tasks
  /// @{
  [[nodiscard]] std::uint32_t current_task() const noexcept { return current_task_; }

  void current_task(std::uint32_t id) noexcept { current_task_ = id; }

  /// The task of a coroutine thread that is about to be suspended; a new one when it was never
  /// seen.
  std::uint32_t suspending(const void* bottom_frame, void* top_frame,
                           const std::type_info& operation);
  void resumed(std::uint32_t id) noexcept;
  /// Called after a task's handler has returned; a task that is not waiting again has ended.
  void returned(std::uint32_t id) noexcept;
  void waits_at(const std::source_location& where) noexcept;

  [[nodiscard]] std::vector<task_record>& tasks() noexcept { return tasks_; }

  /// @}

  /// Ends the run after the handler that is running. The first reason counts.
  void stop(stop_reason reason, std::string message);

  [[nodiscard]] stop_reason stopped() const noexcept { return stop_; }

  [[nodiscard]] const std::string& stop_message() const noexcept { return stop_message_; }

  /// Memory from Asio's recycling allocator.
  static void* allocate(std::size_t size, std::size_t align);
  static void deallocate(void* memory, std::size_t size) noexcept;

  enum class idle { stopped, no_work, deadlock, step_limit, time_limit, done };

  struct limits {
    std::uint64_t steps;
    std::int64_t time;
  };

  /// Which choices there are. Before `drive`.
  void allow(const schedule_model& model) noexcept;

  /// Runs handlers, chosen by `p`, until `done` is true and nothing is ready at that instant, or
  /// until something ends the run.
  idle drive(policy& p, const limits& bounds, const bool& done);

  /// Destroys everything that is pending, without running it, until nothing is left.
  void abandon_pending() noexcept;

  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

  [[nodiscard]] std::uint64_t steps_at_this_instant() const noexcept {
    return steps_ - steps_at_tick_;
  }

  /// The last time at which the loop waited for a timer, and the handlers since.
  [[nodiscard]] std::int64_t last_wait() const noexcept { return waited_at_; }

  [[nodiscard]] std::uint64_t steps_since_wait() const noexcept { return steps_ - steps_at_wait_; }

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

  [[nodiscard]] std::size_t pending_timers() const noexcept { return heap_.size(); }

  [[nodiscard]] std::uint64_t outstanding_work() const noexcept { return work_; }

  [[nodiscard]] const std::vector<std::uint32_t>& choices() const noexcept { return choices_; }

  /// How many of them were about time.
  [[nodiscard]] std::size_t time_choices() const noexcept { return time_choices_; }

  /// With how many threads an `io_context` can come to this order, at most. Measured only while a
  /// trace is recorded.
  [[nodiscard]] std::size_t threads_needed() const noexcept { return threads_needed_; }

  [[nodiscard]] const ready_set& ready() const noexcept { return ready_; }

  /// A choice of the scenario's own among `n` values, made by the policy and recorded like the
  /// others.
  std::size_t pick(std::size_t n);

  /// The threads of this run beside the loop's own; made when they are first asked for.
  thread_crew& crew();

  /// Null as long as nobody has asked for them.
  [[nodiscard]] thread_crew* crew_if_any() const noexcept { return crew_.get(); }

  void mix(std::uint64_t value) noexcept { hash_ = (hash_ ^ value) * 0x9E3779B97F4A7C15u; }

  std::uint64_t seed = 0;

private:
  friend class virtual_timer;
  friend class current_engine;
  friend class thread_crew;
  __extension__ using key_type = unsigned __int128;

  /// Expiry and sequence number make one key, so that comparing two entries takes no branch.
  struct heap_entry {
    key_type key;
    timer_wait* wait;

    [[nodiscard]] std::int64_t when() const noexcept {
      return static_cast<std::int64_t>(key >> 64);
    }
  };

  static key_type make_key(std::int64_t when, std::uint64_t sequence) noexcept {
    return static_cast<key_type>(static_cast<std::uint64_t>(std::max<std::int64_t>(when, 0)))
               << 64 |
           sequence;
  }

  static void run_in_place(void* payload, ready_action action);
  static void run_wait(void* payload, ready_action action);

  template <typename Function>
  static void run_allocated(void* payload, ready_action action) {
    Function* stored;
    std::memcpy(&stored, payload, sizeof stored);

    struct release {
      Function* f;

      ~release() {
        if (f) {
          f->~Function();
          deallocate(f, sizeof(Function));
        }
      }
    } owner{stored};

    if (action == ready_action::destroy)
      return;
    Function f(std::move(*stored));
    stored->~Function();
    deallocate(stored,
               sizeof(Function)); // before the call, so that the call can use the memory again
    owner.f = nullptr;
    std::move(f)();
  }

  std::size_t choose();
  std::size_t choose_beside_threads();
  std::size_t decide(const choice_point& point);
  [[nodiscard]] std::size_t threads_for(std::size_t chosen) const noexcept;
  bool advance(std::int64_t limit);
  std::int64_t lateness(std::int64_t expiry, std::int64_t limit);
  void pass_time(std::int64_t limit);
  void leap(std::int64_t limit);
  void move_clock(std::int64_t to, std::int64_t why);
  [[nodiscard]] bool is_due() const noexcept;
  void release_due();
  void release_in_any_order(std::int64_t expiry);
  void make_ready(timer_wait& wait, std::uint32_t tie);
  void heap_insert(const heap_entry& entry);
  void heap_remove(std::size_t index) noexcept;
  std::size_t sift_up(std::size_t index) noexcept;
  void sift_down(std::size_t index) noexcept;

  void place(std::size_t index, const heap_entry& entry) noexcept {
    heap_[index] = entry;
    entry.wait->heap_index = static_cast<std::uint32_t>(index);
  }

  ready_set ready_;
  std::vector<heap_entry> heap_; ///< 4-ary, by (expiry, sequence)
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t work_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t steps_at_tick_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::uint32_t current_task_ = 0;
  policy* policy_ = nullptr;
  limits bounds_{};
  bool driving_ = false; ///< the loop's thread runs a handler
  bool time_moves_ = false;
  bool ties_are_open_ = false;
  std::uint32_t tie_ = 0;                                       ///< of the last timers that expired
  std::size_t width_ = std::numeric_limits<std::size_t>::max(); ///< how many of the oldest compete
  std::int64_t jitter_ = 0;
  std::int64_t leap_ = 0;      ///< how far the clock was moved last because the loop spins
  std::int64_t waited_at_ = 0; ///< when the loop last waited
  std::uint64_t steps_at_wait_ = 0;
  std::uint64_t released_by_ = 0; ///< the step by which what is due is found to be; 0: nothing is
  std::size_t time_choices_ = 0;
  std::size_t threads_needed_ = 1;
  std::vector<timer_wait*> tied_;
  std::vector<std::uint32_t> tied_tasks_;
  std::vector<std::size_t> tied_first_;
  std::vector<std::uint32_t> choices_;
  std::vector<task_record> tasks_;
  std::unordered_map<const void*, std::uint32_t>
      living_; ///< coroutine tasks not ended, by bottom frame
  std::vector<std::size_t> candidates_;
  stop_reason stop_ = stop_reason::none;
  std::string stop_message_;
  std::unique_ptr<thread_crew> crew_;
};

/// Makes `e` this thread's current engine for a scope.
class current_engine {
public:
  explicit current_engine(engine& e);
  current_engine(const current_engine&) = delete;
  current_engine& operator=(const current_engine&) = delete;
  ~current_engine();

private:
  engine::call_stack_entry context_;
  engine* outer_;
};

} // namespace detail
} // namespace weir
