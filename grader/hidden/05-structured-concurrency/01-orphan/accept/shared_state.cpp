// accept: shared state: the task holds what it works on, the counter is a handle
#include "orphan.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace {

struct shared_state {
  shared_state(const asio::any_io_executor& executor, visit_store& its_store,
               std::chrono::nanoseconds its_interval, error_handler its_handler)
      : store(its_store),
        interval(its_interval),
        on_error(std::move(its_handler)),
        pause(executor),
        over(executor, asio::steady_timer::time_point::max()) {}

  void fold_back() {
    for (const auto& [link, count] : moving)
      visits[link] += count;
    moving.clear();
  }

  visit_store& store;
  std::chrono::nanoseconds interval;
  error_handler on_error;
  asio::steady_timer pause;
  asio::steady_timer over;
  visit_counts visits;
  visit_counts moving;
  bool closing = false;
  bool hurry = false;
  bool finished = false;
  std::exception_ptr failure;
};

using state_ptr = std::shared_ptr<shared_state>;

/// One attempt; null when it went well or there was nothing to do.
asio::awaitable<std::exception_ptr> attempt(state_ptr state) {
  state->moving.swap(state->visits);
  std::exception_ptr failure;
  try {
    if (!state->moving.empty())
      co_await state->store.add(state->moving);
    state->moving.clear();
  } catch (...) {
    failure = std::current_exception();
    state->fold_back();
  }
  if (failure && !state->hurry)
    state->on_error(failure);
  co_return failure;
}

asio::awaitable<void> keep_storing(state_ptr state) {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (bool last = false; !last && !state->hurry;) {
    if (!state->closing) {
      state->pause.expires_after(state->interval);
      co_await state->pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    last = state->closing;
    if (!state->hurry)
      state->failure = co_await attempt(state);
  }
}

class background_counter final : public visit_counter {
public:
  background_counter(asio::any_io_executor executor, visit_store& store,
                     std::chrono::nanoseconds interval, error_handler on_error)
      : state_(std::make_shared<shared_state>(executor, store, interval, std::move(on_error))) {
    asio::co_spawn(
        executor, keep_storing(state_),
        asio::bind_cancellation_slot(signal_.slot(), [state = state_](const std::exception_ptr&) {
          state->finished = true;
          state->over.cancel();
        }));
  }

  bool visit(const std::string& link) override {
    if (state_->closing)
      return false;
    state_->visits[link]++;
    return true;
  }

  asio::awaitable<void> stop() override {
    state_->closing = true;
    state_->pause.cancel();
    if (!state_->finished) {
      const auto given_up = co_await wait_to_the_end();
      if (given_up)
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (state_->failure)
      std::rethrow_exception(state_->failure);
  }

private:
  asio::awaitable<bool> wait_to_the_end() {
    boost::system::error_code error;
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto at_first = co_await asio::this_coro::cancellation_state;
    if (at_first.cancelled() == asio::cancellation_type::none)
      co_await state_->over.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (state_->finished)
      co_return false;
    state_->hurry = true;
    signal_.emit(asio::cancellation_type::terminal);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!state_->finished)
      co_await state_->over.async_wait(asio::redirect_error(asio::use_awaitable, error));
    co_return true;
  }

  state_ptr state_;
  asio::cancellation_signal signal_;
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(std::move(executor), store, interval,
                                              std::move(on_error));
}
