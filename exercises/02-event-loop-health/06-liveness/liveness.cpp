#include "liveness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// What the loop tells, and the health server's thread reads.
struct status {
  explicit status(const asio::any_io_executor& loop) : timer(loop) {}

  std::atomic<bool> started = false;
  std::atomic<bool> draining = false;
  std::atomic<nanoseconds> lag = nanoseconds(0);
  asio::steady_timer timer;
  bool gone = false;
};

/// Measures how late the loop is.
asio::awaitable<void> measure(std::shared_ptr<status> mine, nanoseconds beat) {
  while (!mine->gone) {
    mine->timer.expires_after(beat);
    boost::system::error_code cancelled;
    co_await mine->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    mine->lag = steady_clock::now() - mine->timer.expiry();
  }
}

class loop_health final : public health {
public:
  loop_health(const asio::any_io_executor& loop, const health_options& options)
      : options_(options), status_(std::make_shared<status>(loop)) {
    asio::co_spawn(loop, measure(status_, options_.beat), asio::detached);
  }

  ~loop_health() override {
    status_->gone = true;
    status_->timer.cancel();
  }

  void started() override { status_->started = true; }

  void draining() override { status_->draining = true; }

  [[nodiscard]] bool alive() const override { return status_->lag.load() < options_.dead_after; }

  [[nodiscard]] bool ready() const override {
    return status_->started && !status_->draining && status_->lag.load() < options_.late;
  }

private:
  health_options options_;
  std::shared_ptr<status> status_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<loop_health>(loop, options);
}
