#pragma once

#include "backoff.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

/// A fleet that loses its dependency, and gets it back: the model that the exercise is judged by.
///
/// At time 0 the dependency goes down, and every client finds out by a call. Each calls again until
/// it has been served once, after the pauses that its `backoff` gives. While the dependency is
/// down, calls are refused. When it is back, it serves `capacity` calls a second, by a number of
/// servers that need 40 ms each; a fifth of a second's worth of calls can wait, and what comes
/// beyond is refused.
///
/// A state machine without a clock of its own: `next` says when something happens, `step` lets it
/// happen.
class incident {
public:
  using time = std::chrono::nanoseconds;
  using maker = std::function<std::unique_ptr<backoff>(const client&)>;

  static constexpr time window = std::chrono::milliseconds(100);

  incident(const fleet& all, time outage, std::uint64_t first_serial, const maker& make)
      : outage_(outage),
        servers_(std::max<std::size_t>(1, static_cast<std::size_t>(all.capacity / 25))),
        service_(seconds(static_cast<double>(servers_) / all.capacity)),
        room_(std::max<std::size_t>(1, static_cast<std::size_t>(all.capacity / 5))),
        settled_(seconds(4 * static_cast<double>(all.clients) / all.capacity)) {
    for (std::size_t i = 0; i < all.clients; ++i) {
      // An odd factor: no two serials are equal.
      const std::uint64_t serial = (first_serial + i) * 0x9e3779b97f4a7c15U;
      clients_.push_back({.policy = make({.serial = serial, .among = all})});
      calls_at(time(0), i);
    }
  }

  /// When something happens next; empty when everybody has been served.
  [[nodiscard]] std::optional<time> next() const {
    return events_.empty() ? std::nullopt : std::optional(std::get<time>(events_.top()));
  }

  enum class what : std::uint8_t { refused, waits, starts, served };

  /// What happened, and to whom: an index from 0.
  struct happening {
    what happened;
    std::size_t who;
  };

  /// Lets the next thing happen.
  happening step() {
    const auto [when, order, answer, who] = events_.top();
    events_.pop();
    now_ = when;
    if (!answer)
      return {call(who), who};
    serve();
    return {what::served, who};
  }

  /// \name What there was to see
  /// @{
  /// How long it takes to serve everybody once.
  [[nodiscard]] time one_round() const { return settled_ / 4; }

  /// Four rounds: from then on `peak` counts.
  [[nodiscard]] time settled() const { return settled_; }

  [[nodiscard]] std::size_t calls() const { return calls_; }

  [[nodiscard]] std::size_t calls_in_outage() const { return calls_in_outage_; }

  /// The calls of the last 100 ms.
  [[nodiscard]] std::size_t recent() const { return recent_.size(); }

  /// The most calls in any 100 ms since `settled`, and when that was.
  [[nodiscard]] std::size_t peak() const { return peak_; }

  [[nodiscard]] time peak_at() const { return peak_at_; }

  [[nodiscard]] std::size_t served() const { return served_; }

  /// After the end of the outage.
  [[nodiscard]] time last_served() const { return last_served_ - outage_; }

  /// The last pause of one of them.
  [[nodiscard]] time last_pause(std::size_t who) const { return clients_[who].pause; }

  [[nodiscard]] unsigned failures(std::size_t who) const { return clients_[who].failures; }

  /// @}

private:
  /// When, in which order, whether it is an answer (or a call), whose.
  using event = std::tuple<time, std::uint64_t, bool, std::size_t>;

  struct member {
    std::unique_ptr<backoff> policy;
    unsigned failures = 0;
    time pause{};
  };

  static constexpr time round_trip = std::chrono::milliseconds(5); ///< of a refusal

  static time seconds(double count) { return time(static_cast<time::rep>(count * 1e9)); }

  void calls_at(time when, std::size_t who) { events_.emplace(when, order_++, false, who); }

  what call(std::size_t who) {
    count_call();
    if (now_ < outage_ || (busy_ == servers_ && waiting_.size() == room_)) {
      member& refused = clients_[who];
      refused.pause = std::max(time(0), refused.policy->pause(++refused.failures));
      calls_at(now_ + round_trip + refused.pause, who);
      return what::refused;
    }
    if (busy_ == servers_) {
      waiting_.push_back(who);
      return what::waits;
    }
    start(who);
    return what::starts;
  }

  void start(std::size_t who) {
    ++busy_;
    events_.emplace(now_ + service_, order_++, true, who);
  }

  void serve() {
    ++served_;
    last_served_ = now_;
    --busy_;
    if (!waiting_.empty()) {
      start(waiting_.front());
      waiting_.pop_front();
    }
  }

  void count_call() {
    ++calls_;
    if (now_ < outage_)
      ++calls_in_outage_;
    recent_.push_back(now_);
    while (recent_.front() <= now_ - window)
      recent_.pop_front();
    if (now_ >= settled_ && recent_.size() > peak_) {
      peak_ = recent_.size();
      peak_at_ = now_;
    }
  }

  time outage_;
  std::size_t servers_;
  time service_;
  std::size_t room_;
  time settled_;
  std::vector<member> clients_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  time now_{};
  std::size_t busy_ = 0;
  std::deque<std::size_t> waiting_;
  std::deque<time> recent_;
  std::size_t calls_ = 0;
  std::size_t calls_in_outage_ = 0;
  std::size_t peak_ = 0;
  time peak_at_{};
  std::size_t served_ = 0;
  time last_served_{};
};
