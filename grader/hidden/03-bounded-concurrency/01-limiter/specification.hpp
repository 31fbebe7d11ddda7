/// \file
/// The brief of `limiter` as a model: what may be seen, and in which state.
#pragma once

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

/// The brief. Who has called joins the line, is given a permit, and gives it back when its job has
/// ended: unseen steps, which may fall at any time within their instant. So where a turn and a
/// cancellation meet, the job may be called or not. What may not be is that one of these steps is
/// left to a later instant.
class limiter_specification {
public:
  using outcome = weir::storm::outcome;

  struct caller {
    std::uint16_t id = 0;
    bool stubborn = false; ///< its job takes a while to tidy up when it is cancelled

    friend bool operator==(const caller&, const caller&) = default;
  };

  struct guest {
    enum class stage : std::uint8_t {
      called, ///< not yet in line
      in_line,
      permitted, ///< its job is not yet called
      made,      ///< the job was called and has not begun
      running,
      ended, ///< the job has; the permit is still out
      done,  ///< not yet back
    } at = stage::called;
    bool given_up = false; ///< cancelled
    outcome how = outcome::returned;
    caller who{};

    [[nodiscard]] bool has_permit() const { return at >= stage::permitted && at <= stage::ended; }

    friend bool operator==(const guest&, const guest&) = default;
  };

  struct state {
    std::size_t limit = 0;
    std::vector<guest> guests{}; ///< who is in line stands behind those who came before

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      call,
      cancel,
      limit,
      made,   ///< the job was called
      failed, ///< the job was called, and that threw
      begun,
      ended,
      back,
      counts, ///< in_flight and waiting were read
    } what = kind::call;
    caller who{};
    outcome how = outcome::returned;
    std::size_t limit = 0;
    std::size_t in_flight = 0;
    std::size_t waiting = 0;
    std::string error{}; ///< of `other`
  };

  /// \param in_order false: the model without "first come, first served"
  explicit limiter_specification(bool in_order = true) : in_order_(in_order) {}

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using stage = guest::stage;
    switch (seen.what) {
    case event::kind::call:
      s.guests.push_back({.who = seen.who});
      return true;
    case event::kind::cancel:
      for (guest& one : s.guests)
        one.given_up = one.given_up || one.who.id == seen.who.id;
      return true;
    case event::kind::limit:
      s.limit = seen.limit;
      return true;
    case event::kind::made:
      return move_on(s, seen.who, stage::permitted, stage::made);
    case event::kind::failed:
      return move_on(s, seen.who, stage::permitted, stage::ended, seen.how);
    case event::kind::begun:
      return move_on(s, seen.who, stage::made, stage::running);
    case event::kind::ended:
      return move_on(s, seen.who, stage::running, stage::ended, seen.how);
    case event::kind::counts:
      return count(s, stage::running) == seen.in_flight && count(s, stage::in_line) == seen.waiting;
    case event::kind::back:
      break;
    }
    return std::erase_if(s.guests, [&](const guest& one) {
             return one.at == stage::done && one.who.id == seen.who.id && one.how == seen.how;
           }) == 1;
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    using stage = guest::stage;
    const auto out = static_cast<std::size_t>(std::ranges::count_if(s.guests, &guest::has_permit));
    bool first = true;
    for (std::size_t i = 0; i < s.guests.size(); ++i) {
      const guest& one = s.guests[i];
      if (one.at == stage::ended)
        next(with(s, i, stage::done, one.how));
      if (one.at == stage::in_line && out < s.limit && (first || !in_order_))
        next(with(s, i, stage::permitted, outcome::returned));
      if (one.given_up &&
          (one.at == stage::in_line || one.at == stage::permitted || one.at == stage::made))
        next(with(s, i, stage::done, outcome::aborted));
      if (one.at == stage::called)
        next(with_one_more_in_line(s, i));
      first = first && one.at != stage::in_line;
    }
  }

  [[nodiscard]] static bool settled(const state& s) { return first_due(s) == nullptr; }

  /// Of whom something is due at this instant: the call of its job, its end, its return.
  [[nodiscard]] static const guest* first_due(const state& s) {
    using stage = guest::stage;
    const auto due = std::ranges::find_if(s.guests, [](const guest& one) {
      return one.at == stage::permitted || one.at == stage::made || one.at == stage::done ||
             (one.at == stage::running && one.given_up && !one.who.stubborn);
    });
    return due == s.guests.end() ? nullptr : &*due;
  }

  [[nodiscard]] static std::size_t count(const state& s, guest::stage at) {
    return static_cast<std::size_t>(std::ranges::count(s.guests, at, &guest::at));
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = s.limit;
    for (const guest& one : s.guests)
      h = (h ^ (one.who.id * std::size_t{256} + static_cast<std::size_t>(one.at) * 16U +
                static_cast<std::size_t>(one.how) * 2U + (one.given_up ? 1U : 0U))) *
          0x9E3779B97F4A7C15U;
    return h;
  }

private:
  static bool move_on(state& s, const caller& who, guest::stage from, guest::stage to,
                      outcome how = outcome::returned) {
    const auto found = std::ranges::find_if(
        s.guests, [&](const guest& one) { return one.at == from && one.who.id == who.id; });
    if (found == s.guests.end())
      return false;
    found->at = to;
    found->how = how;
    return true;
  }

  static state with(state s, std::size_t i, guest::stage at, outcome how) {
    s.guests[i].at = at;
    s.guests[i].how = how;
    return s;
  }

  static state with_one_more_in_line(state s, std::size_t i) {
    s.guests[i].at = guest::stage::in_line;
    std::rotate(s.guests.begin() + static_cast<std::ptrdiff_t>(i),
                s.guests.begin() + static_cast<std::ptrdiff_t>(i) + 1, s.guests.end());
    return s;
  }

  bool in_order_;
};

} // namespace weir_hidden
