/// \file
/// The brief of `supervisor` as a model: what may be seen, and in which state.
#pragma once

#include "supervisor.hpp"

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

/// The brief. That supervise() learns of a failure, and that it drops whom it will not start, are
/// unseen steps, which may fall at any time within their instant; so any failure of an instant may
/// be the one too many, and what meets a cancellation may come before it. What may not be is that
/// such a step, a start or an end is left to a later instant.
class supervisor_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  struct seat {
    enum class stage : std::uint8_t {
      waiting, ///< to be started when it is `due`
      called,  ///< its coroutine has not begun
      running,
      failed, ///< supervise() has not heard of it
      done,   ///< and not to be started again
    } at = stage::waiting;
    nanoseconds due{};
    outcome how = outcome::returned; ///< of `failed`
    bool called_late = false;        ///< after the cancellation
    bool told = false;               ///< cancelled

    friend bool operator==(const seat&, const seat&) = default;
  };

  struct state {
    restart_policy policy;
    std::vector<seat> seats;
    nanoseconds now{};
    std::vector<nanoseconds> failures{};
    bool begun = false;
    bool cancelled = false;
    bool forced = false; ///< somebody did not end by himself, or was not started again
    bool back = false;
    std::optional<outcome> gave_up{}; ///< for which failure

    [[nodiscard]] bool ending() const { return cancelled || gave_up; }

    friend bool operator==(const state& a, const state& b) {
      return a.seats == b.seats && a.now == b.now && a.failures == b.failures &&
             a.begun == b.begun && a.cancelled == b.cancelled && a.forced == b.forced &&
             a.back == b.back && a.gave_up == b.gave_up;
    }
  };

  struct event {
    enum class kind : std::uint8_t {
      begin, ///< supervise() is called
      cancel,
      called,
      failed, ///< called, and that threw
      begun,
      told, ///< the child is cancelled
      ended,
      back,
      clock, ///< time was read
    } what = kind::clock;
    nanoseconds at{};
    std::size_t who = 0; ///< a child, from 0
    outcome how = outcome::returned;
    std::string error{}; ///< of `other`
  };

  /// \param limited false: the model without "as long as they don't, it never does": it may give up
  /// at any failure, or bear it
  explicit supervisor_specification(bool limited = true) : limited_(limited) {}

  [[nodiscard]] static state start(const restart_policy& policy, std::size_t children) {
    return {.policy = policy, .seats = std::vector<seat>(children)};
  }

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using stage = seat::stage;
    if (overdue(s, seen.at))
      return false;
    s.now = seen.at;
    switch (seen.what) {
    case event::kind::begin:
      s.begun = true;
      for (seat& one : s.seats)
        one.due = s.now;
      return true;
    case event::kind::cancel:
      s.cancelled = true;
      return true;
    case event::kind::clock:
      return true;
    case event::kind::back:
      return come_back(s, seen.how);
    default:
      break;
    }
    seat& one = s.seats[seen.who];
    switch (seen.what) {
    case event::kind::called:
    case event::kind::failed:
      if (!s.begun || s.back || one.at != stage::waiting || one.due != s.now)
        return false;
      one.called_late = s.cancelled;
      one.at = seen.what == event::kind::called ? stage::called : stage::failed;
      one.how = seen.how;
      return true;
    case event::kind::begun:
      one.told = false;
      return one.at == stage::called && !one.called_late && move_on(one, stage::running);
    case event::kind::told:
      one.told = true;
      s.forced = true;
      return one.at == stage::running && s.ending();
    default: // ended
      if (one.at != stage::running)
        return false;
      one.at = seen.how == outcome::returned || one.told ? stage::done : stage::failed;
      one.how = seen.how;
      return true;
    }
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    using stage = seat::stage;
    for (std::size_t i = 0; i < s.seats.size(); ++i) {
      const stage at = s.seats[i].at;
      if (at == stage::failed && !s.ending())
        hear_of_failure(s, i, next);
      else if (at == stage::failed || (s.ending() && (at == stage::waiting || at == stage::called)))
        next(with_done(s, i));
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    return !s.begun || s.back || (first_due(s) == nullptr && !all_done(s));
  }

  /// Of whom something is due at this instant: a start, a cancellation.
  [[nodiscard]] static const seat* first_due(const state& s) {
    using stage = seat::stage;
    const auto due = std::ranges::find_if(s.seats, [&s](const seat& one) {
      return (one.at == stage::waiting && one.due <= s.now) || one.at == stage::called ||
             (one.at == stage::running && s.ending() && !one.told);
    });
    return due == s.seats.end() ? nullptr : &*due;
  }

  [[nodiscard]] static bool all_done(const state& s) {
    return std::ranges::all_of(s.seats,
                               [](const seat& one) { return one.at == seat::stage::done; });
  }

  /// Of whom a start was due before `at`, and after what was seen last.
  [[nodiscard]] static const seat* overdue(const state& s, nanoseconds at) {
    const auto late = std::ranges::find_if(s.seats, [&](const seat& one) {
      return s.begun && one.at == seat::stage::waiting && one.due < at;
    });
    return late == s.seats.end() ? nullptr : &*late;
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = static_cast<std::size_t>(s.now.count()) * 16 + (s.cancelled ? 1U : 0U) +
                    (s.back ? 2U : 0U) + (s.gave_up ? 4U : 0U) + (s.forced ? 8U : 0U);
    for (const seat& one : s.seats)
      h = (h ^ (static_cast<std::size_t>(one.due.count()) * 32 +
                static_cast<std::size_t>(one.at) * 4U + (one.told ? 1U : 0U))) *
          0x9E3779B97F4A7C15U;
    return h ^ s.failures.size();
  }

private:
  static bool move_on(seat& one, seat::stage to) {
    one.at = to;
    return true;
  }

  static bool come_back(state& s, outcome how) {
    if (!s.begun || s.back || !all_done(s))
      return false;
    s.back = true;
    return (s.gave_up == how) || (s.cancelled && how == outcome::aborted) ||
           (how == outcome::returned && !s.gave_up && !s.forced);
  }

  static state with_done(state s, std::size_t i) {
    s.seats[i].at = seat::stage::done;
    s.forced = true;
    return s;
  }

  /// One that is exactly `period` old may count or not.
  void hear_of_failure(const state& s, std::size_t i,
                       const std::function<void(state)>& next) const {
    std::size_t surely = 0;
    std::size_t perhaps = 0;
    state after = s;
    std::erase_if(after.failures,
                  [&s](nanoseconds when) { return s.now - when > s.policy.period; });
    for (const nanoseconds when : after.failures)
      ++(s.now - when == s.policy.period ? perhaps : surely);
    if (!limited_ || surely < s.policy.intensity) {
      state borne = after;
      borne.failures.push_back(s.now);
      borne.seats[i].at = seat::stage::waiting;
      borne.seats[i].due = s.now + s.policy.backoff;
      next(std::move(borne));
    }
    if (!limited_ || surely + perhaps >= s.policy.intensity) {
      after.gave_up = s.seats[i].how;
      next(with_done(std::move(after), i));
    }
  }

  bool limited_;
};

} // namespace weir_hidden
