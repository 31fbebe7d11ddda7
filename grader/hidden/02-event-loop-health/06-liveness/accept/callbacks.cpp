// accept: callbacks: a timer that sets itself anew, and atomics that the other thread reads in the
// opposite order; a beat is looked at by how long ago it was
#include "liveness.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

nanoseconds now() {
  return steady_clock::now().time_since_epoch();
}

class heart : public std::enable_shared_from_this<heart> {
public:
  heart(const asio::any_io_executor& loop, const health_options& options)
      : options_(options), timer_(loop) {}

  void beat() {
    const nanoseconds gap = now() - last_.load();
    if (began_ && started_ && gap - options_.beat >= options_.late) {
      last_late_ = now();
      was_late_ = true;
    }
    began_ = true;
    last_ = now();
    timer_.expires_after(options_.beat);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      if (!self->stopped_)
        self->beat();
    });
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

  void start() {
    if (started_)
      return;
    last_ = now();
    started_ = true;
  }

  void drain() { draining_ = true; }

  [[nodiscard]] bool alive() const {
    return !started_ || now() - last_.load() < options_.dead_after;
  }

  [[nodiscard]] bool ready() const {
    if (!started_ || draining_ || now() - last_.load() >= options_.late)
      return false;
    return !was_late_ || now() - last_late_.load() >= options_.calm;
  }

private:
  const health_options options_;
  asio::steady_timer timer_;
  bool began_ = false;
  bool stopped_ = false;
  std::atomic<nanoseconds> last_ = now();
  std::atomic<nanoseconds> last_late_ = nanoseconds(0);
  std::atomic<bool> was_late_ = false;
  std::atomic<bool> started_ = false;
  std::atomic<bool> draining_ = false;
};

class answers final : public health {
public:
  answers(const asio::any_io_executor& loop, const health_options& options)
      : heart_(std::make_shared<heart>(loop, options)) {
    heart_->beat();
  }

  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  ~answers() override { heart_->stop(); }

  void started() override { heart_->start(); }

  void draining() override { heart_->drain(); }

  [[nodiscard]] bool alive() const override { return heart_->alive(); }

  [[nodiscard]] bool ready() const override { return heart_->ready(); }

private:
  std::shared_ptr<heart> heart_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<answers>(loop, options);
}
