/// \file
/// Knows at any moment whether a request may, and must, go out.
#pragma once

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline constexpr nanoseconds interval = 10ms;

/// The promises that a test holds the client to.
struct scope {
  bool spacing = false;
  bool full_use = false;
  bool pause = false;
  bool order = false;
};

/// Watches requests go out. Waiting is who has asked, or was refused, and has not been sent since.
class auditor {
public:
  explicit auditor(scope promises) : promises_(promises) {}

  void asked(int request) { join(request); }

  void refused(int request, nanoseconds retry_after) {
    check_idle();
    const nanoseconds now = weir::now();
    if (pause_seen_at_ != now) {
      pause_before_ = pause_end_;
      pause_seen_at_ = now;
    }
    if (now + retry_after > pause_end_) {
      pause_end_ = now + retry_after;
      pause_by_ = request;
    }
    weir::note("request {} is refused, Retry-After {}", request, retry_after);
    join(request);
  }

  /// It waits no longer: cancelled.
  void left(int request) {
    check_idle();
    waiting_.erase(request);
  }

  void sent(int request) {
    const nanoseconds now = weir::now();
    weir::note("request {} goes out", request);
    ++times_[request];
    check_idle();
    if (promises_.spacing)
      weir::expect(!last_sent_ || now - *last_sent_ >= interval,
                   "request {} went out {} after the one before it; {} is the least", request,
                   now - last_sent_.value_or(now), interval);
    if (promises_.pause) {
      // In the very instant in which a refusal arrives, a request may be faster than it.
      const nanoseconds end = pause_seen_at_ == now ? pause_before_ : pause_end_;
      weir::expect(now >= end,
                   "request {} went out at {}, although the 429 to request {} had said: nothing "
                   "before {}",
                   request, now, pause_by_, end);
    }
    if (promises_.order)
      for (const auto& [other, since] : waiting_)
        weir::expect(order_[other] >= order_[request] || since == now,
                     "request {} went out, while request {}, which had come before it, waited for "
                     "its turn",
                     request, other);
    last_sent_ = now;
    waiting_.erase(request);
    busy_since_ = now;
  }

  /// Nobody has waited beyond the moment at which one more could go.
  void check_idle() const {
    if (!promises_.full_use || waiting_.empty())
      return;
    const nanoseconds due = next_due();
    weir::expect(weir::now() <= due,
                 "{} waited, and nothing went out at {}, although the pause (if any) was over and "
                 "the last request was {} old",
                 crowd(), due, due - last_sent_.value_or(-interval));
  }

  [[nodiscard]] int times(int request) const {
    const auto found = times_.find(request);
    return found == times_.end() ? 0 : found->second;
  }

  [[nodiscard]] nanoseconds pause_end() const { return pause_end_; }

private:
  void join(int request) {
    check_idle();
    order_.try_emplace(request, static_cast<int>(order_.size()));
    if (waiting_.empty())
      busy_since_ = weir::now();
    waiting_.emplace(request, weir::now());
  }

  [[nodiscard]] nanoseconds next_due() const {
    nanoseconds due = std::max(busy_since_, pause_end_);
    if (last_sent_)
      due = std::max(due, *last_sent_ + interval);
    return due;
  }

  [[nodiscard]] std::string crowd() const {
    return waiting_.size() == 1 ? weir::text("request {}", waiting_.begin()->first)
                                : weir::text("{} requests", waiting_.size());
  }

  const scope promises_;
  std::map<int, nanoseconds> waiting_; ///< since when
  std::map<int, int> order_;           ///< in which they were asked
  std::map<int, int> times_;           ///< how often they were sent
  std::optional<nanoseconds> last_sent_;
  nanoseconds busy_since_{}; ///< since then, somebody has waited without a break
  nanoseconds pause_end_{};
  nanoseconds pause_seen_at_{-1};
  nanoseconds pause_before_{};
  int pause_by_ = 0;
};

} // namespace weir_hidden
