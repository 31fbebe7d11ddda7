/// \file
/// The worlds that goodput is measured in: some servers, more or fewer as time goes by, a queue in
/// front of them, and callers who are turned away at the limit. A plain discrete-event simulation:
/// a limit waits for nothing, so there is nothing to schedule.
#pragma once

#include "limit.hpp"

#include <weir/random.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <queue>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct phase {
  nanoseconds lasting{};
  std::size_t servers = 1;
  double arrivals = 0; ///< per second, Poisson
};

struct world {
  std::string_view name;
  nanoseconds service{};  ///< mean; spread evenly over half to one and a half of it
  nanoseconds deadline{}; ///< an answer after it is worth nothing
  limit_options options{};
  std::vector<phase> phases{};
};

class simulation {
public:
  simulation(const world& how, weir::random_stream random)
      : how_(how), arrivals_(random.split("arrivals")), services_(random.split("services")) {}

  /// Answers that came before their deadline.
  std::size_t goodput(adaptive_limit& limit) {
    nanoseconds end{};
    for (const phase& now : how_.phases) {
      servers_ = now.servers;
      const nanoseconds begin = end;
      end += now.lasting;
      start_waiting(begin);
      nanoseconds arrival = begin + gap(now);
      while (arrival < end || (!running_.empty() && running_.top().ends < end)) {
        if (!running_.empty() && running_.top().ends <= arrival) {
          finish(limit);
          continue;
        }
        if (in_flight_ < limit.limit())
          send(arrival);
        arrival += gap(now);
      }
    }
    return good_;
  }

private:
  struct call {
    nanoseconds sent{};
    nanoseconds needs{};
    std::size_t in_flight = 0;
    nanoseconds ends{};

    bool operator>(const call& other) const { return ends > other.ends; }
  };

  nanoseconds gap(const phase& now) {
    return nanoseconds(1 + static_cast<std::int64_t>(arrivals_.exponential(1e9 / now.arrivals)));
  }

  void send(nanoseconds now) {
    const auto mean = static_cast<double>(how_.service.count());
    const nanoseconds needs(static_cast<std::int64_t>(services_.uniform(0.5, 1.5) * mean));
    waiting_.push_back({now, needs, ++in_flight_, {}});
    start_waiting(now);
  }

  void start_waiting(nanoseconds now) {
    for (; !waiting_.empty() && running_.size() < servers_; waiting_.pop_front()) {
      call next = waiting_.front();
      next.ends = now + next.needs;
      running_.push(next);
    }
  }

  void finish(adaptive_limit& limit) {
    const call done = running_.top();
    running_.pop();
    --in_flight_;
    if (done.ends - done.sent <= how_.deadline)
      ++good_;
    limit.ended({.sent = sample::time_point(done.sent),
                 .ended = sample::time_point(done.ends),
                 .in_flight = done.in_flight});
    start_waiting(done.ends);
  }

  const world& how_;
  weir::random_stream arrivals_;
  weir::random_stream services_;
  std::size_t servers_ = 1;
  std::size_t in_flight_ = 0;
  std::size_t good_ = 0;
  std::deque<call> waiting_;
  std::priority_queue<call, std::vector<call>, std::greater<>> running_;
};

class fixed_limit final : public adaptive_limit {
public:
  explicit fixed_limit(std::size_t value) : value_(value) {}

  [[nodiscard]] std::size_t limit() const override { return value_; }

  void ended(const sample&) override {}

private:
  std::size_t value_;
};

struct fixed_result {
  std::size_t limit = 0;
  std::size_t goodput = 0;
};

/// Of the limits 1, 2, 3, 4, 5, 7, 9, 12, …, each about two fifths above the one before.
inline fixed_result best_fixed(const world& how, const weir::random_stream& random) {
  fixed_result best;
  for (std::size_t i = 1; i <= how.options.maximum; i += std::max<std::size_t>(1, i * 2 / 5)) {
    fixed_limit fixed(i);
    const std::size_t goodput = simulation(how, random).goodput(fixed);
    if (goodput > best.goodput)
      best = {i, goodput};
  }
  return best;
}

} // namespace weir_hidden
