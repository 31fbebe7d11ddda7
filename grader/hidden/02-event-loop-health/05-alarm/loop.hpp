/// \file
/// The simulated event loop that all samples come from: a queue of handlers, one of which runs at a
/// time. Nobody draws a curve: what is drawn at random is when requests come and how much work they
/// are, and lag, utilisation and latency are what the queue makes of it.
#pragma once

#include "alarm.hpp"

#include <weir/random.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// What the world does to the loop in one second.
struct weather {
  double rate = 40;         ///< requests that come
  double work = 1;          ///< how much a handler has to do, in units of what it has on a good day
  double dependency = 1;    ///< how long the database takes, likewise
  std::int64_t block = 0;   ///< us: one handler that begins in this second and takes so long
  double big_share = 0;     ///< of the requests: those with a large payload
  std::int64_t big = 0;     ///< us: what such a one takes to parse
  bool idle_filled = false; ///< slices of a background job fill what would be idle
  bool down = false;        ///< the process is restarting: no requests, no sample
  bool lost = false;        ///< the sample of this second does not arrive
};

/// A day, or what of it is told.
using script = std::vector<weather>;

/// What came of it, one for each second. Where `sample` is empty, none arrived.
struct second {
  sample seen{};
  bool arrived = true;
  bool broken =
      false; ///< the objective: more than 1 % of the last five minutes' requests were slow
};

/// Times in microseconds. A step is 20 ms: what comes in one comes at its beginning, and in the
/// order in which it became ready.
///
/// Against the formula of Pollaczek and Khinchine the mean lag is 1 to 4 ms low at any utilisation,
/// since what comes and is done within a step delays no tick.
class event_loop {
public:
  /// \param uptime for how long the process has been running
  event_loop(weir::random_stream random, seconds uptime)
      : random_(random), uptime_(uptime.count()) {}

  /// \param load for each second
  std::vector<second> run(const script& load) {
    std::vector<second> all(load.size());
    answered_.assign(load.size() + 2 * horizon, {});
    for (std::size_t i = 0; i < load.size(); ++i)
      run_second(load[i], i, all[i]);
    count_answers(all);
    return all;
  }

private:
  static constexpr std::int64_t step = 20'000;
  static constexpr std::int64_t steps = 1'000'000 / step;
  static constexpr std::int64_t slow = 1'000'000;
  static constexpr std::int64_t most_backlog = 3'500'000; ///< then who comes is turned away
  static constexpr std::size_t horizon = 64;              ///< seconds, at most, until an answer
  static constexpr std::size_t window = 300;              ///< seconds of the objective

  /// A request that waits for the database, in a list of those that come back in one step.
  struct waiting {
    std::int64_t came = 0;
    std::int32_t work = 0;
    std::int32_t next = -1;
  };

  struct answers {
    std::uint32_t count = 0;
    std::uint32_t slow = 0;
    std::array<std::int64_t, 3> latest{}; ///< the longest three, the longest first
  };

  void run_second(const weather& now, std::size_t index, second& out) {
    out.seen.at = seconds(index + 1);
    out.arrived = !now.down && !now.lost;
    if (now.down) {
      restart();
      time_ += 1'000'000;
      step_ += steps;
      return;
    }
    out.seen.uptime = seconds(++uptime_);
    const std::uint64_t block_in = now.block > 0 ? random_.below(steps) : steps;
    std::int64_t lag_sum = 0;
    std::int64_t lag_most = 0;
    std::int64_t busy = 0;
    const arrivals coming(now.rate);
    for (std::uint64_t i = 0; i < steps; ++i) {
      lag_sum += backlog_; // the tick stands behind all that was ready before it
      lag_most = std::max(lag_most, backlog_);
      come_back();
      if (i == block_in)
        backlog_ += now.block;
      let_in(now, coming.draw(random_));
      busy += std::min(backlog_, step);
      if (now.idle_filled && backlog_ < step) {
        busy += step - backlog_;
        backlog_ = step + 500 * static_cast<std::int64_t>(random_.below(17)); // of a slice of 8 ms
      }
      backlog_ = std::max<std::int64_t>(0, backlog_ - step);
      time_ += step;
      ++step_;
    }
    out.seen.lag_p99 = std::chrono::microseconds(lag_most);
    out.seen.lag_mean = std::chrono::microseconds(lag_sum / steps);
    out.seen.utilisation = static_cast<double>(busy) / 1e6;
  }

  void restart() {
    backlog_ = 0;
    uptime_ = 0;
    ring_.fill(-1);
    free_ = -1;
    pool_.clear();
  }

