// accept: no walk along missed ticks: a block is kept as one entry, and unrolled when a window ends
#include "lag.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// So many ticks in a row that came in one turn: the last one late by `least`, each before it by
/// one `tick` more.
struct turn {
  std::int64_t ticks;
  nanoseconds least;
};

nanoseconds greatest(const turn& one, nanoseconds tick) {
  return one.least + (one.ticks - 1) * tick;
}

/// How many are late by more than `limit`.
std::int64_t above(const turn& one, nanoseconds limit, nanoseconds tick) {
  if (greatest(one, tick) <= limit)
    return 0;
  if (one.least > limit)
    return one.ticks;
  return one.ticks - 1 - (limit - one.least) / tick;
}

struct books {
  explicit books(const asio::any_io_executor& loop) : timer(loop) {}

  asio::steady_timer timer;
  steady_clock::time_point window_begin = steady_clock::now();
  std::int64_t in_window = 0;
  std::vector<turn> late; ///< of this window; those that came at once are only counted
  bool ended = false;
};

class arithmetic_probe final : public lag_probe {
public:
  arithmetic_probe(asio::any_io_executor loop, lag_log& log, const lag_options& options)
      : loop_(std::move(loop)), log_(log), options_(options) {}

  ~arithmetic_probe() override { drop(); }

  void start() override {
    if (books_)
      return;
    books_ = std::make_shared<books>(loop_);
    wait(books_);
  }

  void stop() override {
    const auto of = books_;
    if (!of)
      return;
    take(*of);
    if (of->ended)
      return;
    drop();
    if (of->in_window != 0)
      tell(*of, of->window_begin);
  }

private:
  void drop() {
    if (!books_)
      return;
    books_->ended = true;
    books_->timer.cancel();
    books_.reset();
  }

  void wait(const std::shared_ptr<books>& of) {
    of->timer.expires_at(of->window_begin + (of->in_window + 1) * options_.tick);
    of->timer.async_wait(asio::bind_executor(loop_, [this, of](auto) {
      if (of->ended)
        return;
      take(*of);
      if (!of->ended)
        wait(of);
    }));
  }

  void take(books& of) {
    const auto now = steady_clock::now();
    const std::int64_t a_window = options_.window / options_.tick;
    while (!of.ended) {
      const std::int64_t due =
          std::min(a_window, (now - of.window_begin) / options_.tick) - of.in_window;
      if (due == 0)
        return;
      of.in_window += due;
      const nanoseconds least = now - of.window_begin - of.in_window * options_.tick;
      if (due > 1 || least > nanoseconds::zero())
        of.late.push_back({due, least});
      if (of.in_window < a_window)
        return;
      const auto begin = std::exchange(of.window_begin, of.window_begin + options_.window);
      tell(of, begin);
    }
  }

  void tell(books& of, steady_clock::time_point begin) {
    const std::int64_t ticks = std::exchange(of.in_window, 0);
    const std::vector<turn> late = std::exchange(of.late, {});
    nanoseconds worst{};
    for (const turn& one : late)
      worst = std::max(worst, greatest(one, options_.tick));
    const lag_window what{.begin = begin,
                          .ticks = static_cast<std::size_t>(ticks),
                          .p99 = least_with(late, ticks / 100, worst),
                          .worst = worst};
    log_.window(what);
    if (what.p99 > options_.bad)
      log_.warn(what);
  }

  /// The least lateness that `most` ticks exceed at most, by halving.
  nanoseconds least_with(const std::vector<turn>& late, std::int64_t most,
                         nanoseconds worst) const {
    nanoseconds low{};
    nanoseconds high = worst;
    while (low < high) {
      const nanoseconds middle = low + (high - low) / 2;
      std::int64_t more = 0;
      for (const turn& one : late)
        more += above(one, middle, options_.tick);
      if (more > most)
        low = middle + nanoseconds(1);
      else
        high = middle;
    }
    return low;
  }

  asio::any_io_executor loop_;
  lag_log& log_;
  lag_options options_;
  std::shared_ptr<books> books_;
};

} // namespace

std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options) {
  return std::make_unique<arithmetic_probe>(std::move(loop), log, options);
}
