// reject: connect-fails
// keeps the code of an error and throws a system_error with it: what was derived from that is lost
#include "pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <list>
#include <vector>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// There are `size` places, and each is free, or belongs to a connection, or to somebody who opens
/// one. A place has an owner at any moment: a `lease`, an idle connection, a `reservation`, or a
/// waiter that has been given one and has not woken up yet.
///
/// Whenever no member is running, somebody waits only if no place is free and nothing is idle.
class fair_pool final : public connection_pool {
public:
  fair_pool(asio::any_io_executor executor, database& opens, std::size_t size)
      : executor_(std::move(executor)), database_(opens), free_(size) {}

  asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) override {
    close_broken_idle();
    if (!idle_.empty()) {
      auto ready = std::move(idle_.back());
      idle_.pop_back();
      co_return lease(*this, std::move(ready));
    }
    if (free_ > 0) {
      --free_;
    } else {
      waiter self(executor_, deadline, line_);
      error_code cancelled;
      co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      // What was given counts, even if the deadline or a cancellation came in the same instant.
      if (self.given)
        co_return lease(*this, std::move(self.given));
      if (!self.has_place)
        throw system_error(cancelled ? asio::error::operation_aborted : asio::error::timed_out);
    }
    reservation place(*this);
    auto fresh = co_await connect_by(deadline);
    place.keep();
    co_return lease(*this, std::move(fresh));
  }

  void give_back(std::unique_ptr<connection> used) noexcept override {
    if (used->broken()) {
      used.reset(); // closed before anybody opens another in its place
      free_place();
    } else if (line_.empty()) {
      idle_.push_back(std::move(used));
    } else {
      next_in_line().given = std::move(used);
    }
  }

private:
  /// Somebody in line. Its alarm is set to the deadline, and goes off early when it is served. It
  /// leaves the line when it is served, or else when it is destroyed.
  struct waiter {
    waiter(asio::any_io_executor executor, std::chrono::steady_clock::time_point deadline,
           std::list<waiter*>& into)
        : alarm(std::move(executor), deadline),
          line(into),
          position(line.insert(line.end(), this)) {}

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() {
      if (!served)
        line.erase(position);
    }

    asio::steady_timer alarm;
    std::list<waiter*>& line;
    std::list<waiter*>::iterator position;
    bool served = false;
    bool has_place = false;            ///< may open a connection
    std::unique_ptr<connection> given; ///< or was given one
  };

  /// A place that is to be filled. Frees it on every way out but one.
  class reservation {
  public:
    explicit reservation(fair_pool& in) : pool_(&in) {}

    reservation(const reservation&) = delete;
    reservation& operator=(const reservation&) = delete;

    ~reservation() {
      if (pool_)
        pool_->free_place();
    }

    void keep() { pool_ = nullptr; }

  private:
    fair_pool* pool_;
  };

  /// Ends at the deadline, or with the connection, or with what `connect` throws; and what it
  /// started has ended. A connection that is there counts, even if the deadline was first to be
  /// noticed.
  asio::awaitable<std::unique_ptr<connection>>
  connect_by(std::chrono::steady_clock::time_point deadline) {
    asio::steady_timer late(executor_, deadline);
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor_, database_.connect(), asio::deferred),
        late.async_wait(asio::deferred));
    auto [order, failed, fresh, not_late] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (fresh)
      co_return std::move(fresh);
    if (order[0] == 1 && !not_late)
      throw system_error(asio::error::timed_out);
    try {
      std::rethrow_exception(failed);
    } catch (const system_error& error) {
      throw system_error(error.code());
    }
  }

  void close_broken_idle() {
    free_ += std::erase_if(idle_, [](const auto& one) { return one->broken(); });
  }

  void free_place() {
    if (line_.empty())
      ++free_;
    else
      next_in_line().has_place = true;
  }

  /// Takes the first out of the line and wakes it; the caller gives it what it has.
  waiter& next_in_line() {
    waiter& first = *line_.front();
    line_.pop_front();
    first.served = true;
    first.alarm.cancel();
    return first;
  }

  const asio::any_io_executor executor_;
  database& database_;
  std::size_t free_; ///< places without a connection that nobody has reserved
  std::vector<std::unique_ptr<connection>> idle_;
  std::list<waiter*> line_;
};

} // namespace

std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size) {
  return std::make_unique<fair_pool>(std::move(executor), opens, size);
}
