// reject: fifo
// Reserves the free place for the first in line, but a newcomer that meets a waiting popper still
// goes first.
#include "queue.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
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

using line = std::deque<std::shared_ptr<waiter>>;

class fair_queue final : public bounded_queue {
public:
  fair_queue(asio::any_io_executor executor, std::size_t capacity)
      : executor_(std::move(executor)), capacity_(capacity) {}

  asio::awaitable<void> push(int item) override {
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (!poppers_.empty()) {
      auto first = take_first(poppers_);
      first->item = item;
      first->wake();
      co_return;
    }
    if (items_.size() + reserved_ < capacity_) {
      items_.push_back(item);
      co_return;
    }
    auto me = std::make_shared<waiter>(executor_);
    me->item = item;
    co_await wait(pushers_, me);
    if (me->refused)
      throw system_error(asio::error::broken_pipe);
    if (capacity_ == 0)
      co_return; // pop has taken it
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    if (closed_ || cancelled) {
      give_place_on();
      throw system_error(cancelled ? asio::error::make_error_code(asio::error::operation_aborted)
                                   : asio::error::make_error_code(asio::error::broken_pipe));
    }
    --reserved_;
    if (!poppers_.empty()) {
      auto first = take_first(poppers_);
      first->item = item;
      first->wake();
    } else {
      items_.push_back(item);
    }
  }

  asio::awaitable<std::optional<int>> pop() override {
    if (capacity_ == 0 && !pushers_.empty()) {
      auto first = take_first(pushers_);
      first->wake();
      co_return first->item;
    }
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      ++reserved_;
      give_place_on();
      co_return item;
    }
    if (closed_)
      co_return std::nullopt;
    auto me = std::make_shared<waiter>(executor_);
    co_await wait(poppers_, me);
    co_return me->item;
  }

  void close() override {
    closed_ = true;
    while (!pushers_.empty()) {
      auto first = take_first(pushers_);
      first->refused = true;
      first->wake();
    }
    while (!poppers_.empty())
      take_first(poppers_)->wake();
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  /// A reserved place is free again: the next in line gets it.
  void give_place_on() {
    if (pushers_.empty())
      --reserved_;
    else
      take_first(pushers_)->wake();
  }

  static std::shared_ptr<waiter> take_first(line& where) {
    auto first = where.front();
    where.pop_front();
    return first;
  }

  asio::awaitable<void> wait(line& where, std::shared_ptr<waiter> me) {
    where.push_back(me);
    error_code woken;
    co_await me->bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!me->served) {
      std::erase(where, me);
      throw system_error(asio::error::operation_aborted);
    }
  }

  asio::any_io_executor executor_;
  const std::size_t capacity_;
  std::deque<int> items_;
  line pushers_;
  line poppers_;
  std::size_t reserved_ = 0; // places that belong to a waiter on its way
  bool closed_ = false;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<fair_queue>(std::move(executor), capacity);
}
