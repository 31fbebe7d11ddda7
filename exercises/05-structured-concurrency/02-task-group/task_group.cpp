#include "task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <list>

namespace {

asio::awaitable<void> run(child work) {
  co_await work();
}

/// What children and group share: a child that is late finds it in any case.
struct shared_state {
  explicit shared_state(asio::any_io_executor executor)
      : finished(std::move(executor), asio::steady_timer::time_point::max()) {}

  asio::steady_timer finished; ///< cancelled when there is nothing to wait for any more
  std::list<asio::cancellation_signal> signals;
  std::size_t running = 0;
  std::exception_ptr error; ///< the first
};

class nursery final : public task_group {
public:
  explicit nursery(asio::any_io_executor executor)
      : executor_(executor), state_(std::make_shared<shared_state>(std::move(executor))) {}

  bool start(child work) override {
    ++state_->running;
    asio::cancellation_signal& signal = state_->signals.emplace_back();
    asio::co_spawn(executor_, run(std::move(work)),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [state = state_](const std::exception_ptr& error) {
                                                  --state->running;
                                                  if (error && !state->error)
                                                    state->error = error;
                                                  if (error || state->running == 0)
                                                    state->finished.cancel();
                                                }));
    return true;
  }

  asio::awaitable<void> join() override {
    if (state_->running != 0 && !state_->error) {
      boost::system::error_code ignored;
      co_await state_->finished.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (state_->error) {
      cancel();
      throw group_error({state_->error});
    }
  }

  void cancel() override {
    for (asio::cancellation_signal& one : state_->signals)
      one.emit(asio::cancellation_type::terminal);
  }

private:
  const asio::any_io_executor executor_;
  const std::shared_ptr<shared_state> state_;
};

} // namespace

std::unique_ptr<task_group> make_task_group(asio::any_io_executor executor) {
  return std::make_unique<nursery>(std::move(executor));
}
