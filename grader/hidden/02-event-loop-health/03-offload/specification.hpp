/// \file
/// The brief of `offload` as a model: what may be seen, and in which state.
#pragma once

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weir_hidden {

/// The brief. A call is given a thread, joins the line or is refused; its job begins and ends on
/// the thread, which is free again when the call is done: unseen steps, which may fall at any time
/// within their instant. So where a thread, a cancellation and the end of a job meet, any of them
/// may be first.
class offload_specification {
public:
  using outcome = weir::storm::outcome;

  struct guest {
    enum class stage : std::uint8_t {
      called,
      in_line,
      placed, ///< its job has not begun
      running,
      ended, ///< the job has; its thread is still taken
      done,  ///< not yet back
    } at = stage::called;
    std::uint16_t id = 0;
    bool late = false;     ///< called after `close`
    bool given_up = false; ///< cancelled
    bool told = false;     ///< its job was asked to stop
    bool either = false;   ///< the job ended, and the call was cancelled, in one instant
    outcome how = outcome::returned;
    std::chrono::nanoseconds cancelled_at{-1};

    [[nodiscard]] bool has_thread() const { return at >= stage::placed && at <= stage::ended; }

    friend bool operator==(const guest&, const guest&) = default;
  };

  struct state {
    std::vector<guest> guests{}; ///< who is in line stands behind those who came before
    bool closing = false;
    bool joined = false;
    bool closed = false;

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      call,
      cancel,
      begun,
      told, ///< a job is asked to stop
      ended,
      back,
      close,
      joined, ///< the threads are
      closed, ///< `close` has returned
      counts, ///< `running` and `waiting` were read
    } what = kind::call;
    std::uint16_t id = 0;
    outcome how = outcome::returned;
    std::chrono::nanoseconds at{};
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::string error{}; ///< of `other`
  };

  /// \param in_order false: the model without "first come, first served"
  offload_specification(std::size_t threads, std::size_t limit, bool in_order = true)
      : threads_(threads), limit_(limit), in_order_(in_order) {}

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    switch (seen.what) {
    case event::kind::call:
      s.guests.push_back({.id = seen.id, .late = s.closing});
      return true;
    case event::kind::cancel:
      return cancel(s, seen);
    case event::kind::begun:
      return move_on(s, seen, stage::placed, stage::running);
    case event::kind::ended:
      return move_on(s, seen, stage::running, stage::ended);
    case event::kind::told: {
      guest* const one = find(s, seen.id);
      if (one == nullptr || !one->given_up || one->told || one->at != stage::running)
        return false;
      return one->told = true;
    }
    case event::kind::close:
      return s.closing = true;
    case event::kind::joined:
      if (!s.closing || s.joined || !std::ranges::all_of(s.guests, has_no_job))
        return false;
      return s.joined = true;
    case event::kind::closed:
      if (!s.joined || s.closed || !std::ranges::all_of(s.guests, has_no_job))
        return false;
      return s.closed = true;
    case event::kind::counts:
      return count(s, stage::running) == seen.running && count(s, stage::in_line) == seen.waiting;
    case event::kind::back:
      break;
    }
    return std::erase_if(s.guests, [&](const guest& one) {
             return one.at == stage::done && one.id == seen.id && one.how == seen.how;
           }) == 1;
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    const auto taken =
        static_cast<std::size_t>(std::ranges::count_if(s.guests, &guest::has_thread));
    const bool room = taken < threads_;
    const std::size_t line = count(s, stage::in_line);
    bool first = true;
    for (std::size_t i = 0; i < s.guests.size(); ++i) {
      const guest& one = s.guests[i];
      if (one.at == stage::ended && (!one.given_up || one.either))
        next(with(s, i, stage::done, one.how));
      if (one.given_up && (one.at == stage::ended || (one.at == stage::done && one.either)) &&
          !(one.at == stage::done && one.how == outcome::aborted))
        next(with(s, i, stage::done, outcome::aborted));
      if (one.at == stage::called && s.closing)
        next(with(s, i, stage::done, outcome::shut_down));
      if (one.at == stage::called && !one.late) {
        if (room && (line == 0 || !in_order_))
          next(with(s, i, stage::placed, outcome::returned));
        else if (line < limit_)
          next(with_one_more_in_line(s, i));
        if (full(s) || (line >= limit_ && !(room && line == 0)))
          next(with(s, i, stage::done, outcome::refused));
      }
      if (one.at == stage::in_line && room && (first || !in_order_))
        next(with(s, i, stage::placed, outcome::returned));
      if (one.given_up && one.at <= stage::placed)
        next(with(s, i, stage::done, outcome::aborted));
      first = first && one.at != stage::in_line;
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    return first_due(s) == nullptr && !close_is_due(s);
  }

  /// Of whom something is due at this instant.
  [[nodiscard]] static const guest* first_due(const state& s) {
    const auto due = std::ranges::find_if(s.guests, [](const guest& one) {
      return (one.at != stage::in_line && one.at != stage::running) ||
             (one.at == stage::running && one.given_up && !one.told) ||
             (one.at == stage::in_line && one.given_up);
    });
    return due == s.guests.end() ? nullptr : &*due;
  }

  [[nodiscard]] static bool close_is_due(const state& s) {
    return s.closing && !s.closed && s.guests.empty();
  }

  using stage = guest::stage;

  [[nodiscard]] static std::size_t count(const state& s, stage at) {
    return static_cast<std::size_t>(std::ranges::count(s.guests, at, &guest::at));
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = (s.closing ? 1U : 0U) + (s.joined ? 2U : 0U) + (s.closed ? 4U : 0U);
    for (const guest& one : s.guests)
      h = (h ^ (one.id * std::size_t{1024} + static_cast<std::size_t>(one.at) * 128U +
                static_cast<std::size_t>(one.how) * 8U + (one.given_up ? 1U : 0U) +
                (one.told ? 2U : 0U) + (one.either ? 4U : 0U))) *
          0x9E3779B97F4A7C15U;
    return h;
  }

private:
  static guest* find(state& s, std::uint16_t id) {
    const auto found = std::ranges::find(s.guests, id, &guest::id);
    return found == s.guests.end() ? nullptr : &*found;
  }

  /// Who has left in this instant may still be counted as inside.
  [[nodiscard]] bool full(const state& s) const {
    const auto inside =
        static_cast<std::size_t>(std::ranges::count_if(s.guests, [](const guest& one) {
          return one.at != stage::called && one.how != outcome::refused &&
                 one.how != outcome::shut_down;
        }));
    return inside >= threads_ + limit_;
  }

  static bool has_no_job(const guest& one) {
    return one.at == stage::done || (one.at == stage::called && one.late);
  }

  static bool cancel(state& s, const event& seen) {
    if (guest* const one = find(s, seen.id); one != nullptr && !one->given_up) {
      one->given_up = true;
      one->cancelled_at = seen.at;
      // It had not been told of the end by then.
      one->either = one->at == stage::ended || one->at == stage::done;
    }
    return true;
  }

  static bool move_on(state& s, const event& seen, stage from, stage to) {
    guest* const found = find(s, seen.id);
    if (found == nullptr || found->at != from)
      return false;
    found->at = to;
    found->how = seen.how;
    if (to == stage::ended)
      found->either = found->given_up && found->cancelled_at == seen.at;
    return true;
  }

  static state with(state s, std::size_t i, stage at, outcome how) {
    s.guests[i].at = at;
    s.guests[i].how = how;
    return s;
  }

  static state with_one_more_in_line(state s, std::size_t i) {
    s.guests[i].at = stage::in_line;
    std::rotate(s.guests.begin() + static_cast<std::ptrdiff_t>(i),
                s.guests.begin() + static_cast<std::ptrdiff_t>(i) + 1, s.guests.end());
    return s;
  }

  std::size_t threads_;
  std::size_t limit_;
  bool in_order_;
};

} // namespace weir_hidden
