// reject: failure
// the two lists of waiters: the failure path tells one of them
#include "writer.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Those who wait for something. Each is told exactly once, by tell_all or by its cancellation.
class waiting_room {
public:
  explicit waiting_room(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  auto enter() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
        [this](auto handler) { admit(std::move(handler)); }, asio::use_awaitable);
  }

  void tell_all(error_code why = {}) {
    for (const auto& one : std::exchange(inside_, {}))
      tell(executor_, *one, why);
  }

private:
  struct waiter {
    std::function<void(error_code)> told;
  };

  template <typename Handler>
  void admit(Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    const auto keep = std::make_shared<Handler>(std::move(handler));
    const auto one = std::make_shared<waiter>();
    one->told = [keep](error_code why) {
      std::move (*keep)(why);
    };
    inside_.push_back(one);
    if (slot.is_connected())
      slot.assign([executor = executor_, weak = std::weak_ptr(one)](asio::cancellation_type) {
        if (const auto still = weak.lock())
          tell(executor, *still, asio::error::operation_aborted);
      });
  }

  static void tell(const asio::any_io_executor& executor, waiter& one, error_code why) {
    if (one.told)
      asio::post(executor, [told = std::exchange(one.told, nullptr), why] { told(why); });
  }

  asio::any_io_executor executor_;
  std::vector<std::shared_ptr<waiter>> inside_;
};

class listing_writer final : public paced_writer {
public:
  listing_writer(asio::any_io_executor executor, transport& to, watermarks marks)
      : executor_(executor), to_(to), marks_(marks), for_room_(executor), for_end_(executor) {}

  void write(std::string message) override {
    if (failure_)
      throw system_error(failure_);
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    level_ += message.size();
    paused_ = paused_ || level_ > marks_.high;
    line_.push(std::move(message));
    if (line_.size() == 1)
      send_first();
  }

  asio::awaitable<void> drain() override {
    for (;;) {
      if (failure_)
        throw system_error(failure_);
      if (!paused_)
        co_return;
      co_await for_room_.enter();
    }
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    if (!failure_ && !line_.empty())
      co_await for_end_.enter();
    if (failure_)
      throw system_error(failure_);
  }

  [[nodiscard]] std::size_t buffered() const override { return level_; }

private:
  void send_first() {
    asio::co_spawn(executor_, to_.send(line_.front()),
                   [this](std::exception_ptr error) { sent(std::move(error)); });
  }

  void sent(std::exception_ptr error) {
    if (error)
      return fail(std::move(error));
    level_ -= line_.front().size();
    line_.pop();
    if (!line_.empty())
      send_first();
    if (level_ <= marks_.low && std::exchange(paused_, false))
      for_room_.tell_all();
    if (line_.empty())
      for_end_.tell_all();
  }

  void fail(std::exception_ptr error) {
    try {
      std::rethrow_exception(std::move(error));
    } catch (const system_error& why) {
      failure_ = why.code();
    }
    line_ = {};
    level_ = 0;
    for_room_.tell_all(failure_);
  }

  asio::any_io_executor executor_;
  transport& to_;
  watermarks marks_;
  std::queue<std::string> line_; ///< the first is being sent
  std::size_t level_ = 0;
  bool paused_ = false;
  bool closed_ = false;
  error_code failure_;
  waiting_room for_room_;
  waiting_room for_end_;
};

} // namespace

std::unique_ptr<paced_writer> make_paced_writer(asio::any_io_executor executor, transport& to,
                                                watermarks marks) {
  return std::make_unique<listing_writer>(executor, to, marks);
}

asio::awaitable<void> forward(feed& from, paced_writer& to) {
  co_await to.drain();
  while (std::optional<std::string> message = co_await from.next()) {
    co_await to.drain(); // somebody else may have written in the meantime
    to.write(std::move(*message));
    co_await to.drain();
  }
  co_await to.close();
}
