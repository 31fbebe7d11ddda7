#include "limiter.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <utility>

using boost::system::error_code;

namespace {

/// A semaphore with a line in front of it. A permit that comes back goes straight to whoever has
/// waited longest.
class semaphore_limiter final : public limiter {
public:
  semaphore_limiter(asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    co_await acquire();
    co_await work();
    release();
  }

  void set_limit(std::size_t limit) override { limit_ = limit; }

  [[nodiscard]] std::size_t in_flight() const override { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  asio::awaitable<void> acquire() {
    if (in_flight_ < limit_) {
      ++in_flight_;
      co_return;
    }
    // A timer that never expires: to be called up is to have it cancelled.
    const auto turn =
        std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
    line_.push_back(turn);
    error_code called_up;
    co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, called_up));
  }

  void release() {
    if (line_.empty()) {
      --in_flight_;
      return;
    }
    line_.front()->cancel();
    line_.pop_front();
  }

  const asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::deque<std::shared_ptr<asio::steady_timer>> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<semaphore_limiter>(std::move(executor), limit);
}
