// reject: alive
// ten late beats, one after the other, are enough
#include "liveness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <mutex>
#include <optional>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// When the loop last said something, and what. Nothing in here is an answer: those depend on when
/// the question comes, and are worked out by whoever asks.
class record {
public:
  explicit record(const health_options& options) : options_(options) {}

  void beat() {
    const std::scoped_lock lock(mutex_);
    const auto now = steady_clock::now();
    if (started_ && overdue(now) >= options_.late) {
      late_until_ = now;
      ++late_beats_;
    } else {
      late_beats_ = 0;
    }
    due_ = now + options_.beat;
  }

  void started() {
    const std::scoped_lock lock(mutex_);
    if (started_)
      return;
    started_ = true;
    due_ = steady_clock::now() + options_.beat; // who says so is a loop that turns
  }

  void draining() {
    const std::scoped_lock lock(mutex_);
    draining_ = true;
  }

  [[nodiscard]] bool alive() const {
    const std::scoped_lock lock(mutex_);
    return !started_ || (late_beats_ < 10 && overdue(steady_clock::now()) < options_.dead_after);
  }

  [[nodiscard]] bool ready() const {
    const std::scoped_lock lock(mutex_);
    const auto now = steady_clock::now();
    if (!started_ || draining_ || overdue(now) >= options_.late)
      return false;
    return !late_until_ || now - *late_until_ >= options_.calm;
  }

private:
  [[nodiscard]] nanoseconds overdue(steady_clock::time_point now) const { return now - due_; }

  const health_options options_;
  mutable std::mutex mutex_;
  bool started_ = false;
  bool draining_ = false;
  int late_beats_ = 0;
  steady_clock::time_point due_ = steady_clock::now(); ///< the next beat
  std::optional<steady_clock::time_point> late_until_; ///< when the last one came that was late
};

struct heart {
  heart(const asio::any_io_executor& loop, const health_options& options)
      : seen(options), timer(loop) {}

  record seen;
  asio::steady_timer timer;
  bool stopped = false;
};

/// Owns what it needs, and ends when it is told to.
asio::awaitable<void> keep_beating(std::shared_ptr<heart> mine, nanoseconds every) {
  while (!mine->stopped) {
    mine->seen.beat();
    mine->timer.expires_after(every);
    boost::system::error_code stopped;
    co_await mine->timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
  }
}

class loop_health final : public health {
public:
  loop_health(const asio::any_io_executor& loop, const health_options& options)
      : heart_(std::make_shared<heart>(loop, options)) {
    asio::co_spawn(loop, keep_beating(heart_, options.beat), asio::detached);
  }

  loop_health(const loop_health&) = delete;
  loop_health& operator=(const loop_health&) = delete;

  ~loop_health() override {
    heart_->stopped = true;
    heart_->timer.cancel();
  }

  void started() override { heart_->seen.started(); }

  void draining() override { heart_->seen.draining(); }

  [[nodiscard]] bool alive() const override { return heart_->seen.alive(); }

  [[nodiscard]] bool ready() const override { return heart_->seen.ready(); }

private:
  std::shared_ptr<heart> heart_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<loop_health>(loop, options);
}
