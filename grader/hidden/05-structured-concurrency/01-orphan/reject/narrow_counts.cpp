// reject: errors-are-seen
// what is put back goes through a narrow integer
#include "orphan.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace {

class background_counter final : public visit_counter {
public:
  background_counter(asio::any_io_executor executor, visit_store& store,
                     std::chrono::nanoseconds interval, error_handler on_error)
      : store_(store),
        interval_(interval),
        on_error_(std::move(on_error)),
        timer_(executor),
        bell_(executor, asio::steady_timer::time_point::max()) {
    asio::co_spawn(executor, run(),
                   asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr) {
                     done_ = true;
                     bell_.cancel();
                   }));
  }

  bool visit(const std::string& link) override {
    if (stopping_)
      return false;
    ++visits_[link];
    return true;
  }

  asio::awaitable<void> stop() override {
    co_await asio::this_coro::throw_if_cancelled(false);
    stopping_ = true;
    timer_.cancel();
    const auto state = co_await asio::this_coro::cancellation_state;
    while (!done_) {
      if (!cancelled_ && state.cancelled() != asio::cancellation_type::none) {
        cancelled_ = true;
        signal_.emit(asio::cancellation_type::terminal);
        continue;
      }
      co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (cancelled_)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (last_)
      std::rethrow_exception(last_);
  }

private:
  asio::awaitable<void> run() {
    while (!stopping_) {
      timer_.expires_after(interval_);
      try {
        co_await timer_.async_wait(asio::use_awaitable);
      } catch (const boost::system::system_error&) {
      }
      if (stopping_)
        break;
      if (!visits_.empty())
        co_await flush();
    }
    last_ = nullptr;
    if (!cancelled_ && !visits_.empty())
      co_await flush();
  }

  asio::awaitable<void> flush() {
    batch_ = std::exchange(visits_, {});
    std::exception_ptr error;
    try {
      co_await store_.add(batch_);
    } catch (...) {
      error = std::current_exception();
    }
    if (error) {
      for (const auto& [link, count] : batch_)
        visits_[link] += static_cast<std::uint8_t>(count);
      last_ = error;
      on_error_(error);
    }
    batch_.clear();
  }

  visit_store& store_;
  const std::chrono::nanoseconds interval_;
  const error_handler on_error_;
  asio::steady_timer timer_;
  asio::steady_timer bell_;
  asio::cancellation_signal signal_;
  visit_counts visits_;
  visit_counts batch_;
  std::exception_ptr last_;
  bool stopping_ = false;
  bool cancelled_ = false;
  bool done_ = false;
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(std::move(executor), store, interval,
                                              std::move(on_error));
}
