/// \file
/// An execution context whose clock is virtual: time stands still while anything can run and jumps
/// to the next timer when nothing can.
#pragma once

#include <weir/detail/engine.hpp>
#include <weir/detail/virtual_service.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace weir {

/// Holds the handlers, timers and tasks of one run. `weir::run` and `weir::explore` make one for
/// every schedule; a program of its own may hold one and hand it to `weir::drive`.
///
/// Everything stock Asio builds on an executor works on it: `co_spawn`, `steady_timer`, channels,
/// strands, parallel groups, cancellation. What needs an operating-system thread or descriptor
/// (sockets, resolvers, signal sets, thread pools) does not, and a run that tries ends as
/// `left_virtual_time`.
///
/// Thread: single-threaded; every member is called on the thread that runs it.
class virtual_context : public boost::asio::execution_context {
public:
  class executor_type;

  virtual_context();
  /// Destroys what is pending without running it.
  ~virtual_context();

  [[nodiscard]] executor_type get_executor() noexcept;

  [[nodiscard]] detail::engine& engine() noexcept { return engine_; }

private:
  detail::engine engine_;
};

/// The executor of a `virtual_context`. What is posted or deferred becomes ready, and the run's
/// policy chooses when it goes. What is dispatched from within the run runs at once, as on an
/// `io_context`, the start of a coroutine by `co_spawn` included: Asio relies on that where it
/// forwards a cancellation.
///
/// A copy that tracks outstanding work also remembers the task that asked for it, so that what an
/// operation posts later is attributed to the task that started the operation.
class virtual_context::executor_type {
public:
  executor_type(const executor_type& other) noexcept
      : context_(other.context_),
        task_(other.task_),
        tracked_(other.tracked_),
        never_(other.never_) {
    if (tracked_)
      context_->engine().work_started();
  }

  executor_type(executor_type&& other) noexcept
      : context_(other.context_),
        task_(other.task_),
        tracked_(other.tracked_),
        never_(other.never_) {
    other.tracked_ = false;
  }

  executor_type& operator=(executor_type other) noexcept {
    std::swap(context_, other.context_);
    std::swap(task_, other.task_);
    std::swap(tracked_, other.tracked_);
    std::swap(never_, other.never_);
    return *this;
  }

  ~executor_type() {
    if (tracked_)
      context_->engine().work_finished();
  }

  virtual_context& query(boost::asio::execution::context_t) const noexcept { return *context_; }

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
    return executor_type(*context_, context_->engine().current_task(), true, never_);
  }

  executor_type require(boost::asio::execution::outstanding_work_t::untracked_t) const noexcept {
    return executor_type(*context_, 0, false, never_);
  }

  template <typename Function>
  void execute(Function&& f) const {
    detail::engine& e = context_->engine();
    if (!never_ && e.may_run_inline()) {
      std::decay_t<Function> function(std::forward<Function>(f));
      std::move(function)();
      return;
    }
    e.execute(std::forward<Function>(f), task_ != 0 ? task_ : e.current_task());
  }

  [[nodiscard]] detail::engine& engine() const noexcept { return context_->engine(); }

  friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
    return a.context_ == b.context_;
  }

  friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
    return !(a == b);
  }

private:
  friend class virtual_context;

  executor_type(virtual_context& context, std::uint32_t task, bool tracked, bool never) noexcept
      : context_(&context), task_(task), tracked_(tracked), never_(never) {
    if (tracked_)
      context_->engine().work_started();
  }

  virtual_context* context_;
  std::uint32_t task_; ///< whose work this is; 0: whoever calls `execute`
  bool tracked_;
  bool never_; ///< `blocking.never`: always made ready, never run inside `execute`
};

inline virtual_context::executor_type virtual_context::get_executor() noexcept {
  return executor_type(*this, 0, false, false);
}

namespace detail {

/// The engine behind an executor that would run a handler with no detour; null for any other
/// executor.
template <typename Executor>
engine* direct_engine(const Executor& executor) noexcept {
  if constexpr (std::is_same_v<Executor, virtual_context::executor_type>) {
    return &executor.engine();
  } else if constexpr (std::is_base_of_v<boost::asio::any_io_executor, Executor>) {
    const auto* found = executor.template target<virtual_context::executor_type>();
    return found ? &found->engine() : nullptr;
  } else {
    return nullptr;
  }
}

/// The engine behind any executor, strands and wrappers included; null when it belongs to another
/// context.
template <typename Executor>
engine* engine_behind(const Executor& executor) {
  if (engine* direct = direct_engine(executor))
    return direct;
  return engine_of(boost::asio::query(executor, boost::asio::execution::context));
}

} // namespace detail
} // namespace weir
