// accept: stop joins the task first and makes the last call itself, in its own coroutine
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
      : store_(store),
        interval_(interval),
        on_error_(std::move(on_error)),

        pause_(executor),
        end_(executor, asio::steady_timer::time_point::max()) {
    asio::co_spawn(executor, regularly(),
                   asio::bind_cancellation_slot(cancel_.slot(), [this](const std::exception_ptr&) {
                     joined_ = true;
                     end_.cancel();
                   }));
  }

  bool visit(const std::string& link) override {
    if (!stopping_)
      ++visits_[link];
    return !stopping_;
  }

  asio::awaitable<void> stop() override {
    stopping_ = true;
    pause_.cancel();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!joined_) {
      const bool hurry = co_await cancelled();
      if (hurry)
        cancel_.emit(asio::cancellation_type::terminal);
      co_await end_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    const bool given_up = co_await cancelled();
    if (given_up && !visits_.empty())
      throw boost::system::system_error(asio::error::operation_aborted);
    std::exception_ptr error;
    if (!visits_.empty())
      error = co_await write();
    const bool cut_short = co_await cancelled();
    if (error && cut_short)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (error) {
      on_error_(error);
      std::rethrow_exception(error);
    }
  }

private:
  static asio::awaitable<bool> cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
  }

  asio::awaitable<void> regularly() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping_) {
      pause_.expires_after(interval_);
      co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (stopping_ || visits_.empty())
        continue;
      const std::exception_ptr error = co_await write();
      if (error)
        on_error_(error);
    }
  }

  asio::awaitable<std::exception_ptr> write() {
    visit_counts batch;
    batch.swap(visits_);
    std::exception_ptr error;
    try {
      co_await store_.add(batch);
    } catch (...) {
      error = std::current_exception();
    }
    if (error) {
      batch.merge(visits_);
      for (const auto& [link, count] : visits_)
        batch[link] += count;
      visits_ = std::move(batch);
    }
    co_return error;
  }

  visit_store& store_;
  std::chrono::nanoseconds interval_;
  error_handler on_error_;

  asio::steady_timer pause_;
  asio::steady_timer end_;
  bool joined_ = false;
  asio::cancellation_signal cancel_;
  visit_counts visits_;
  bool stopping_ = false;
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(std::move(executor), store, interval,
                                              std::move(on_error));
}
