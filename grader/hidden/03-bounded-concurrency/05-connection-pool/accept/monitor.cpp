// accept: a monitor: whoever is first in line looks again whenever something has changed
#include "pool.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <list>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class monitor_pool final : public connection_pool {
public:
  monitor_pool(asio::any_io_executor executor, database& opens, std::size_t size)
      : executor_(std::move(executor)), database_(opens), size_(size) {}

  asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) override {
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
    asio::steady_timer alarm(executor_, deadline);
    {
      const place_in_line mine(*this, alarm);
      while (!mine.is_first() || !something_is_free()) {
        error_code woken;
        co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (cancellation.cancelled() != asio::cancellation_type::none)
          throw system_error(asio::error::operation_aborted);
        if (!woken && (!mine.is_first() || !something_is_free()))
          throw system_error(asio::error::timed_out);
      }
      if (!idle_.empty()) {
        auto ready = std::move(idle_.front());
        idle_.pop_front();
        ++lent_;
        co_return lease(*this, std::move(ready));
      }
      ++opening_;
    }

    const auto one = std::make_shared<opening>();
    asio::co_spawn(executor_, database_.connect(),
                   asio::bind_cancellation_slot(
                       one->signal.slot(),
                       [one, &alarm](std::exception_ptr error, std::unique_ptr<connection> opened) {
                         one->done = true;
                         one->failure = std::move(error);
                         one->opened = std::move(opened);
                         alarm.cancel();
                       }));
    error_code reason;
    while (!one->done) {
      error_code woken;
      co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (one->done || reason)
        continue;
      if (cancellation.cancelled() != asio::cancellation_type::none)
        reason = asio::error::operation_aborted;
      else if (!woken)
        reason = asio::error::timed_out;
      else
        continue;
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      alarm.expires_at(asio::steady_timer::time_point::max());
      one->signal.emit(asio::cancellation_type::terminal);
    }
    --opening_;
    if (one->opened) {
      ++lent_;
      lease what(*this, std::move(one->opened));
      if (reason)
        throw system_error(reason); // and the lease goes back
      co_return what;
    }
    changed();
    if (reason)
      throw system_error(reason);
    std::rethrow_exception(one->failure);
  }

  void give_back(std::unique_ptr<connection> used) noexcept override {
    --lent_;
    if (!used->broken())
      idle_.push_back(std::move(used));
    used.reset();
    changed();
  }

private:
  struct opening {
    asio::cancellation_signal signal;
    bool done = false;
    std::exception_ptr failure;
    std::unique_ptr<connection> opened;
  };

  class place_in_line {
  public:
    place_in_line(monitor_pool& pool, asio::steady_timer& alarm)
        : pool_(pool), place_(pool.line_.insert(pool.line_.end(), &alarm)) {}

    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    ~place_in_line() {
      pool_.line_.erase(place_);
      pool_.changed();
    }

    [[nodiscard]] bool is_first() const { return place_ == pool_.line_.begin(); }

  private:
    monitor_pool& pool_;
    std::list<asio::steady_timer*>::iterator place_;
  };

  bool something_is_free() {
    std::erase_if(idle_, [](const auto& each) { return each->broken(); });
    return !idle_.empty() || lent_ + opening_ < size_;
  }

  void changed() {
    if (!line_.empty())
      line_.front()->cancel();
  }

  const asio::any_io_executor executor_;
  database& database_;
  const std::size_t size_;
  std::size_t lent_ = 0;
  std::size_t opening_ = 0;
  std::deque<std::unique_ptr<connection>> idle_;
  std::list<asio::steady_timer*> line_;
};

} // namespace

std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size) {
  return std::make_unique<monitor_pool>(std::move(executor), opens, size);
}
