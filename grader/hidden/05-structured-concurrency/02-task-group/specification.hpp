/// \file
/// The brief of `task-group` as a model: what may be seen, and in which state.
#pragma once

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

/// The brief. That the group hears of an error, that `join` hears of its cancellation, that it
/// finds all children gone, and that a child which was cancelled before it began is dropped: these
/// are unseen steps, which may fall at any time within their instant, and not later.
class group_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  struct kid {
    enum class stage : std::uint8_t {
      started, ///< its function has not been called
      called,  ///< its coroutine has not begun
      running,
      failed, ///< the group has not heard of it
      gone
    } at = stage::started;
    bool told = false;               ///< cancelled
    outcome how = outcome::returned; ///< of `failed`

    friend bool operator==(const kid&, const kid&) = default;
  };

  struct error {
    outcome how;
    nanoseconds at;

    friend bool operator==(const error&, const error&) = default;
  };

  struct state {
    std::vector<kid> kids{};
    std::vector<error> errors{};
    nanoseconds now{};
    std::optional<nanoseconds> closed{}; ///< since when
    bool joined = false;
    bool join_cancelled = false;
    bool join_knows = false; ///< that it was
    bool over = false;       ///< join() has found all children gone
    bool back = false;

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      taken, ///< start() returned true
      refused,
      called,
      failed, ///< called, and that threw
      begun,
      told, ///< the child is cancelled
      ended,
      cancel,
      join,
      cancel_join,
      back,
      clock, ///< time was read
    } what = kind::clock;
    nanoseconds at{};
    std::size_t who = 0; ///< a child, from 0
    outcome how = outcome::returned;
    std::vector<outcome> errors{}; ///< of a group_error
  };

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using kind = event::kind;
    s.now = seen.at;
    switch (seen.what) {
    case kind::clock:
      return true;
    case kind::taken:
      s.kids.push_back({});
      return open(s);
    case kind::refused:
      s.kids.push_back({.at = kid::stage::gone});
      return !open(s);
    case kind::cancel:
      close(s);
      return true;
    case kind::join:
      s.joined = true;
      return true;
    case kind::cancel_join:
      s.join_cancelled = true;
      return true;
    case kind::back:
      return std::exchange(s.back, true) ? false : s.over && result_is_right(s, seen);
    default:
      return accept_of(s.kids[seen.who], s, seen);
    }
  }

  static void steps(const state& s, const std::function<void(state)>& next) {
    if (s.join_cancelled && !s.join_knows && !s.over) {
      state after = s;
      after.join_knows = true;
      close(after);
      next(std::move(after));
    }
    for (std::size_t i = 0; i < s.kids.size(); ++i)
      if (s.kids[i].at == kid::stage::failed)
        hear_of(s, i, next);
      else if (s.closed && may_be_dropped(s.kids[i]))
        next(with_gone(s, i));
    if (s.joined && !s.over && all_gone(s)) {
      state after = s;
      after.over = true;
      close(after);
      next(std::move(after));
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    return (!s.over || s.back) && first_due(s) == nullptr;
  }

  /// Of whom something is due at this instant: its beginning, a cancellation.
  [[nodiscard]] static const kid* first_due(const state& s) {
    const auto due = std::ranges::find_if(s.kids, [&s](const kid& one) {
      return may_be_dropped(one) || (one.at == kid::stage::running && s.closed && !one.told);
    });
    return due == s.kids.end() ? nullptr : &*due;
  }

  [[nodiscard]] static bool all_gone(const state& s) {
    return std::ranges::all_of(s.kids, [](const kid& one) { return one.at == kid::stage::gone; });
  }

  [[nodiscard]] static bool open(const state& s) { return !s.closed; }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = static_cast<std::size_t>(s.now.count()) * 32 + (s.closed ? 1U : 0U) +
                    (s.joined ? 2U : 0U) + (s.join_knows ? 4U : 0U) + (s.over ? 8U : 0U) +
                    (s.back ? 16U : 0U);
    for (const kid& one : s.kids)
      h = (h ^ (static_cast<std::size_t>(one.at) * 2U + (one.told ? 1U : 0U))) *
          0x9E3779B97F4A7C15U;
    return h ^ s.errors.size();
  }

private:
  static bool accept_of(kid& one, state& s, const event& seen) {
    using stage = kid::stage;
    switch (seen.what) {
    case event::kind::called:
    case event::kind::failed:
      if (one.at != stage::started)
        return false;
      one.at = seen.what == event::kind::called ? stage::called : stage::failed;
      one.how = seen.how;
      return true;
    case event::kind::begun:
      return std::exchange(one.at, stage::running) == stage::called;
    case event::kind::told:
      return one.at == stage::running && s.closed && !std::exchange(one.told, true);
    default: // ended
      if (one.at != stage::running)
        return false;
      one.how = seen.how;
      one.at = seen.how == outcome::returned || (one.told && seen.how == outcome::aborted)
                   ? stage::gone
                   : stage::failed;
      return true;
    }
  }

  static void close(state& s) {
    if (!s.closed)
      s.closed = s.now;
  }

  static bool may_be_dropped(const kid& one) {
    return one.at == kid::stage::started || one.at == kid::stage::called;
  }

  static state with_gone(state s, std::size_t i) {
    s.kids[i].at = kid::stage::gone;
    return s;
  }

  /// An operation_aborted of a child's own may pass for the echo of a cancellation in that instant.
  static void hear_of(const state& s, std::size_t i, const std::function<void(state)>& next) {
    const kid& one = s.kids[i];
    state after = with_gone(s, i);
    if (one.how == outcome::aborted && s.closed == s.now)
      next(after);
    after.errors.push_back({.how = one.how, .at = s.now});
    close(after);
    next(std::move(after));
  }

  static bool result_is_right(const state& s, const event& seen) {
    if (s.errors.empty())
      return seen.how == (s.join_knows ? outcome::aborted : outcome::returned);
    std::vector<outcome> found = seen.errors;
    if (s.join_knows && !found.empty()) {
      if (found.back() != outcome::aborted)
        return false;
      found.pop_back();
    }
    return seen.how == outcome::other && same_errors(s.errors, std::move(found));
  }

  /// Those of one instant may stand in any order.
  static bool same_errors(std::vector<error> due, std::vector<outcome> found) {
    if (due.size() != found.size())
      return false;
    for (std::size_t i = 0, end = 0; i < due.size(); i = end) {
      while (end < due.size() && due[end].at == due[i].at)
        ++end;
      std::sort(due.begin() + static_cast<std::ptrdiff_t>(i),
                due.begin() + static_cast<std::ptrdiff_t>(end),
                [](const error& a, const error& b) { return a.how < b.how; });
      std::sort(found.begin() + static_cast<std::ptrdiff_t>(i),
                found.begin() + static_cast<std::ptrdiff_t>(end));
      for (std::size_t n = i; n < end; ++n)
        if (due[n].how != found[n])
          return false;
    }
    return true;
  }
};

} // namespace weir_hidden
