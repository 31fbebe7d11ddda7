// accept: completion handlers and a waiter that is a handler itself; state is shared, nothing waits
// on a timer
#include "task_group.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <map>

namespace {

struct core : std::enable_shared_from_this<core> {
  explicit core(asio::any_io_executor on) : executor(std::move(on)) {}

  void close() {
    if (!open)
      return;
    open = false;
    for (auto& [number, signal] : running)
      signal->emit(asio::cancellation_type::terminal);
  }

  void ended(std::uint64_t number, const std::exception_ptr& error) {
    const auto keep = running.extract(number);
    if (error && (open || !is_abort(error)))
      errors.push_back(error);
    if (error && open)
      close();
    if (running.empty())
      tell();
  }

  void tell() {
    if (waiter)
      asio::post(executor, [self = shared_from_this()] {
        if (self->running.empty() && self->waiter)
          std::exchange(self->waiter, nullptr)();
      });
  }

  static bool is_abort(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
      return e.code() == asio::error::operation_aborted;
    } catch (...) {
      return false;
    }
  }

  std::exception_ptr result() {
    const auto aborted =
        std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
    if (errors.empty())
      return join_cancelled ? aborted : nullptr;
    if (join_cancelled)
      errors.push_back(aborted);
    return std::make_exception_ptr(group_error(std::move(errors)));
  }

  asio::any_io_executor executor;
  std::map<std::uint64_t, std::shared_ptr<asio::cancellation_signal>> running;
  std::vector<std::exception_ptr> errors;
  std::function<void()> waiter;
  std::uint64_t last = 0;
  bool open = true;
  bool join_cancelled = false;
};

class callback_group final : public task_group {
public:
  explicit callback_group(asio::any_io_executor executor)
      : core_(std::make_shared<core>(std::move(executor))) {}

  bool start(child work) override {
    if (!core_->open)
      return false;
    const std::uint64_t number = ++core_->last;
    const auto signal = std::make_shared<asio::cancellation_signal>();
    core_->running[number] = signal;
    asio::co_spawn(
        core_->executor,
        [work = std::move(work)]() -> asio::awaitable<void> {
          const asio::any_io_executor executor = co_await asio::this_coro::executor;
          co_await asio::post(executor, asio::use_awaitable);
          co_await work();
        },
        asio::bind_cancellation_slot(
            signal->slot(), [shared = core_, number, signal](const std::exception_ptr& error) {
              shared->ended(number, error);
            }));
    return true;
  }

  asio::awaitable<void> join() override {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        [shared = core_](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(shared)](asio::cancellation_type) {
              if (const auto group = weak.lock()) {
                group->join_cancelled = true;
                group->close();
              }
            });
          const auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          shared->waiter = [shared, slot, keep]() mutable {
            slot.clear();
            shared->open = false;
            std::move (*keep)(shared->result());
          };
          if (shared->running.empty())
            shared->tell();
        },
        asio::use_awaitable);
  }

  void cancel() override { core_->close(); }

private:
  const std::shared_ptr<core> core_;
};

} // namespace

std::unique_ptr<task_group> make_task_group(asio::any_io_executor executor) {
  return std::make_unique<callback_group>(std::move(executor));
}
