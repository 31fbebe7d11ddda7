// accept: co_spawn carries the job there and its result back; a channel for each that waits
#include "offload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class spawning_offloader final : public offloader {
public:
  spawning_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    if (running_ == threads_.count())
      co_await turn(home);
    else
      ++running_;
    const leaving later{*this};
    std::string result;
    std::exception_ptr error;
    co_await on_a_thread(work, result, error);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
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
    spawning_offloader& from;

    ~leaving() { from.next(); }
  };

  static asio::awaitable<void> compute(job& work, std::stop_source stop, std::string& result,
                                       std::exception_ptr& error) {
    try {
      result = work(stop.get_token());
    } catch (...) {
      error = std::current_exception();
    }
    co_return;
  }

  asio::awaitable<void> on_a_thread(job& work, std::string& result, std::exception_ptr& error) {
    const std::stop_source stop;
    asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.slot().is_connected())
      state.slot().assign([stop](asio::cancellation_type) mutable { stop.request_stop(); });
    // co_spawn would take the cancellation to the threads, and there it would stand in their queue.
    co_await asio::co_spawn(
        threads_.executor(), compute(work, stop, result, error),
        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
  }

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
  return std::make_unique<spawning_offloader>(on, limit);
}
