// reject: cancelled-waiter
// The waiter lives in the frame of its coroutine, and the line points to it after a cancellation
// has ended the frame.
#include "queue.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

struct waiter {
  explicit waiter(const asio::any_io_executor& executor)
      : bell(executor, asio::steady_timer::time_point::max()) {}

  asio::steady_timer bell;
  std::optional<int> item;
  bool served = false;
  bool refused = false;

  void wake() {
    served = true;
    bell.cancel();
  }
};

using line = std::deque<waiter*>;

class fair_queue final : public bounded_queue {
public:
  fair_queue(asio::any_io_executor executor, std::size_t capacity)
      : executor_(std::move(executor)), capacity_(capacity) {}

  asio::awaitable<void> push(int item) override {
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (!poppers_.empty()) {
      waiter* const first = take_first(poppers_);
      first->item = item;
      first->wake();
      co_return;
    }
    if (items_.size() < capacity_) {
      items_.push_back(item);
      co_return;
    }
    waiter me(executor_);
    me.item = item;
    co_await wait(pushers_, me);
    if (me.refused)
      throw system_error(asio::error::broken_pipe);
  }

  asio::awaitable<std::optional<int>> pop() override {
    if (!pushers_.empty()) {
      waiter* const first = take_first(pushers_);
      items_.push_back(*first->item);
      first->wake();
    }
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      co_return item;
    }
    if (closed_)
      co_return std::nullopt;
    waiter me(executor_);
    co_await wait(poppers_, me);
    co_return me.item;
  }

  void close() override {
    closed_ = true;
    while (!pushers_.empty()) {
      waiter* const first = take_first(pushers_);
      first->refused = true;
      first->wake();
    }
    while (!poppers_.empty())
      take_first(poppers_)->wake();
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  static waiter* take_first(line& where) {
    waiter* const first = where.front();
    where.pop_front();
    return first;
  }

  asio::awaitable<void> wait(line& where, waiter& me) {
    where.push_back(&me);
    error_code woken;
    co_await me.bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!me.served)
      throw system_error(asio::error::operation_aborted);
  }

  asio::any_io_executor executor_;
  const std::size_t capacity_;
  std::deque<int> items_;
  line pushers_;
  line poppers_;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<fair_queue>(std::move(executor), capacity);
}
