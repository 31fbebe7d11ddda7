// accept: coroutines throughout: a child's frame knows whether it was cancelled, and leaves by
// itself
#include "task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>

namespace {

using boost::system::error_code;
using boost::system::system_error;
using bell = asio::experimental::channel<void(error_code)>;

struct seat {
  asio::cancellation_signal signal;
  bool gone = false;
};

struct house {
  explicit house(const asio::any_io_executor& executor) : empty(executor, 1) {}

  void close() {
    if (std::exchange(closed, true))
      return;
    for (seat& one : seats)
      if (!one.gone)
        one.signal.emit(asio::cancellation_type::terminal);
  }

  bell empty;
  std::deque<seat> seats;
  std::size_t inside = 0;
  bool closed = false;
  std::vector<std::exception_ptr> errors;
};

asio::awaitable<void> live(std::shared_ptr<house> in, child work) {
  const asio::cancellation_state mine = co_await asio::this_coro::cancellation_state;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::exception_ptr error;
  bool aborted = false;
  try {
    co_await asio::post(executor, asio::use_awaitable);
    co_await work();
  } catch (const system_error& e) {
    error = std::current_exception();
    aborted = e.code() == asio::error::operation_aborted;
  } catch (...) {
    error = std::current_exception();
  }
  if (!error || (aborted && mine.cancelled() != asio::cancellation_type::none))
    co_return;
  in->errors.push_back(error);
  in->close();
}

class coroutine_group final : public task_group {
public:
  explicit coroutine_group(asio::any_io_executor executor)
      : executor_(std::move(executor)), in_(std::make_shared<house>(executor_)) {}

  bool start(child work) override {
    if (in_->closed)
      return false;
    seat& mine = in_->seats.emplace_back();
    ++in_->inside;
    asio::co_spawn(executor_, live(in_, std::move(work)),
                   asio::bind_cancellation_slot(mine.signal.slot(),
                                                [in = in_, &mine](const std::exception_ptr&) {
                                                  mine.gone = true;
                                                  if (--in->inside == 0)
                                                    in->empty.try_send(error_code());
                                                }));
    return true;
  }

  asio::awaitable<void> join() override {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state mine = co_await asio::this_coro::cancellation_state;
    const auto in = in_;
    while (in->inside != 0 && mine.cancelled() == asio::cancellation_type::none) {
      error_code ignored;
      co_await in->empty.async_receive(asio::redirect_error(asio::use_awaitable, ignored));
    }
    const bool cancelled = mine.cancelled() != asio::cancellation_type::none;
    in->close();
    if (cancelled)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (in->inside != 0) {
      error_code ignored;
      co_await in->empty.async_receive(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (cancelled && in->errors.empty())
      throw system_error(asio::error::operation_aborted);
    if (cancelled)
      in->errors.push_back(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
    if (!in->errors.empty())
      throw group_error(in->errors);
  }

  void cancel() override { in_->close(); }

private:
  const asio::any_io_executor executor_;
  const std::shared_ptr<house> in_;
};

} // namespace

std::unique_ptr<task_group> make_task_group(asio::any_io_executor executor) {
  return std::make_unique<coroutine_group>(std::move(executor));
}
