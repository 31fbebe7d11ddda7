// reject: again
// a second start() while it runs begins anew, and forgets what was known
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

  [[nodiscard]] std::size_t size() const { return late_.size(); }

  [[nodiscard]] lag_window summary(steady_clock::time_point begin) {
    std::ranges::sort(late_);
    const std::size_t rank = (99 * late_.size() + 99) / 100;
    return {.begin = begin, .ticks = late_.size(), .p99 = late_[rank - 1], .worst = late_.back()};
  }

  void reset() { late_.clear(); }

private:
  std::vector<nanoseconds> late_;
};

/// Lives as long as a handler of its timer needs it; the probe ends it.
class measurement : public std::enable_shared_from_this<measurement> {
public:
  measurement(const asio::any_io_executor& loop, lag_log& log, const lag_options& options)
      : log_(log), options_(options), timer_(loop) {}

  void start() {
    begin_ = steady_clock::now();
    due_ = begin_ + options_.tick;
    wait();
  }

  /// What is due by now comes now, and then nothing any more.
  void finish() {
    count();
    end();
    if (samples_.size() != 0)
      report(begin_);
  }

  void end() {
    ended_ = true;
    timer_.cancel();
  }

private:
  void wait() {
    timer_.expires_at(due_);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code) { self->tick(); });
  }

  /// A timer that has expired can't be cancelled any more: its handler comes after the end, too.
  void tick() {
    count();
    if (!ended_)
      wait();
  }

  /// Each tick that was due by now, in this one turn: those that the loop has slept through were
  /// late as well.
  void count() {
    for (const auto now = steady_clock::now(); due_ <= now && !ended_;) {
      samples_.add(now - due_);
      const auto window_end = begin_ + options_.window;
      const bool whole = due_ == window_end;
      due_ += options_.tick;
      if (whole)
        report(std::exchange(begin_, window_end));
    }
  }

  /// The log may end this measurement, and does not get another window then.
  void report(steady_clock::time_point begin) {
    const lag_window seen = samples_.summary(begin);
    samples_.reset();
    log_.window(seen);
    if (seen.p99 > options_.bad)
      log_.warn(seen);
  }

  lag_log& log_;
  lag_options options_;
  asio::steady_timer timer_;
  steady_clock::time_point begin_;
  steady_clock::time_point due_;
  samples samples_;
  bool ended_ = false;
};

class ticking_probe final : public lag_probe {
public:
  ticking_probe(asio::any_io_executor loop, lag_log& log, const lag_options& options)
      : loop_(std::move(loop)), log_(log), options_(options) {}

  ~ticking_probe() override {
    if (running_)
      running_->end();
  }

  void start() override {
    if (running_)
      running_->end();
    running_ = std::make_shared<measurement>(loop_, log_, options_);
    running_->start();
  }

  void stop() override {
    if (const auto last = std::exchange(running_, nullptr))
      last->finish();
  }

private:
  asio::any_io_executor loop_;
  lag_log& log_;
  lag_options options_;
  std::shared_ptr<measurement> running_;
};

} // namespace

std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options) {
  return std::make_unique<ticking_probe>(std::move(loop), log, options);
}
