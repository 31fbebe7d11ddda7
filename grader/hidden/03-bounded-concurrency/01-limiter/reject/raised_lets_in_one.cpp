// reject: new-limit
// set_limit wakes the next, as a permit that comes back does
#include "limiter.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>
#include <utility>

using boost::system::error_code;

namespace {

class timer_limiter final : public limiter {
public:
  timer_limiter(asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    if (!line_.empty() || in_flight_ >= limit_)
      co_await wait();
    else
      ++in_flight_;
    const permit held(*this);
    asio::awaitable<void> running = work();
    co_await std::move(running);
  }

  void set_limit(std::size_t limit) override {
    limit_ = limit;
    if (in_flight_ < limit_ && !line_.empty())
      let_in_one();
  }

  [[nodiscard]] std::size_t in_flight() const override { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  struct waiter {
    explicit waiter(const asio::any_io_executor& executor)
        : turn(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer turn;
    bool has_permit = false;
  };

  /// Exists as long as a permit is held.
  class permit {
  public:
    explicit permit(timer_limiter& from) : from_(from) {}

    permit(const permit&) = delete;
    permit& operator=(const permit&) = delete;

    ~permit() {
      --from_.in_flight_;
      from_.let_in();
    }

  private:
    timer_limiter& from_;
  };

  /// Returns with a permit, or throws without one.
  asio::awaitable<void> wait() {
    const auto me = std::make_shared<waiter>(executor_);
    line_.push_back(me);
    error_code woken;
    co_await me->turn.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!me->has_permit) {
      line_.remove(me);
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }

  void let_in() {
    while (in_flight_ < limit_ && !line_.empty())
      let_in_one();
  }

  void let_in_one() {
    const auto next = line_.front();
    line_.pop_front();
    ++in_flight_;
    next->has_permit = true;
    next->turn.cancel();
  }

  asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::list<std::shared_ptr<waiter>> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<timer_limiter>(std::move(executor), limit);
}
