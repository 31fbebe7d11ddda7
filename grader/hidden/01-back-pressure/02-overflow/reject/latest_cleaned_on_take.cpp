// reject: keep-latest failed
// Keeps all prices, and throws the outdated ones away only when a taker comes: until then they
// count as held.
#include "buffer.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <map>

using boost::system::error_code;

namespace {

std::size_t bound(overflow policy, std::size_t capacity) {
  if (policy == overflow::fail_fast)
    return 0;
  return capacity;
}

class numbered_buffer final : public event_buffer {
public:
  numbered_buffer(asio::any_io_executor executor, overflow policy, std::size_t capacity)
      : policy_(policy),
        bound_(bound(policy, capacity)),
        given_out_(executor, asio::steady_timer::time_point::max()) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (served_ != came_) {
      give(item);
      return {};
    }
    if (items_.size() == bound_) {
      switch (policy_) {
      case overflow::buffer_then_error:
        ++counts_.refused;
        return asio::error::no_buffer_space;
      case overflow::fail_fast:
        ++counts_.refused;
        return asio::error::would_block;
      case overflow::drop_newest:
        ++counts_.dropped;
        return {};
      case overflow::keep_latest:
        ++counts_.dropped;
        items_.pop_front();
        break;
      }
    }
    items_.push_back(item);
    return {};
  }

  asio::awaitable<int> take() override {
    const std::uint64_t me = came_++;
    while (policy_ == overflow::keep_latest && items_.size() > 1) {
      items_.pop_front();
      ++counts_.dropped;
    }
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      give(item);
    }
    while (!given_.contains(me)) {
      error_code called;
      co_await given_out_.async_wait(asio::redirect_error(asio::use_awaitable, called));
    }
    const int item = given_.at(me);
    given_.erase(me);
    co_return item;
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

  [[nodiscard]] tally counts() const override { return counts_; }

private:
  /// To the taker whose number is next.
  void give(int item) {
    given_.emplace(served_++, item);
    ++counts_.delivered;
    given_out_.cancel();
  }

  const overflow policy_;
  const std::size_t bound_;
  std::deque<int> items_;
  std::uint64_t came_ = 0;   // takers
  std::uint64_t served_ = 0; // of them, in the order in which they came
  std::map<std::uint64_t, int> given_;
  asio::steady_timer given_out_; // never expires; all who wait look for their number
  tally counts_;
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
  return std::make_unique<numbered_buffer>(executor, policy, capacity);
}
