// reject: join-waits
// The function is kept as long as the child, but it is a copy that is called, and that is gone.
#include "task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>

using boost::system::error_code;
using boost::system::system_error;

namespace {

asio::awaitable<void> begin(child work) {
  return work();
}

/// The function lives in this frame, and so as long as the child. It is not called inside `start`:
/// a child that cancels its group before its first wait would throw out of there.
asio::awaitable<void> run(child work) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  asio::awaitable<void> running = begin(work);
  co_await std::move(running);
}

bool is_abort(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const system_error& thrown) {
    return thrown.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

/// Nobody is started once it is closed, and closing it cancels everybody: so whoever ends after
/// that has been cancelled.
class scope final : public task_group {
public:
  explicit scope(asio::any_io_executor executor)
      : executor_(executor), empty_(std::move(executor), asio::steady_timer::time_point::max()) {}

  bool start(child work) override {
    if (closed_)
      return false;
    const auto self = children_.emplace(children_.end());
    asio::co_spawn(
        executor_, run(std::move(work)),
        asio::bind_cancellation_slot(self->slot(), [this, self](std::exception_ptr error) {
          ended(self, std::move(error));
        }));
    return true;
  }

  asio::awaitable<void> join() override {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false); // it has to wait on when it is cancelled
    bool cancelled = false;
    while (!children_.empty()) {
      error_code ignored;
      co_await empty_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
      cancelled = state.cancelled() != asio::cancellation_type::none;
      if (cancelled)
        cancel();
    }
    closed_ = true;
    co_await asio::this_coro::throw_if_cancelled(throws);
    report(cancelled);
  }

  void cancel() override {
    if (closed_)
      return;
    closed_ = true;
    for (asio::cancellation_signal& one : children_)
      one.emit(asio::cancellation_type::terminal);
  }

private:
  void ended(std::list<asio::cancellation_signal>::iterator self, std::exception_ptr error) {
    children_.erase(self);
    if (error && !(closed_ && is_abort(error))) {
      errors_.push_back(std::move(error));
      cancel();
    }
    if (children_.empty())
      empty_.cancel();
  }

  void report(bool cancelled) {
    const system_error aborted(asio::error::operation_aborted);
    if (errors_.empty() && cancelled)
      throw aborted;
    if (cancelled)
      errors_.push_back(std::make_exception_ptr(aborted));
    if (!errors_.empty())
      throw group_error(std::move(errors_));
  }

  const asio::any_io_executor executor_;
  asio::steady_timer empty_; ///< wakes `join`
  std::list<asio::cancellation_signal> children_;
  std::vector<std::exception_ptr> errors_;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<task_group> make_task_group(asio::any_io_executor executor) {
  return std::make_unique<scope>(std::move(executor));
}
