// accept: callbacks: an object that posts itself until nothing is left, and hears of a cancellation
// by its slot
#include "slice.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
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

class sweep : public std::enable_shared_from_this<sweep> {
public:
  using done_handler = std::function<void(std::exception_ptr)>;

  sweep(asio::any_io_executor executor, backlog& items, std::chrono::nanoseconds slice)
      : executor_(std::move(executor)), items_(&items), slice_(slice) {}

  void start(done_handler done) {
    done_ = std::move(done);
    come_again();
  }

  void cancel() { cancelled_ = true; }

private:
  void come_again() {
    asio::post(executor_, [self = shared_from_this()] { self->turn(); });
  }

  void turn() {
    if (cancelled_) {
      end(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
      return;
    }
    const auto begun = steady_clock::now();
    try {
      for (auto lasted = std::chrono::nanoseconds(0); lasted < slice_ && !items_->empty();
           lasted = steady_clock::now() - begun)
        items_->do_next();
    } catch (...) {
      end(std::current_exception());
      return;
    }
    if (items_->empty())
      end({});
    else
      come_again();
  }

  void end(std::exception_ptr how) {
    const done_handler done = std::move(done_);
    done(std::move(how));
  }

  asio::any_io_executor executor_;
  backlog* items_;
  std::chrono::nanoseconds slice_;
  bool cancelled_ = false;
  done_handler done_;
};

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const auto running = std::make_shared<sweep>(co_await asio::this_coro::executor, items, slice);
  const auto initiate = [&running](auto handler) {
    asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
      slot.assign([&running](asio::cancellation_type) { running->cancel(); });
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    running->start([held, slot](std::exception_ptr how) mutable {
      slot.clear();
      (*held)(std::move(how));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      initiate, asio::use_awaitable);
}
