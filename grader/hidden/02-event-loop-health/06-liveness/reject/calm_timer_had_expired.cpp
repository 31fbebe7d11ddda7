// reject: calm
// a timer ends the time of calm; set anew by a beat that is late, it may have expired already, and
// its handler stands behind that beat in line
#include "liveness.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <optional>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

class watch : public std::enable_shared_from_this<watch> {
public:
  watch(const asio::any_io_executor& loop, const health_options& options)
      : options_(options), beat_(loop), calm_(loop) {}

  void next_beat() {
    next_ = steady_clock::now() + options_.beat;
    beat_.expires_at(next_);
    beat_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && !self->stopped_)
        self->on_beat();
    });
  }

  void start() {
    if (started_.exchange(true))
      return;
    next_beat(); // the one that was due before counts no longer
  }

  void drain() { draining_ = true; }

  void stop() {
    stopped_ = true;
    beat_.cancel();
    calm_.cancel();
  }

  [[nodiscard]] bool alive() const { return !started_ || overdue() < options_.dead_after; }

  [[nodiscard]] bool ready() const {
    return started_ && !draining_ && !upset_ && overdue() < options_.late;
  }

private:
  void on_beat() {
    if (started_ && overdue() >= options_.late)
      calm_down();
    next_beat();
  }

  void calm_down() {
    const auto now = steady_clock::now();
    upset_ = true;
    const bool for_ever = options_.calm > steady_clock::time_point::max() - now;
    calm_.expires_at(for_ever ? steady_clock::time_point::max() : now + options_.calm);
    calm_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      // Late again, and the beat that tells it is behind this in line.
      if (!error && self->overdue() < self->options_.late)
        self->upset_ = false;
    });
  }

  [[nodiscard]] nanoseconds overdue() const { return steady_clock::now() - next_.load(); }

  const health_options options_;
  asio::steady_timer beat_;
  asio::steady_timer calm_;
  std::atomic<steady_clock::time_point> next_ = steady_clock::now();
  std::atomic<bool> started_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> upset_ = false;
  bool stopped_ = false;
};

class answers final : public health {
public:
  answers(const asio::any_io_executor& loop, const health_options& options)
      : watch_(std::make_shared<watch>(loop, options)) {
    watch_->next_beat();
  }

  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  ~answers() override { watch_->stop(); }

  void started() override { watch_->start(); }

  void draining() override { watch_->drain(); }

  [[nodiscard]] bool alive() const override { return watch_->alive(); }

  [[nodiscard]] bool ready() const override { return watch_->ready(); }

private:
  std::shared_ptr<watch> watch_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<answers>(loop, options);
}
