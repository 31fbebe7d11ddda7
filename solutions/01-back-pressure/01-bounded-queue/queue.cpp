#include "queue.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <list>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Somebody who sleeps in `push` or `pop`. It lives in the sleeper's own frame.
///
/// Who makes room or brings an item finishes the sleeper's business on its behalf, there and then,
/// takes it out of the line and only then wakes it. Between the decision and the awakening nobody
/// can step in: there is nothing left to compete for, and a cancellation that comes too late finds
/// the business done.
struct waiter {
  explicit waiter(asio::any_io_executor executor)
      : alarm(executor, asio::steady_timer::time_point::max()) {}

  enum class fate { waiting, served, closed };

  asio::steady_timer alarm;
  std::optional<int> item; ///< what a pusher brings, or what a popper was given
  fate state = fate::waiting;
};

/// Waiters in the order in which they came.
class waiting_line {
public:
  [[nodiscard]] bool empty() const { return waiters_.empty(); }

  /// Sleeps at the end of the line until it is this waiter's turn.
  asio::awaitable<void> wait(waiter& self) {
    const auto place = waiters_.insert(waiters_.end(), &self);
    error_code
        ignored; // "served" and "cancelled" look the same to a timer: `state` tells them apart
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (self.state == waiter::fate::waiting) {
      waiters_.erase(place);
      throw system_error(asio::error::operation_aborted);
    }
  }

  /// Takes the first out of the line and wakes it.
  waiter& release_first(waiter::fate why) {
    waiter& first = *waiters_.front();
    waiters_.pop_front();
    first.state = why;
    first.alarm.cancel();
    return first;
  }

private:
  std::list<waiter*> waiters_;
};

/// Two things hold whenever nobody is inside a member: pushers wait only while there is no room,
/// and poppers wait only while there is no item and no pusher.
class fair_queue final : public bounded_queue {
public:
  fair_queue(asio::any_io_executor executor, std::size_t capacity)
      : executor_(executor), capacity_(capacity) {}

  asio::awaitable<void> push(int item) override {
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (!poppers_.empty()) {
      poppers_.release_first(waiter::fate::served).item = item;
      co_return;
    }
    if (items_.size() < capacity_) {
      items_.push_back(item);
      co_return;
    }
    waiter self(executor_);
    self.item = item;
    co_await pushers_.wait(self);
    if (self.state == waiter::fate::closed)
      throw system_error(asio::error::broken_pipe);
  }

  asio::awaitable<std::optional<int>> pop() override {
    // Who has waited longest moves up first, into the place that this call is about to free.
    if (!pushers_.empty())
      items_.push_back(*pushers_.release_first(waiter::fate::served).item);
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      co_return item;
    }
    if (closed_)
      co_return std::nullopt;
    waiter self(executor_);
    co_await poppers_.wait(self);
    co_return self.item;
  }

  void close() override {
    closed_ = true;
    while (!pushers_.empty())
      pushers_.release_first(waiter::fate::closed);
    while (!poppers_.empty())
      poppers_.release_first(waiter::fate::closed);
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  const asio::any_io_executor executor_;
  const std::size_t capacity_;
  std::deque<int> items_;
  waiting_line pushers_;
  waiting_line poppers_;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<fair_queue>(executor, capacity);
}
