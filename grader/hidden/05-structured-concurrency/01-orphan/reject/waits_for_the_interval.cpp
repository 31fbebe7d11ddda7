// reject: stop-flushes
// stop waits until the task comes by
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

/// Counts in a map, and owns a task that takes what is in it to the store every `interval`. `stop`
/// is where the task ends: it asks for that, and waits for it.
class background_counter final : public visit_counter {
public:
  background_counter(const asio::any_io_executor& executor, visit_store& store,
                     std::chrono::nanoseconds interval, error_handler on_error)
      : store_(store),
        interval_(interval),
        on_error_(std::move(on_error)),
        pause_(executor),
        end_of_task_(executor, asio::steady_timer::time_point::max()) {
    asio::co_spawn(executor, store_regularly(),
                   asio::bind_cancellation_slot(give_up_.slot(), [this](std::exception_ptr error) {
                     last_error_ = std::move(error);
                     ended_ = true;
                     end_of_task_.cancel();
                   }));
  }

  bool visit(const std::string& link) override {
    if (stopping_)
      return false;
    ++visits_[link];
    return true;
  }

  asio::awaitable<void> stop() override {
    stopping_ = true;
    co_await asio::this_coro::throw_if_cancelled(false); // the task's end is awaited in any case
    while (!ended_) {
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none && !std::exchange(given_up_, true))
        give_up_.emit(asio::cancellation_type::terminal);
      co_await end_of_task_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (given_up_)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (last_error_)
      std::rethrow_exception(last_error_);
  }

private:
  asio::awaitable<void> store_regularly() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping_) {
      pause_.expires_after(interval_);
      co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (stopping_)
        break;
      try {
        co_await store_what_there_is();
      } catch (...) {
        on_error_(std::current_exception());
      }
    }
    if (given_up_)
      co_return;
    try {
      co_await store_what_there_is();
    } catch (...) {
      if (!given_up_)
        on_error_(std::current_exception());
      throw;
    }
  }

  /// If it throws, the visits are among those to be stored again.
  asio::awaitable<void> store_what_there_is() {
    const visit_counts batch = std::exchange(visits_, {});
    if (batch.empty())
      co_return;
    try {
      co_await store_.add(batch);
    } catch (...) {
      for (const auto& [link, count] : batch)
        visits_[link] += count;
      throw;
    }
  }

  visit_store& store_;
  const std::chrono::nanoseconds interval_;
  const error_handler on_error_;
  visit_counts visits_;
  bool stopping_ = false; ///< the task is to end
  bool given_up_ = false; ///< at once
  bool ended_ = false;    ///< it has
  std::exception_ptr last_error_;
  asio::cancellation_signal give_up_;
  asio::steady_timer pause_;
  asio::steady_timer end_of_task_; ///< cancelled by the task's end
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(executor, store, interval, std::move(on_error));
}
