/// \file
/// The brief of `retry-after` as a model: what may be seen, and in which state.
#pragma once

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace weir_hidden {

/// The brief. Only one thing happens unseen: that the turn of somebody who is cancelled in the
/// instant of it counts as used. What else is free in an instant is said where an event is
/// accepted.
class client_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  static constexpr int refusal = 429;

  struct caller {
    enum class stage : std::uint8_t {
      waits,
      sent, ///< send() was called and has not begun
      on_the_way,
      answered,   ///< or failed: it is to return
      left_behind ///< it has returned, and its request is on the way
    } at = stage::waits;
    int request = 0;
    nanoseconds since{}; ///< it has waited
    bool cancelled = false;
    bool told = false; ///< its send() is cancelled
    outcome how = outcome::returned;
    int status = 0;

    friend bool operator==(const caller&, const caller&) = default;
  };

  struct state {
    nanoseconds interval{};
    nanoseconds now{};
    std::vector<caller> callers{}; ///< in the order in which they asked
    std::optional<nanoseconds> last_sent{};
    nanoseconds pause_ends{};
    nanoseconds refused_at{-1}; ///< the last time
    nanoseconds pause_before{}; ///< where the pause ended before that instant

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      ask,
      cancel,
      sent,
      begun,
      told,
      answered, ///< or failed
      back,
      clock ///< time was read
    } what = kind::clock;
    nanoseconds at{};
    int request = 0;
    outcome how = outcome::returned;
    int status = 0;
    nanoseconds retry_after{};
    bool own = true; ///< the answer that was returned belongs to the request
  };

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using kind = event::kind;
    using stage = caller::stage;
    if (due(s) < seen.at)
      return false;
    s.now = seen.at;
    if (seen.what == kind::clock)
      return true;
    if (seen.what == kind::ask) {
      s.callers.push_back({.request = seen.request, .since = s.now});
      return true;
    }
    const auto one = std::ranges::find(s.callers, seen.request, &caller::request);
    if (one == s.callers.end())
      return false;
    switch (seen.what) {
    case kind::cancel:
      one->cancelled = true;
      return true;
    case kind::sent:
      if (one->at != stage::waits || too_early(s) || in_a_pause(s) || !is_its_turn(s, *one))
        return false;
      one->at = stage::sent;
      s.last_sent = s.now;
      return true;
    case kind::begun:
      one->at = stage::on_the_way;
      return true;
    case kind::told:
      one->told = true;
      return one->cancelled;
    case kind::answered:
      arrive(s, *one, seen);
      if (one->at == stage::left_behind)
        s.callers.erase(one);
      return true;
    case kind::back:
      return come_back(s, *one, seen);
    default:
      return false;
    }
  }

  static void steps(const state& s, const std::function<void(state)>& next) {
    for (std::size_t i = 0; i < s.callers.size(); ++i) {
      const caller& one = s.callers[i];
      if (one.at != caller::stage::waits || !one.cancelled || too_early(s) || in_a_pause(s) ||
          !is_its_turn(s, one))
        continue;
      state after = s;
      after.last_sent = s.now;
      after.callers[i].at = caller::stage::answered;
      after.callers[i].how = outcome::aborted;
      next(std::move(after));
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    using stage = caller::stage;
    return due(s) > s.now && std::ranges::all_of(s.callers, [](const caller& one) {
             return (one.at == stage::waits && !one.cancelled) ||
                    ((one.at == stage::on_the_way || one.at == stage::left_behind) &&
                     (!one.cancelled || one.told));
           });
  }

  /// When a request has to go out, the latest.
  [[nodiscard]] static nanoseconds due(const state& s) {
    auto since = nanoseconds::max();
    for (const caller& one : s.callers)
      if (one.at == caller::stage::waits && !one.cancelled)
        since = std::min(since, one.since);
    if (since == nanoseconds::max())
      return since;
    return std::max({since, s.pause_ends, s.last_sent ? *s.last_sent + s.interval : since});
  }

  [[nodiscard]] static bool too_early(const state& s) {
    return s.last_sent && s.now - *s.last_sent < s.interval;
  }

  /// In the very instant in which a refusal arrives, a request may be faster than it.
  [[nodiscard]] static bool in_a_pause(const state& s) {
    return s.now < (s.refused_at == s.now ? s.pause_before : s.pause_ends);
  }

  /// Whoever has come in this instant, or leaves in it, has no claim.
  [[nodiscard]] static bool is_its_turn(const state& s, const caller& one) {
    return std::ranges::none_of(s.callers.data(), &one, [&s](const caller& before) {
      return before.at == caller::stage::waits && before.since != s.now && !before.cancelled;
    });
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = static_cast<std::size_t>(s.now.count());
    const auto mix = [&h](std::size_t value) {
      h = (h ^ value) * 0x9E3779B97F4A7C15U;
    };
    mix(static_cast<std::size_t>(s.last_sent.value_or(nanoseconds(-1)).count()));
    for (const caller& one : s.callers)
      mix(static_cast<std::size_t>(one.request) * 32 + static_cast<std::size_t>(one.at) * 4 +
          (one.cancelled ? 2U : 0U) + (one.told ? 1U : 0U));
    return h;
  }

private:
  static void arrive(state& s, caller& one, const event& seen) {
    const bool refused = seen.how == outcome::returned && seen.status == refusal;
    if (refused) {
      if (s.refused_at != s.now)
        s.pause_before = s.pause_ends;
      s.refused_at = s.now;
      s.pause_ends = std::max(s.pause_ends, s.now + seen.retry_after);
    }
    if (one.at == caller::stage::left_behind)
      return;
    one.at = refused ? caller::stage::waits : caller::stage::answered;
    one.since = s.now;
    one.how = seen.how;
    one.status = seen.status;
  }

  static bool come_back(state& s, const caller& one, const event& seen) {
    using stage = caller::stage;
    const std::ptrdiff_t at = &one - s.callers.data();
    const bool gave_up = one.cancelled && seen.how == outcome::aborted;
    const bool right =
        (one.at == stage::answered && one.how == seen.how &&
         (seen.how != outcome::returned || (one.status == seen.status && seen.own))) ||
        gave_up;
    if (one.at == stage::on_the_way)
      s.callers[static_cast<std::size_t>(at)].at = stage::left_behind;
    else
      s.callers.erase(s.callers.begin() + at);
    return right;
  }
};

} // namespace weir_hidden
