// accept: callbacks: no loop; a timer is armed by the first visit, each write is a task with a
// handler
#include "orphan.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
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
      : executor_(std::move(executor)),
        store_(store),
        interval_(interval),
        on_error_(std::move(on_error)),
        pause_(executor_),
        idle_(executor_, asio::steady_timer::time_point::max()) {}

  bool visit(const std::string& link) override {
    if (stopping_)
      return false;
    ++waiting_[link];
    arm();
    return true;
  }

  asio::awaitable<void> stop() override {
    co_await asio::this_coro::throw_if_cancelled(false);
    stopping_ = true;
    if (now_ == state::pausing && !waiting_.empty()) {
      pause_.cancel(); // its handler finds another state, and does nothing
      write();
    } else if (now_ == state::pausing) {
      pause_.cancel();
      now_ = state::idle;
    }
    while (now_ != state::idle || handlers_ != 0) {
      const auto cancellation = co_await asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != asio::cancellation_type::none && !given_up_) {
        given_up_ = true;
        cancel_write_.emit(asio::cancellation_type::terminal);
      }
      co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (given_up_)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (last_)
      std::rethrow_exception(last_);
  }

private:
  enum class state { idle, pausing, writing };

  void arm() {
    if (now_ != state::idle)
      return;
    now_ = state::pausing;
    ++handlers_;
    pause_.expires_after(interval_);
    pause_.async_wait([this](boost::system::error_code error) {
      --handlers_;
      if (!error && now_ == state::pausing && !stopping_)
        write();
      idle_.cancel();
    });
  }

  void write() {
    now_ = state::writing;
    last_one_ = stopping_;
    ++handlers_;
    under_way_ = std::exchange(waiting_, {});
    asio::co_spawn(
        executor_, [this]() -> asio::awaitable<void> { return call(); },
        asio::bind_cancellation_slot(cancel_write_.slot(), [this](std::exception_ptr error) {
          --handlers_;
          wrote(std::move(error));
        }));
  }

  asio::awaitable<void> call() { co_await store_.add(under_way_); }

  void wrote(std::exception_ptr error) {
    if (error) {
      for (const auto& [link, count] : under_way_)
        waiting_[link] += count;
      if (!given_up_)
        on_error_(error);
    }
    now_ = state::idle;
    if (!stopping_ && !waiting_.empty())
      arm();
    else if (stopping_ && !last_one_ && !given_up_ && !waiting_.empty())
      write();
    else
      last_ = error;
    idle_.cancel();
  }

  asio::any_io_executor executor_;
  visit_store& store_;
  std::chrono::nanoseconds interval_;
  error_handler on_error_;
  asio::steady_timer pause_;
  asio::steady_timer idle_;
  asio::cancellation_signal cancel_write_;
  state now_ = state::idle;
  int handlers_ = 0;
  visit_counts waiting_;
  visit_counts under_way_;
  bool stopping_ = false;
  bool last_one_ = false;
  bool given_up_ = false;
  std::exception_ptr last_;
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(std::move(executor), store, interval,
                                              std::move(on_error));
}
