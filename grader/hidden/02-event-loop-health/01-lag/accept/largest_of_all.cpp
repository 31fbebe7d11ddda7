// accept: a state machine that keeps the largest hundredth in a heap, and one timer with
// generations
#include "lag.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// The p99 of n ticks is the least of the n/100 + 1 largest.
class tail {
public:
  explicit tail(std::size_t in_a_window) : room_(in_a_window / 100 + 1) {}

  void add(nanoseconds late) {
    ++ticks_;
    worst_ = std::max(worst_, late);
    largest_.push(late);
    if (largest_.size() > room_)
      largest_.pop();
  }

  std::size_t ticks() const { return ticks_; }

  lag_window take(steady_clock::time_point begin) {
    const std::size_t above = ticks_ - (99 * ticks_ + 99) / 100;
    while (largest_.size() > above + 1)
      largest_.pop();
    const lag_window all{.begin = begin, .ticks = ticks_, .p99 = largest_.top(), .worst = worst_};
    largest_ = {};
    ticks_ = 0;
    worst_ = {};
    return all;
  }

private:
  std::size_t room_;
  std::size_t ticks_ = 0;
  nanoseconds worst_{};
  std::priority_queue<nanoseconds, std::vector<nanoseconds>, std::greater<>> largest_;
};

struct core : std::enable_shared_from_this<core> {
  core(const asio::any_io_executor& loop, lag_log& to, const lag_options& options)
      : log(&to),
        settings(options),
        timer(loop),
        seen(static_cast<std::size_t>(options.window / options.tick)) {}

  void arm() {
    timer.expires_at(next);
    timer.async_wait([self = shared_from_this(), mine = generation](auto) {
      if (self->generation != mine)
        return;
      self->advance();
      if (self->generation == mine)
        self->arm();
    });
  }

  void advance() {
    const auto mine = generation;
    const auto now = steady_clock::now();
    for (; generation == mine && next <= now;) {
      seen.add(now - next);
      next += settings.tick;
      if (next - begin > settings.window)
        emit();
    }
  }

  void emit() {
    const auto from = begin;
    begin += settings.window;
    const lag_window what = seen.take(from);
    log->window(what);
    if (what.p99 > settings.bad)
      log->warn(what);
  }

  lag_log* log;
  lag_options settings;
  asio::steady_timer timer;
  tail seen;
  steady_clock::time_point begin{};
  steady_clock::time_point next{};
  std::uint64_t generation = 0; ///< odd: it runs
};

class heap_probe final : public lag_probe {
public:
  heap_probe(const asio::any_io_executor& loop, lag_log& log, const lag_options& options)
      : core_(std::make_shared<core>(loop, log, options)) {}

  ~heap_probe() override { end(); }

  void start() override {
    if (running())
      return;
    ++core_->generation;
    core_->begin = steady_clock::now();
    core_->next = core_->begin + core_->settings.tick;
    core_->arm();
  }

  void stop() override {
    if (!running())
      return;
    const auto mine = core_->generation;
    core_->advance();
    if (core_->generation != mine)
      return;
    end();
    if (core_->seen.ticks() != 0)
      core_->emit();
  }

private:
  bool running() const { return core_->generation % 2 == 1; }

  void end() {
    if (!running())
      return;
    ++core_->generation;
    core_->timer.cancel();
  }

  std::shared_ptr<core> core_;
};

} // namespace

std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options) {
  return std::make_unique<heap_probe>(loop, log, options);
}
