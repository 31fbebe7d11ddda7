// accept: the ring as it was, with a bound of 1 for keep_latest; a desk of its own for fail_fast
#include "buffer.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>

using boost::system::error_code;

namespace {

/// What arrives lies in the buffer until a woken taker fetches it.
class ring_buffer final : public event_buffer {
public:
  ring_buffer(asio::any_io_executor executor, overflow policy, std::size_t capacity)
      : policy_(policy),
        bound_(policy == overflow::keep_latest ? 1 : capacity),
        item_arrived_(executor, asio::steady_timer::time_point::max()) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (items_.size() == bound_) {
      if (policy_ == overflow::buffer_then_error) {
        ++counts_.refused;
        return asio::error::no_buffer_space;
      }
      ++counts_.dropped;
      if (policy_ == overflow::drop_newest)
        return {};
      items_.pop_front(); // outdated
    }
    items_.push_back(item);
    item_arrived_.cancel_one();
    return {};
  }

  asio::awaitable<int> take() override {
    while (items_.empty()) {
      error_code notified;
      co_await item_arrived_.async_wait(asio::redirect_error(asio::use_awaitable, notified));
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
  const std::size_t bound_;
  std::deque<int> items_;
  tally counts_;
  asio::steady_timer item_arrived_; // never expires; cancel_one() wakes whoever has waited longest
};

/// One that arrives belongs to a taker already: each call of cancel_one() goes with one item.
class counter_desk final : public event_buffer {
public:
  explicit counter_desk(asio::any_io_executor executor)
      : called_(executor, asio::steady_timer::time_point::max()) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (uncalled_ == 0) {
      ++counts_.refused;
      return asio::error::would_block;
    }
    --uncalled_;
    ++counts_.delivered;
    handed_over_.push_back(item);
    called_.cancel_one();
    return {};
  }

  asio::awaitable<int> take() override {
    ++uncalled_;
    error_code called;
    co_await called_.async_wait(asio::redirect_error(asio::use_awaitable, called));
    const int item = handed_over_.front();
    handed_over_.pop_front();
    co_return item;
  }

  [[nodiscard]] std::size_t size() const override { return 0; }

  [[nodiscard]] tally counts() const override { return counts_; }

private:
  std::size_t uncalled_ = 0; // takers that wait
  std::deque<int> handed_over_;
  tally counts_;
  asio::steady_timer called_;
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
  if (policy == overflow::fail_fast)
    return std::make_unique<counter_desk>(executor);
  return std::make_unique<ring_buffer>(executor, policy, capacity);
}
