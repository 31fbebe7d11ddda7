// accept: one channel: capacity, 1 or 0 by policy; try_send and try_receive do the rest
#include "buffer.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>

using boost::system::error_code;

namespace {

std::size_t bound(overflow policy, std::size_t capacity) {
  if (policy == overflow::keep_latest)
    return 1;
  if (policy == overflow::fail_fast)
    return 0;
  return capacity;
}

class channel_buffer final : public event_buffer {
public:
  channel_buffer(asio::any_io_executor executor, overflow policy, std::size_t capacity)
      : policy_(policy), channel_(executor, bound(policy, capacity)) {}

  error_code offer(int item) override {
    ++counts_.offered;
    if (sent(item))
      return {};
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
      if (channel_.try_receive([](error_code, int) {})) {
        --held_;
        ++counts_.dropped;
      }
      sent(item);
      return {};
    }
    return {};
  }

  asio::awaitable<int> take() override {
    if (held_ != 0) {
      --held_;
      ++counts_.delivered;
    } else {
      ++waiting_;
    }
    const int item = co_await channel_.async_receive(asio::use_awaitable_t<>{});
    co_return item;
  }

  [[nodiscard]] std::size_t size() const override { return held_; }

  [[nodiscard]] tally counts() const override { return counts_; }

private:
  bool sent(int item) {
    if (!channel_.try_send(error_code{}, item))
      return false;
    if (waiting_ != 0) { // the channel gave it to the first who waits
      --waiting_;
      ++counts_.delivered;
    } else {
      ++held_;
    }
    return true;
  }

  const overflow policy_;
  asio::experimental::channel<void(error_code, int)> channel_;
  std::size_t held_ = 0;
  std::size_t waiting_ = 0; // takers in the channel
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
  return std::make_unique<channel_buffer>(executor, policy, capacity);
}
