#include "base/task_group.hpp"

#include "base/cancellation.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace weir::grader {

void task_group::task::cancel() {
  if (const auto signal = signal_.lock()) {
    signal->emit(asio::cancellation_type::terminal);
  }
}

task_group::task_group(asio::any_io_executor executor)
    : executor_{std::move(executor)}, empty_{executor_, asio::steady_timer::time_point::max()} {}

task_group::task task_group::spawn(asio::awaitable<void> body, std::function<void()> ended) {
  if (cancelled_) {
    return task{};
  }
  const auto which = tasks_.insert(tasks_.end(), std::make_shared<asio::cancellation_signal>());
  task started{*which};
  auto finish = [this, which, ended = std::move(ended)](const std::exception_ptr& error) {
    finished(which, error, ended);
  };
  asio::co_spawn(executor_, std::move(body),
                 asio::bind_cancellation_slot((*which)->slot(), std::move(finish)));
  return started;
}

void task_group::cancel() {
  cancelled_ = true;
  const signals all = tasks_; // emitting may end tasks
  for (const auto& each : all) {
    each->emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> task_group::join() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!tasks_.empty()) {
    co_await empty_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none && !cancelled_) {
      cancel();
    }
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  if (failure_) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

void task_group::finished(signals::iterator which, const std::exception_ptr& error,
                          const std::function<void()>& ended) {
  tasks_.erase(which);
  if (error && !is_cancellation(error) && !failure_) {
    failure_ = error;
    cancel();
  }
  if (ended) {
    ended();
  }
  if (tasks_.empty()) {
    empty_.cancel();
  }
}

void latest_task::start(factory make) {
  if (running_) {
    waiting_ = std::move(make);
    present_.cancel();
  } else {
    launch(make);
  }
}

void latest_task::cancel() {
  waiting_ = nullptr;
  present_.cancel();
}

void latest_task::launch(const factory& make) {
  if (group_.cancelled()) {
    return;
  }
  running_ = true;
  present_ = group_.spawn(make(), [this] {
    running_ = false;
    if (waiting_) {
      launch(std::exchange(waiting_, nullptr));
    }
  });
}

} // namespace weir::grader
