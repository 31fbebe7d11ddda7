// reject: buffer-then-error
// an item that is held already need not be held twice
#include "buffer.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>

using boost::system::error_code;

namespace {

/// The four policies differ in two things only: how many items may be held, and what happens to one
/// too many. Whoever waits is served before anything is held, so what is held is what nobody waits
/// for.
class policy_buffer final : public event_buffer {
public:
  policy_buffer(asio::any_io_executor executor, overflow policy, std::size_t capacity)
      : executor_(executor), policy_(policy), bound_(bound_of(policy, capacity)) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (!takers_.empty()) {
      serve_first_taker(item);
      return {};
    }
    if (held_.size() < bound_) {
      if (held_.empty() || held_.back() != item)
        held_.push_back(item);
      return {};
    }
    return one_too_many(item);
  }

  asio::awaitable<int> take() override {
    if (!held_.empty()) {
      const int item = held_.front();
      held_.pop_front();
      ++counts_.delivered;
      co_return item;
    }
    taker self(executor_);
    takers_.push_back(&self);
    error_code woken;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return self.item;
  }

  [[nodiscard]] std::size_t size() const override { return held_.size(); }

  [[nodiscard]] tally counts() const override { return counts_; }

private:
  /// Somebody who sleeps in `take`, and where to put the item.
  struct taker {
    explicit taker(asio::any_io_executor executor)
        : alarm(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer alarm;
    int item = 0;
  };

  static std::size_t bound_of(overflow policy, std::size_t capacity) {
    switch (policy) {
    case overflow::keep_latest:
      return 1; // a second item would make the first one stale
    case overflow::fail_fast:
      return 0; // to be held is to wait
    case overflow::buffer_then_error:
    case overflow::drop_newest:
      break;
    }
    return capacity;
  }

  error_code one_too_many(int item) {
    switch (policy_) {
    case overflow::drop_newest:
      ++counts_.dropped;
      return {};
    case overflow::keep_latest:
      ++counts_.dropped;
      held_.front() = item;
      return {};
    case overflow::fail_fast:
      ++counts_.refused;
      return asio::error::would_block;
    case overflow::buffer_then_error:
      break;
    }
    ++counts_.refused;
    return asio::error::no_buffer_space;
  }

  /// The item is the taker's from here on, even if it wakes up later: the next offer must not count
  /// on the same taker.
  void serve_first_taker(int item) {
    taker& first = *takers_.front();
    takers_.pop_front();
    first.item = item;
    first.alarm.cancel();
    ++counts_.delivered;
  }

  const asio::any_io_executor executor_;
  const overflow policy_;
  const std::size_t bound_;
  std::deque<int> held_;
  std::deque<taker*> takers_;
  tally counts_;
};

} // namespace

overflow policy_for(product user) {
  switch (user) {
  case product::audit_log:
    return overflow::buffer_then_error; // late is fine, lost is not, and the caller can refuse to
                                        // act
  case product::telemetry:
    return overflow::drop_newest; // nobody to tell, and the beginning explains the incident
  case product::dashboard:
    return overflow::keep_latest; // only the present counts
  case product::payments:
    break; // a payment that starts late is paid twice
  }
  return overflow::fail_fast;
}

std::unique_ptr<event_buffer> make_event_buffer(asio::any_io_executor executor, overflow policy,
                                                std::size_t capacity) {
  return std::make_unique<policy_buffer>(executor, policy, capacity);
}
