// reject: pop-waits
// Wakes a popper only when the queue turns non-empty: two items in one instant wake one of two.
#include "queue.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Asio has no condition variable. A timer that never expires does its work: to wait is to wait for
/// the timer, to notify is to cancel it.
class condition {
public:
  explicit condition(asio::any_io_executor executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<void> wait() {
    error_code notified;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, notified));
  }

  void notify_one() { timer_.cancel_one(); }

  void notify_all() { timer_.cancel(); }

private:
  asio::steady_timer timer_;
};

class condition_queue final : public bounded_queue {
public:
  condition_queue(asio::any_io_executor executor, std::size_t capacity)
      : capacity_(capacity), not_full_(executor), not_empty_(executor) {}

  asio::awaitable<void> push(int item) override {
    while (items_.size() >= capacity_ && !closed_)
      co_await not_full_.wait();
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    items_.push_back(item);
    if (items_.size() == 1) // nobody waits for a queue that has items
      not_empty_.notify_one();
  }

  asio::awaitable<std::optional<int>> pop() override {
    while (items_.empty() && !closed_)
      co_await not_empty_.wait();
    if (items_.empty())
      co_return std::nullopt;
    const int item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    co_return item;
  }

  void close() override {
    closed_ = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  const std::size_t capacity_;
  std::deque<int> items_;
  bool closed_ = false;
  condition not_full_;
  condition not_empty_;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<condition_queue>(executor, capacity);
}
