#include "lag.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>
#include <vector>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// What the ticks of one window have measured.
class samples {
public:
  void add(nanoseconds late) { late_.push_back(late); }

  [[nodiscard]] bool empty() const { return late_.empty(); }

  [[nodiscard]] lag_window summary(steady_clock::time_point begin) {
    std::ranges::sort(late_);
    const std::size_t rank = (99 * late_.size() + 99) / 100;
    return {.begin = begin, .ticks = late_.size(), .p99 = late_[rank - 1], .worst = late_.back()};
  }

  void reset() { late_.clear(); }

private:
  std::vector<nanoseconds> late_;
};

class ticking_probe final : public lag_probe {
public:
  ticking_probe(const asio::any_io_executor& loop, lag_log& log, const lag_options& options)
      : log_(log), options_(options), timer_(loop) {}

  void start() override {
    if (running_)
      return;
    running_ = true;
    begin_ = steady_clock::now();
    wait();
  }

  void stop() override {
    if (!running_)
      return;
    running_ = false;
    timer_.cancel();
    report();
  }

private:
  void wait() {
    timer_.expires_after(options_.tick);
    timer_.async_wait([this](boost::system::error_code error) {
      if (error)
        return;
      tick();
    });
  }

  void tick() {
    const auto now = steady_clock::now();
    samples_.add(now - timer_.expiry());
    if (now - begin_ >= options_.window) {
      report();
      begin_ = now;
    }
    if (running_)
      wait();
  }

  void report() {
    if (samples_.empty())
      return;
    const lag_window seen = samples_.summary(begin_);
    samples_.reset();
    log_.window(seen);
    if (seen.p99 > options_.bad)
      log_.warn(seen);
  }

  lag_log& log_;
  lag_options options_;
  asio::steady_timer timer_;
  steady_clock::time_point begin_;
  samples samples_;
  bool running_ = false;
};

} // namespace

std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options) {
  return std::make_unique<ticking_probe>(loop, log, options);
}
