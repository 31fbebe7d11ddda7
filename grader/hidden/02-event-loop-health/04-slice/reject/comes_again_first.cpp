// reject: others-turn
// makes sure that it comes again before it begins: so it stands in front of all that the slice
// itself makes ready
#include "slice.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <utility>

using std::chrono::steady_clock;

namespace {

struct sweep : std::enable_shared_from_this<sweep> {
  sweep(asio::any_io_executor on, backlog& all, std::chrono::nanoseconds time)
      : executor(std::move(on)), items(&all), slice(time) {}

  void turn() {
    if (!done)
      return;
    asio::post(executor, [self = shared_from_this()] { self->turn(); });
    if (cancelled) {
      end(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
      return;
    }
    const auto begun = steady_clock::now();
    try {
      while (!items->empty()) {
        items->do_next();
        if (steady_clock::now() - begun >= slice)
          break;
      }
    } catch (...) {
      end(std::current_exception());
      return;
    }
    if (items->empty())
      end({});
  }

  void end(std::exception_ptr how) {
    const auto told = std::move(done);
    done = {};
    told(std::move(how));
  }

  asio::any_io_executor executor;
  backlog* items;
  std::chrono::nanoseconds slice;
  bool cancelled = false;
  std::function<void(std::exception_ptr)> done;
};

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const auto running = std::make_shared<sweep>(co_await asio::this_coro::executor, items, slice);
  const auto initiate = [&running](auto handler) {
    asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
      slot.assign([&running](asio::cancellation_type) { running->cancelled = true; });
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    running->done = [held, slot](std::exception_ptr how) mutable {
      slot.clear();
      (*held)(std::move(how));
    };
    asio::post(running->executor, [self = running] { self->turn(); });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      initiate, asio::use_awaitable);
}
