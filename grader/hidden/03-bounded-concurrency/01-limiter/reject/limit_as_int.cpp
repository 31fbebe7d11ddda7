// reject: new-limit failed
// Counts are signed here, "so that a difference may be negative"; the greatest limit, which means
// none, becomes -1.
#include "limiter.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Nobody waits while there is a permit to be had: this holds whenever no member is running,
/// because `admit` is called wherever a permit may have become free. So a newcomer that finds a
/// permit has nobody to overtake.
class fair_limiter final : public limiter {
public:
  fair_limiter(asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    if (static_cast<int>(in_flight_) < static_cast<int>(limit_))
      ++in_flight_;
    else
      co_await turn();
    const permit held(*this);
    co_await work();
  }

  void set_limit(std::size_t limit) override {
    limit_ = limit;
    admit();
  }

  [[nodiscard]] std::size_t in_flight() const override { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  /// Gives back what was taken on its owner's behalf, on every way out.
  class permit {
  public:
    explicit permit(fair_limiter& from) : from_(from) {}

    permit(const permit&) = delete;
    permit& operator=(const permit&) = delete;

    ~permit() {
      --from_.in_flight_;
      from_.admit();
    }

  private:
    fair_limiter& from_;
  };

  /// Somebody in line. It leaves the line when it is admitted, or else when it is destroyed.
  struct waiter {
    waiter(asio::any_io_executor executor, std::list<waiter*>& into)
        : alarm(std::move(executor), asio::steady_timer::time_point::max()),
          line(into),
          place(line.insert(line.end(), this)) {}

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() {
      if (!admitted)
        line.erase(place);
    }

    asio::steady_timer alarm;
    std::list<waiter*>& line;
    std::list<waiter*>::iterator place;
    bool admitted = false;
  };

  /// Returns with a permit or throws without one. To the timer, "admitted" and "cancelled" look the
  /// same, so whoever admits says so in the waiter.
  asio::awaitable<void> turn() {
    waiter self(executor_, line_);
    error_code ignored;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!self.admitted)
      throw system_error(asio::error::operation_aborted);
  }

  /// Takes permits on behalf of those who have waited longest. Written without a difference:
  /// `limit_` may be below `in_flight_`.
  void admit() {
    while (static_cast<int>(in_flight_) < static_cast<int>(limit_) && !line_.empty()) {
      waiter& first = *line_.front();
      line_.pop_front();
      ++in_flight_;
      first.admitted = true;
      first.alarm.cancel();
    }
  }

  const asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::list<waiter*> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<fair_limiter>(std::move(executor), limit);
}
