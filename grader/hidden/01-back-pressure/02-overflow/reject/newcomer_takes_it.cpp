// reject: fail-fast
// One item for each waiting taker, but a taker that comes in the same instant finds the item and
// goes off with it.
#include "buffer.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>

using boost::system::error_code;

namespace {

class ring_buffer final : public event_buffer {
public:
  ring_buffer(asio::any_io_executor executor, overflow policy, std::size_t capacity)
      : policy_(policy),
        capacity_(policy == overflow::keep_latest ? 1 : capacity),
        item_arrived_(executor, asio::steady_timer::time_point::max()) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (policy_ == overflow::fail_fast && waiting_ <= items_.size()) {
      ++counts_.refused;
      return asio::error::would_block;
    }
    if (items_.size() == capacity_) {
      switch (policy_) {
      case overflow::buffer_then_error:
        ++counts_.refused;
        return asio::error::no_buffer_space;
      case overflow::fail_fast: // somebody waits
        break;
      case overflow::drop_newest:
        ++counts_.dropped;
        return {};
      case overflow::keep_latest:
        ++counts_.dropped;
        items_.pop_front(); // make room for what is new
        break;
      }
    }
    items_.push_back(item);
    item_arrived_.cancel_one();
    return {};
  }

  asio::awaitable<int> take() override {
    while (items_.empty()) {
      ++waiting_;
      error_code notified;
      co_await item_arrived_.async_wait(asio::redirect_error(asio::use_awaitable, notified));
      --waiting_;
    }
    const int item = items_.front();
    items_.pop_front();
    ++counts_.delivered;
    co_return item;
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

  [[nodiscard]] tally counts() const override { return counts_; }

private:
  const overflow policy_;
  const std::size_t capacity_;
  std::size_t waiting_ = 0; // takers
  std::deque<int> items_;
  tally counts_;
  asio::steady_timer item_arrived_; // never expires; cancel_one() wakes whoever has waited longest
};

} // namespace

overflow policy_for(product user) {
  switch (user) {
  case product::audit_log:
    return overflow::buffer_then_error;
  case product::telemetry:
    return overflow::drop_newest;
  case product::dashboard:
    return overflow::keep_latest;
  case product::payments:
    return overflow::fail_fast;
  }
  return overflow::buffer_then_error;
}

std::unique_ptr<event_buffer> make_event_buffer(asio::any_io_executor executor, overflow policy,
                                                std::size_t capacity) {
  return std::make_unique<ring_buffer>(executor, policy, capacity);
}
