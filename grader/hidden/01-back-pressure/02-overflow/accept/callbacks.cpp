// accept: callbacks: a list of stored completion handlers, one class for each policy
#include "buffer.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <utility>

using boost::system::error_code;

namespace {

/// Takers as callbacks, and the counting; what is held and what is one too many is up to the
/// policy.
class callback_buffer : public event_buffer {
public:
  explicit callback_buffer(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  error_code offer(int item) final {
    ++counts_.offered;
    if (takers_.empty())
      return hold(item);
    deliver(std::exchange(takers_.front(), nullptr), item);
    takers_.pop_front();
    return {};
  }

  asio::awaitable<int> take() final {
    return asio::async_initiate<const asio::use_awaitable_t<>&, void(int)>(
        [this](auto handler) {
          auto kept = std::make_shared<decltype(handler)>(std::move(handler));
          auto work = asio::make_work_guard(executor_);
          std::function<void(int)> done = [kept, work](int item) {
            (std::move(*kept))(item);
          };
          if (const std::optional<int> item = due())
            deliver(std::move(done), *item);
          else
            takers_.push_back(std::move(done));
        },
        asio::use_awaitable);
  }

  [[nodiscard]] tally counts() const final { return counts_; }

protected:
  virtual error_code hold(int item) = 0;
  virtual std::optional<int> due() = 0;

  void drop() { ++counts_.dropped; }

  error_code refuse(error_code why) {
    ++counts_.refused;
    return why;
  }

private:
  void deliver(std::function<void(int)> done, int item) {
    ++counts_.delivered;
    asio::post(executor_, [done = std::move(done), item] { done(item); });
  }

  asio::any_io_executor executor_;
  std::deque<std::function<void(int)>> takers_;
  tally counts_;
};

class in_order : public callback_buffer {
public:
  in_order(asio::any_io_executor executor, std::size_t capacity)
      : callback_buffer(std::move(executor)), capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const final { return items_.size(); }

protected:
  virtual error_code one_too_many() = 0;

private:
  error_code hold(int item) final {
    if (items_.size() == capacity_)
      return one_too_many();
    items_.push_back(item);
    return {};
  }

  std::optional<int> due() final {
    if (items_.empty())
      return std::nullopt;
    const int item = items_.front();
    items_.pop_front();
    return item;
  }

  const std::size_t capacity_;
  std::deque<int> items_;
};

class then_error final : public in_order {
  using in_order::in_order;

  error_code one_too_many() override { return refuse(asio::error::no_buffer_space); }
};

class then_drop final : public in_order {
  using in_order::in_order;

  error_code one_too_many() override {
    drop();
    return {};
  }
};

class latest final : public callback_buffer {
public:
  using callback_buffer::callback_buffer;

  [[nodiscard]] std::size_t size() const override { return newest_ ? 1 : 0; }

private:
  error_code hold(int item) override {
    if (std::exchange(newest_, item))
      drop();
    return {};
  }

  std::optional<int> due() override { return std::exchange(newest_, std::nullopt); }

  std::optional<int> newest_;
};

class now_or_never final : public callback_buffer {
public:
  using callback_buffer::callback_buffer;

  [[nodiscard]] std::size_t size() const override { return 0; }

private:
  error_code hold(int) override { return refuse(asio::error::would_block); }

  std::optional<int> due() override { return std::nullopt; }
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
  switch (policy) {
  case overflow::buffer_then_error:
    return std::make_unique<then_error>(std::move(executor), capacity);
  case overflow::drop_newest:
    return std::make_unique<then_drop>(std::move(executor), capacity);
  case overflow::keep_latest:
    return std::make_unique<latest>(std::move(executor));
  case overflow::fail_fast:
    return std::make_unique<now_or_never>(std::move(executor));
  }
  return nullptr;
}
