// reject: connect-fails
// the database is down, so everybody in line is told at once, with the same error
#include "pool.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <memory>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using held_connection = std::unique_ptr<connection>;

class callback_pool final : public connection_pool {
public:
  callback_pool(asio::any_io_executor executor, database& opens, std::size_t size)
      : executor_(std::move(executor)), database_(opens), free_(size) {}

  asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) override {
    const auto mine = std::make_shared<request>(executor_, deadline);
    const auto initiate = [this, &mine](auto handler) {
      const asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) {
        asio::cancellation_slot to = slot;
        to.assign([this, one = mine.get()](asio::cancellation_type) {
          give_up(one->shared_from_this(), asio::error::operation_aborted);
        });
      }
      const auto held = std::make_shared<decltype(handler)>(std::move(handler));
      mine->done = [held, slot](std::exception_ptr error) {
        asio::cancellation_slot to = slot;
        to.clear();
        (*held)(std::move(error));
      };
      begin(mine);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        initiate, asio::use_awaitable);
    co_return lease(*this, std::move(mine->what));
  }

  void give_back(held_connection used) noexcept override {
    if (!used->broken())
      idle_.push_back(std::move(used));
    else
      ++free_;
    used.reset();
    serve();
  }

private:
  struct request : std::enable_shared_from_this<request> {
    request(asio::any_io_executor executor, std::chrono::steady_clock::time_point deadline)
        : alarm(std::move(executor), deadline) {}

    enum { waits, opens, over } state = waits;

    asio::steady_timer alarm;
    asio::cancellation_signal signal; ///< to the connect
    error_code reason;                ///< why that is cancelled
    held_connection what;
    std::function<void(std::exception_ptr)> done;
  };

  using request_ptr = std::shared_ptr<request>;

  void begin(const request_ptr& one) {
    one->alarm.async_wait([this, one](error_code stopped) {
      if (!stopped)
        give_up(one, asio::error::timed_out);
    });
    line_.push_back(one);
    serve();
  }

  void serve() {
    while (!line_.empty()) {
      while (!idle_.empty() && idle_.front()->broken()) {
        idle_.pop_front();
        ++free_;
      }
      const request_ptr first = line_.front();
      if (!idle_.empty()) {
        first->what = std::move(idle_.front());
        idle_.pop_front();
        line_.pop_front();
        finish(first, {});
      } else if (free_ > 0) {
        --free_;
        line_.pop_front();
        open(first);
      } else {
        return;
      }
    }
  }

  void open(const request_ptr& one) {
    one->state = request::opens;
    asio::co_spawn(
        executor_, database_.connect(),
        asio::bind_cancellation_slot(one->signal.slot(),
                                     [this, one](std::exception_ptr error, held_connection opened) {
                                       on_opened(one, std::move(error), std::move(opened));
                                     }));
  }

  void on_opened(const request_ptr& one, std::exception_ptr error, held_connection opened) {
    if (one->reason)
      error = std::make_exception_ptr(system_error(one->reason));
    else
      one->what = std::move(opened);
    if (error) {
      if (opened)
        idle_.push_back(std::move(opened));
      else
        ++free_;
    }
    finish(one, error);
    if (error && !one->reason) {
      for (const request_ptr& each : line_)
        finish(each, error);
      line_.clear();
    }
    serve();
  }

  void give_up(const request_ptr& one, error_code why) {
    if (one->state == request::waits) {
      line_.remove(one);
      finish(one, std::make_exception_ptr(system_error(why)));
    } else if (one->state == request::opens && !one->reason) {
      one->reason = why;
      one->signal.emit(asio::cancellation_type::terminal);
    }
  }

  /// Posted, because a handler must not be called while its operation is begun or cancelled.
  void finish(const request_ptr& one, std::exception_ptr error) {
    one->state = request::over;
    one->alarm.cancel();
    asio::post(executor_, [one, error] { std::exchange(one->done, nullptr)(error); });
  }

  const asio::any_io_executor executor_;
  database& database_;
  std::size_t free_; ///< places
  std::deque<held_connection> idle_;
  std::list<request_ptr> line_;
};

} // namespace

std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size) {
  return std::make_unique<callback_pool>(std::move(executor), opens, size);
}
