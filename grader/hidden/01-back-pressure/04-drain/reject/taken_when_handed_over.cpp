// reject: sends-in-order
// a message leaves the count when it is handed to the transport, not when the transport has
// returned
#include "writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class gated_writer final : public paced_writer {
public:
  gated_writer(asio::any_io_executor executor, transport& to, watermarks marks)
      : executor_(executor),
        to_(to),
        marks_(marks),
        gate_(executor, asio::steady_timer::time_point::max()) {}

  void write(std::string message) override {
    if (failure_)
      throw system_error(failure_);
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    buffered_ += message.size();
    if (buffered_ > marks_.high)
      paused_ = true;
    messages_.push_back(std::move(message));
    if (!std::exchange(sending_, true))
      asio::co_spawn(executor_, send_all(), asio::detached);
  }

  asio::awaitable<void> drain() override {
    while (paused_ && !failure_)
      co_await wait();
    if (failure_)
      throw system_error(failure_);
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    while (sending_ && !failure_)
      co_await wait();
    if (failure_)
      throw system_error(failure_);
  }

  [[nodiscard]] std::size_t buffered() const override { return buffered_; }

private:
  asio::awaitable<void> wait() {
    error_code woken;
    co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
  }

  asio::awaitable<void> send_all() {
    try {
      while (!messages_.empty()) {
        const std::string first = std::move(messages_.front());
        messages_.pop_front();
        buffered_ -= first.size();
        co_await to_.send(first);
        if (paused_ && buffered_ <= marks_.low) {
          paused_ = false;
          gate_.cancel();
        }
      }
    } catch (const system_error& error) {
      failure_ = error.code();
      messages_.clear();
      buffered_ = 0;
    }
    sending_ = false;
    gate_.cancel();
  }

  const asio::any_io_executor executor_;
  transport& to_;
  const watermarks marks_;
  std::deque<std::string> messages_; ///< the first is being sent
  std::size_t buffered_ = 0;
  asio::steady_timer gate_;
  error_code failure_;
  bool paused_ = false;
  bool sending_ = false;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<paced_writer> make_paced_writer(asio::any_io_executor executor, transport& to,
                                                watermarks marks) {
  return std::make_unique<gated_writer>(executor, to, marks);
}

asio::awaitable<void> forward(feed& from, paced_writer& to) {
  for (;;) {
    co_await to.drain();
    std::optional<std::string> message = co_await from.next();
    if (!message)
      break;
    to.write(std::move(*message));
  }
  co_await to.close();
}