  /// A handler's work, by 32 random bits: most have little to do, some five times as much.
  static std::int32_t work(const weather& now, std::uint64_t bits) {
    const double spread = static_cast<double>((bits >> 8U) & 0xffffffU) * 0x1p-24; // 0 to 1
    const std::uint64_t kind = bits & 0xffU;
    const double most = kind < 192 ? 4000 : kind < 243 ? 8000 : 22000;
    return static_cast<std::int32_t>(now.work * most * (0.5 + 0.5 * spread));
  }

  /// By 10 random bits. Half of the answers come within 40 ms, 99 of 100 within 340 ms.
  static std::int64_t dependency(const weather& now, std::uint64_t bits) {
    static const std::array<double, 1024> quantiles = [] {
      std::array<double, 1024> all{};
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(all.size());
        all[i] = 20'000 + 20'000 * u / (1.08 - u) / (1 - 0.3 * u);
      }
      return all;
    }();
    return static_cast<std::int64_t>(now.dependency * quantiles[bits & 0x3ffU]);
  }

  /// How many come in a step: Poisson, by inversion.
  class arrivals {
  public:
    explicit arrivals(double rate) : mean_(rate * static_cast<double>(step) / 1e6) {
      none_ = 1 - mean_ / 1'048'576; // to the power of 2^20: e to the power of -mean
      for (int i = 0; i < 20; ++i)
        none_ *= none_;
    }

    int draw(weir::random_stream& random) const {
      double left = random.uniform() - none_;
      double share = none_;
      int count = 0;
      while (left > 0 && count < 20) {
        share *= mean_ / ++count;
        left -= share;
      }
      return count;
    }

  private:
    double mean_;
    double none_;
  };

  void let_in(const weather& now, int count) {
    for (; count > 0; --count) {
      if (backlog_ > most_backlog)
        continue;
      const std::uint64_t bits = random_();
      backlog_ += work(now, bits);
      if (now.big_share > 0 && random_.bernoulli(now.big_share))
        backlog_ += now.big;
      const std::uint64_t more = random_();
      const std::int64_t back = time_ + backlog_ + dependency(now, more);
      add(back / step + 1, time_, work(now, more >> 32U));
    }
  }

  void add(std::int64_t at_step, std::int64_t came, std::int32_t todo) {
    std::int32_t index = free_;
    if (index >= 0) {
      free_ = pool_[static_cast<std::size_t>(index)].next;
    } else {
      index = static_cast<std::int32_t>(pool_.size());
      pool_.emplace_back();
    }
    std::int32_t& head = ring_[static_cast<std::size_t>(at_step) % ring_.size()];
    pool_[static_cast<std::size_t>(index)] = {.came = came, .work = todo, .next = head};
    head = index;
  }

  void come_back() {
    std::int32_t& head = ring_[static_cast<std::size_t>(step_) % ring_.size()];
    while (head >= 0) {
      waiting& one = pool_[static_cast<std::size_t>(head)];
      backlog_ += one.work;
      answer(time_ + backlog_, time_ + backlog_ - one.came);
      const std::int32_t done = head;
      head = one.next;
      one.next = free_;
      free_ = done;
    }
  }

  void answer(std::int64_t when, std::int64_t took) {
    answers& in = answered_[static_cast<std::size_t>(when / 1'000'000)];
    ++in.count;
    in.slow += took > slow ? 1 : 0;
    for (std::int64_t& one : in.latest)
      if (took > one)
        std::swap(took, one);
  }

  void count_answers(std::vector<second>& all) {
    std::uint64_t slow_ones = 0;
    std::uint64_t count = window * 40; // before it began, all was well
    for (std::size_t i = 0; i < all.size(); ++i) {
      const answers& in = answered_[i];
      all[i].seen.requests = in.count;
      all[i].seen.slow = in.slow;
      // The nearest rank: of 100 the second-longest, of 200 the third.
      all[i].seen.latency_p99 = std::chrono::microseconds(
          in.latest[std::min<std::size_t>(in.count / 100, in.latest.size() - 1)]);
      slow_ones += in.slow;
      count += in.count;
      slow_ones -= i < window ? 0 : answered_[i - window].slow;
      count -= i < window ? 40 : answered_[i - window].count;
      all[i].broken = slow_ones * 100 > count;
    }
  }

  weir::random_stream random_;
  std::int64_t time_ = 0;
  std::int64_t step_ = 0;
  std::int64_t backlog_ = 0; ///< work that is ready
  std::int64_t uptime_;
  std::array<std::int32_t, 4096> ring_ = [] {
    std::array<std::int32_t, 4096> none{};
    none.fill(-1);
    return none;
  }();
  std::vector<waiting> pool_;
  std::int32_t free_ = -1;
  std::vector<answers> answered_;
};

} // namespace weir_hidden
