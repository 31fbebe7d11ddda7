/// \file
/// `asio::thread_pool`, in virtual time.
#pragma once

#include <weir/virtual_context.hpp>
#include <weir/world/meter.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace weir::detail {

/// What a thread of a run does, once. Part of the implementation.
class thread_job {
public:
  thread_job() = default;
  thread_job(const thread_job&) = delete;
  thread_job& operator=(const thread_job&) = delete;
  virtual ~thread_job() = default;
  virtual void run() = 0;
};

} // namespace weir::detail

namespace weir::world {

/// Threads that take what is posted to them, first come, first served, beside the loop of a run. It
/// is written and used as `asio::thread_pool` is: `post`, `dispatch`, `defer`, `co_spawn`, strands
/// and timers work on its executor, so code that takes an `any_io_executor` runs on either.
///
/// A job that blocks (`std::this_thread::sleep_for`, `weir::block_loop`, `occupy_loop`,
/// `steady_timer::wait`) keeps its thread busy for so long, in virtual time; the loop and the other
/// threads go on meanwhile. A loop that blocks keeps nothing on the pool from going on.
///
/// The threads are real ones, of which exactly one is running at any time, and a schedule decides
/// which. So `get_id`, thread-locals and `running_in_this_thread` are as on a real pool, and a run
/// can be explored and replayed.
///
/// What is not as on a real pool:
///   - A job gives way only where it blocks, where it calls `std::this_thread::yield`, and at its
///     end. All that it does between these happens at one instant, with nobody in between: what it
///     posts to the loop is carried out after the next of these. So there are no data races here;
///     ThreadSanitizer finds them on a real pool.
///   - Computing takes no time. Let a job sleep for as long as it would compute.
///   - A loop that waits for a future, or for a condition variable (without a time limit), is
///     blocked until a job has done something about it. A job that waits for one looks again every
///     100 µs.
///   - Locks are not simulated. One that a job holds while it blocks is waited for in real time, by
///     somebody who keeps the job from going on: the test is killed after its time limit. A lock
///     that is never held over a block does no harm.
///   - A job that spins until a flag is set, without blocking or yielding, spins for good.
///
/// An exception that leaves a job would end a real process; here it ends the run. When a run is
/// over, what its jobs have on their stacks is unwound: the call in which one blocks throws.
///
/// Thread: used from the loop, and from threads of pools of the same run.
class thread_pool : public boost::asio::execution_context {
public:
  class executor_type;

  /// Inside a run only. \param name in traces and messages
  /// \throws std::invalid_argument without threads
  /// \throws std::logic_error outside a run
  explicit thread_pool(std::size_t threads, std::string name = "pool");

  /// `stop`, then waits as `join` does. What has not begun is destroyed.
  ~thread_pool();

  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  [[nodiscard]] executor_type get_executor() noexcept;
  [[nodiscard]] executor_type executor() noexcept;

  /// What has not begun will not begin any more.
  void stop();

  /// Blocks its caller until nothing is left to do: no job, nobody who tracks work. After that
  /// nothing begins any more. Called on the loop it blocks the loop, while the jobs go on. When
  /// they can't, because they wait for the loop, or when the caller is a job of this pool, the run
  /// ends as a deadlock.
  void join();

  [[nodiscard]] std::size_t busy() const noexcept;
  [[nodiscard]] std::size_t peak_busy() const noexcept;
  /// Jobs that wait for a thread. Nothing bounds them, as in `asio::thread_pool`.
  [[nodiscard]] std::size_t queued() const noexcept;
  [[nodiscard]] std::size_t peak_queued() const noexcept;
  /// Jobs done.
  [[nodiscard]] std::size_t completed() const noexcept;
  /// Mean share of the threads that were busy since construction, in [0, 1].
  [[nodiscard]] double utilisation() const;

private:
  struct state;

  void enqueue(std::unique_ptr<weir::detail::thread_job> job, std::uint32_t task);
  void work_started() noexcept;
  void work_finished() noexcept;
  [[nodiscard]] std::uint32_t current_task() const noexcept;
  [[nodiscard]] bool running_here() const noexcept;

  std::shared_ptr<state> state_;
};

/// The executor of a `thread_pool`.
class thread_pool::executor_type {
public:
  executor_type(const executor_type& other) noexcept
      : pool_(other.pool_), task_(other.task_), tracked_(other.tracked_), never_(other.never_) {
    if (tracked_)
      pool_->work_started();
  }

  executor_type(executor_type&& other) noexcept
      : pool_(other.pool_), task_(other.task_), tracked_(other.tracked_), never_(other.never_) {
    other.tracked_ = false;
  }

  executor_type& operator=(executor_type other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(task_, other.task_);
    std::swap(tracked_, other.tracked_);
    std::swap(never_, other.never_);
    return *this;
  }

  ~executor_type() {
    if (tracked_)
      pool_->work_finished();
  }

  /// Whether the caller is a job on this pool.
  [[nodiscard]] bool running_in_this_thread() const noexcept { return pool_->running_here(); }

  thread_pool& query(boost::asio::execution::context_t) const noexcept { return *pool_; }

  boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
    if (never_)
      return boost::asio::execution::blocking.never;
    return boost::asio::execution::blocking.possibly;
  }

  executor_type require(boost::asio::execution::blocking_t::never_t) const noexcept {
    executor_type made(*this);
    made.never_ = true;
    return made;
  }

  executor_type require(boost::asio::execution::blocking_t::possibly_t) const noexcept {
    executor_type made(*this);
    made.never_ = false;
    return made;
  }

  boost::asio::execution::outstanding_work_t
  query(boost::asio::execution::outstanding_work_t) const noexcept {
    if (tracked_)
      return boost::asio::execution::outstanding_work.tracked;
    return boost::asio::execution::outstanding_work.untracked;
  }

  executor_type require(boost::asio::execution::outstanding_work_t::tracked_t) const noexcept {
    return executor_type(*pool_, pool_->current_task(), true, never_);
  }

  executor_type require(boost::asio::execution::outstanding_work_t::untracked_t) const noexcept {
    return executor_type(*pool_, 0, false, never_);
  }

  template <typename Function>
  void execute(Function&& f) const {
    if (!never_ && pool_->running_here()) {
      std::decay_t<Function> function(std::forward<Function>(f));
      std::move(function)();
      return;
    }
    pool_->enqueue(std::make_unique<job<std::decay_t<Function>>>(std::forward<Function>(f)),
                   task_ != 0 ? task_ : pool_->current_task());
  }

  friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
    return a.pool_ == b.pool_;
  }

  friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
    return !(a == b);
  }

private:
  friend class thread_pool;

  template <typename Function>
  class job final : public weir::detail::thread_job {
  public:
    explicit job(Function&& f) : function_(std::move(f)) {}

    explicit job(const Function& f) : function_(f) {}

    void run() override { std::move(function_)(); }

  private:
    Function function_;
  };

  executor_type(thread_pool& pool, std::uint32_t task, bool tracked, bool never) noexcept
      : pool_(&pool), task_(task), tracked_(tracked), never_(never) {
    if (tracked_)
      pool_->work_started();
  }

  thread_pool* pool_;
  std::uint32_t task_; ///< whose work this is; 0: whoever calls `execute`
  bool tracked_;
  bool never_;
};

inline thread_pool::executor_type thread_pool::get_executor() noexcept {
  return executor_type(*this, 0, false, false);
}

inline thread_pool::executor_type thread_pool::executor() noexcept {
  return get_executor();
}

} // namespace weir::world
