// accept: a coroutine for each stretch, a histogram in hundredths of a millisecond and of a per
// cent
#include "lag.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// 256 buckets for each power of two of microseconds: finer than half a per cent.
class histogram {
public:
  void add(nanoseconds late) {
    ++counts_[bucket(late)];
    ++total_;
    worst_ = std::max(worst_, late);
  }

  std::size_t total() const { return total_; }

  nanoseconds worst() const { return worst_; }

  nanoseconds percentile(std::size_t per_cent) const {
    std::size_t left = (total_ * per_cent + 99) / 100;
    for (const auto& [key, count] : counts_) {
      if (count >= left)
        return std::min(value(key), worst_);
      left -= count;
    }
    return worst_;
  }

private:
  static std::uint64_t bucket(nanoseconds late) {
    const auto us = static_cast<std::uint64_t>(late.count()) / 1000;
    const int shift = std::max(0, static_cast<int>(std::bit_width(us)) - 9);
    return (static_cast<std::uint64_t>(shift) << 32U) | (us >> shift);
  }

  static nanoseconds value(std::uint64_t key) {
    const std::uint64_t us = (key & 0xffffffffU) << (key >> 32U);
    return nanoseconds(static_cast<std::int64_t>(us * 1000));
  }

  std::map<std::uint64_t, std::size_t> counts_;
  std::size_t total_ = 0;
  nanoseconds worst_{};
};

struct stretch {
  explicit stretch(const asio::any_io_executor& loop) : timer(loop) {}

  asio::steady_timer timer;
  steady_clock::time_point begin = steady_clock::now();
  std::size_t counted = 0; ///< ticks of this stretch
  std::size_t told = 0;    ///< windows of it
  histogram seen;
  bool over = false;
};

class coroutine_probe final : public lag_probe {
public:
  coroutine_probe(asio::any_io_executor loop, lag_log& log, const lag_options& options)
      : loop_(std::move(loop)), log_(log), options_(options) {}

  ~coroutine_probe() override { end(); }

  void start() override {
    if (stretch_)
      return;
    stretch_ = std::make_shared<stretch>(loop_);
    asio::co_spawn(loop_, run(stretch_, *this), asio::detached);
  }

  void stop() override {
    if (!stretch_)
      return;
    const auto last = stretch_;
    catch_up(*last);
    if (last->over)
      return;
    end();
    if (last->seen.total() != 0)
      tell(*last);
  }

private:
  void end() {
    if (!stretch_)
      return;
    stretch_->over = true;
    stretch_->timer.cancel();
    stretch_ = nullptr;
  }

  static asio::awaitable<void> run(std::shared_ptr<stretch> mine, coroutine_probe& of) {
    while (!mine->over) {
      mine->timer.expires_at(mine->begin +
                             static_cast<std::int64_t>(mine->counted + 1) * of.options_.tick);
      boost::system::error_code ignored;
      co_await mine->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (!mine->over)
        of.catch_up(*mine);
    }
  }

  void catch_up(stretch& one) {
    const auto now = steady_clock::now();
    const auto due_by_now = static_cast<std::size_t>((now - one.begin) / options_.tick);
    const auto a_window = static_cast<std::size_t>(options_.window / options_.tick);
    while (one.counted < due_by_now && !one.over) {
      ++one.counted;
      one.seen.add(now - one.begin - static_cast<std::int64_t>(one.counted) * options_.tick);
      if (one.counted % a_window == 0)
        tell(one);
    }
  }

  void tell(stretch& one) {
    const lag_window what{.begin =
                              one.begin + static_cast<std::int64_t>(one.told) * options_.window,
                          .ticks = one.seen.total(),
                          .p99 = one.seen.percentile(99),
                          .worst = one.seen.worst()};
    ++one.told;
    one.seen = {};
    log_.window(what);
    if (what.p99 > options_.bad)
      log_.warn(what);
  }

  asio::any_io_executor loop_;
  lag_log& log_;
  lag_options options_;
  std::shared_ptr<stretch> stretch_;
};

} // namespace

std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options) {
  return std::make_unique<coroutine_probe>(std::move(loop), log, options);
}
