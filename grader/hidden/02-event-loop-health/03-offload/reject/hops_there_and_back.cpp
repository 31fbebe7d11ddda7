// reject: stopped failed
// One coroutine that changes its executor there and back. When it arrives there, the cancellation
// slot that it had filled before is emptied, as after every operation: on the thread, beside the
// loop.
#include "offload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class hopping_offloader final : public offloader {
public:
  hopping_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    if (running_ == threads_.count())
      co_await turn(home);
    else
      ++running_;
    const leaving later{*this};
    asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    const std::stop_source stop;
    if (state.slot().is_connected())
      state.slot().assign([stop](asio::cancellation_type) mutable { stop.request_stop(); });
    // Whoever throws on the way would be left on the thread.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::post(asio::bind_executor(threads_.executor(), asio::use_awaitable));
    std::string result;
    std::exception_ptr error;
    try {
      result = work(stop.get_token());
    } catch (...) {
      error = std::current_exception();
    }
    co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
    co_await asio::this_coro::throw_if_cancelled(true);
    if (stop.stop_requested())
      throw system_error(asio::error::operation_aborted);
    if (error)
      std::rethrow_exception(error);
    co_return result;
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    doorbell empty(home, 1);
    if (running_ != 0) {
      empty_ = &empty;
      co_await empty.async_receive(asio::use_awaitable);
    }
    threads_.join();
  }

  [[nodiscard]] std::size_t running() const override { return running_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  using doorbell = asio::experimental::channel<void(error_code)>;

  struct leaving {
    hopping_offloader& from;

    ~leaving() { from.next(); }
  };

  asio::awaitable<void> turn(asio::any_io_executor home) {
    if (line_.size() >= limit_)
      throw system_error(asio::error::try_again);
    doorbell mine(home, 1);
    line_.push_back(&mine);
    co_await mine.async_receive(asio::as_tuple(asio::use_awaitable));
    const auto place = std::find(line_.begin(), line_.end(), &mine);
    if (place != line_.end()) {
      line_.erase(place);
      throw system_error(asio::error::operation_aborted);
    }
  }

  void next() {
    if (!line_.empty()) {
      // One that was cancelled in this instant doesn't hear it; it finds itself out of the line.
      line_.front()->try_send(error_code{});
      line_.pop_front();
    } else if (--running_ == 0 && empty_ != nullptr) {
      empty_->try_send(error_code{});
    }
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t running_ = 0;
  std::deque<doorbell*> line_;
  bool closed_ = false;
  doorbell* empty_ = nullptr;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<hopping_offloader>(on, limit);
}
