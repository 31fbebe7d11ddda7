// reject: sends-in-order
// an empty message need not be sent
#include "writer.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Whoever waits here waits for a state of the writer, not for a message: everybody is woken
/// whenever something may have changed, looks for himself, and waits again if it was not for him.
class gated_writer final : public paced_writer {
public:
  gated_writer(asio::any_io_executor executor, transport& to, watermarks marks)
      : executor_(executor),
        to_(to),
        marks_(marks),
        changed_(executor, asio::steady_timer::time_point::max()) {}

  void write(std::string message) override {
    if (failure_)
      throw system_error(failure_);
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (message.empty())
      return;
    buffered_ += message.size();
    if (buffered_ > marks_.high)
      paused_ = true;
    messages_.push_back(std::move(message));
    if (!std::exchange(sending_, true))
      asio::co_spawn(executor_, send_all(), asio::detached);
  }

  asio::awaitable<void> drain() override {
    while (paused_)
      co_await change();
    if (failure_)
      throw system_error(failure_);
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    while (!messages_.empty())
      co_await change();
    if (failure_)
      throw system_error(failure_);
  }

  [[nodiscard]] std::size_t buffered() const override { return buffered_; }

private:
  /// The timer never expires; cancelling it is the wake-up call. To it a caller who has been
  /// cancelled looks the same, so that one is told apart here.
  asio::awaitable<void> change() {
    error_code woken;
    co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
  }

  asio::awaitable<void> send_all() {
    try {
      while (!messages_.empty()) {
        co_await to_.send(messages_.front());
        sent();
      }
    } catch (const system_error& error) {
      fail(error.code());
    }
    sending_ = false;
  }

  void sent() {
    buffered_ -= messages_.front().size();
    messages_.pop_front();
    if (buffered_ <= marks_.low)
      paused_ = false;
    changed_.cancel();
  }

  /// What could not be sent is lost. Nobody waits for it any longer.
  void fail(error_code why) {
    failure_ = why;
    messages_.clear();
    buffered_ = 0;
    paused_ = false;
    changed_.cancel();
  }

  const asio::any_io_executor executor_;
  transport& to_;
  const watermarks marks_;
  std::deque<std::string> messages_; ///< the first is being sent
  std::size_t buffered_ = 0;
  asio::steady_timer changed_;
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
  while (std::optional<std::string> message = co_await from.next()) {
    to.write(std::move(*message));
    co_await to.drain();
  }
  co_await to.close();
}
