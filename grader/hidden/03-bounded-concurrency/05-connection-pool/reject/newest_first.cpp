// reject: waits-in-line
// serves the one who came last: its user has the best chance to be still there
#include "pool.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <list>
#include <vector>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class line_pool final : public connection_pool {
public:
  line_pool(asio::any_io_executor executor, database& opens, std::size_t size)
      : executor_(std::move(executor)), database_(opens), size_(size) {}

  asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) override {
    if (auto ready = take_idle())
      co_return lease(*this, std::move(ready));
    if (used_ < size_) {
      ++used_;
    } else if (auto given = co_await wait(deadline)) {
      if (!given->broken())
        co_return lease(*this, std::move(given));
    }
    reservation place(*this);
    auto opened = co_await open(deadline);
    place.becomes_a_connection();
    co_return lease(*this, std::move(opened));
  }

  void give_back(std::unique_ptr<connection> used) noexcept override {
    if (used->broken()) {
      used.reset();
      free_place();
    } else if (line_.empty()) {
      idle_.push_back(std::move(used));
    } else {
      line_.back()->given = std::move(used);
      serve_first();
    }
  }

private:
  struct waiter {
    asio::steady_timer alarm;
    std::unique_ptr<connection> given; ///< nothing: a place to open one
    bool served = false;
  };

  class reservation {
  public:
    explicit reservation(line_pool& pool) : pool_(&pool) {}

    reservation(const reservation&) = delete;
    reservation& operator=(const reservation&) = delete;

    ~reservation() {
      if (pool_)
        pool_->free_place();
    }

    void becomes_a_connection() { pool_ = nullptr; }

  private:
    line_pool* pool_;
  };

  std::unique_ptr<connection> take_idle() {
    while (!idle_.empty()) {
      auto last = std::move(idle_.back());
      idle_.pop_back();
      if (!last->broken())
        return last;
      --used_;
    }
    return nullptr;
  }

  void serve_first() {
    waiter& first = *line_.back();
    line_.pop_back();
    first.served = true;
    first.alarm.cancel();
  }

  void free_place() {
    if (line_.empty())
      --used_;
    else
      serve_first();
  }

  asio::awaitable<std::unique_ptr<connection>>
  wait(std::chrono::steady_clock::time_point deadline) {
    waiter mine{.alarm = asio::steady_timer(executor_, deadline), .given = nullptr};
    const auto place = line_.insert(line_.end(), &mine);
    error_code stopped;
    co_await mine.alarm.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    if (!mine.served) {
      line_.erase(place);
      throw system_error(stopped ? asio::error::operation_aborted : asio::error::timed_out);
    }
    co_return std::move(mine.given);
  }

  asio::awaitable<std::unique_ptr<connection>>
  open(std::chrono::steady_clock::time_point deadline) {
    const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
    for (;;) {
      asio::steady_timer alarm(executor_, deadline);
      auto both = asio::experimental::make_parallel_group(
          asio::co_spawn(executor_, database_.connect(), asio::deferred),
          alarm.async_wait(asio::deferred));
      auto [order, failure, opened, stopped] =
          co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
      if (!failure && !opened->broken())
        co_return std::move(opened);
      if (cancellation.cancelled() != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
      if (!stopped)
        throw system_error(asio::error::timed_out);
      if (failure)
        std::rethrow_exception(failure);
    }
  }

  const asio::any_io_executor executor_;
  database& database_;
  const std::size_t size_;
  std::size_t used_ = 0; ///< places with a connection, or with somebody who opens one
  std::vector<std::unique_ptr<connection>> idle_;
  std::list<waiter*> line_;
};

} // namespace

std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size) {
  return std::make_unique<line_pool>(std::move(executor), opens, size);
}
