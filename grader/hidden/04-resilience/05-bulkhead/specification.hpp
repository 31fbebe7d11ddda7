/// \file
/// The brief of `bulkhead` as a model: what may be seen, and in which state.
#pragma once

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weir_hidden {

/// The brief. A call joins the line, is given a place or refused, and gives its place back when the
/// dependency is done with it: unseen steps, which may fall at any time within their instant. So
/// where a place, a cancellation and a deadline meet, any of them may be first. No step of one
/// dependency looks at another.
class bulkhead_specification {
public:
  static constexpr std::size_t dependencies = 3;

  using outcome = weir::storm::outcome;

  struct size {
    std::uint8_t in_flight = 1;
    std::uint8_t queued = 0;

    friend bool operator==(const size&, const size&) = default;
  };

  struct caller {
    std::uint16_t id = 0;
    std::uint8_t to = 0;

    friend bool operator==(const caller&, const caller&) = default;
  };

  struct guest {
    enum class stage : std::uint8_t {
      called,
      in_line,
      placed, ///< the dependency is not yet asked
      running,
      ended, ///< the dependency is done with it, its place is still taken
      done,  ///< not yet back
    } at = stage::called;
    bool given_up = false; ///< cancelled
    bool may_be_late = false;
    bool must_be_late = false; ///< made after its `start_by`
    outcome how = outcome::returned;
    caller who{};

    [[nodiscard]] bool has_place() const { return at >= stage::placed && at <= stage::ended; }

    friend bool operator==(const guest&, const guest&) = default;
  };

  struct state {
    std::vector<guest> guests{}; ///< who is in line stands behind those who came before

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      call,
      cancel,
      due,  ///< `start_by` is now
      over, ///< `start_by` has passed
      begun,
      ended,
      back,
      counts
    } what = kind::call;
    caller who{};
    bool late = false; ///< of a call: its `start_by` is over
    bool edge = false; ///< of a call: its `start_by` is now
    outcome how = outcome::returned;
    std::size_t in_flight = 0;
    std::size_t queued = 0;
    std::string error{};
  };

  explicit bulkhead_specification(std::array<size, dependencies> sizes, bool in_order = true)
      : sizes_(sizes), in_order_(in_order) {}

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using stage = guest::stage;
    switch (seen.what) {
    case event::kind::call:
      s.guests.push_back(
          {.may_be_late = seen.late || seen.edge, .must_be_late = seen.late, .who = seen.who});
      return true;
    case event::kind::cancel:
      for (guest& one : s.guests)
        one.given_up = one.given_up || one.who.id == seen.who.id;
      return true;
    case event::kind::due:
      for (guest& one : s.guests)
        one.may_be_late = one.may_be_late || one.who.id == seen.who.id;
      return true;
    case event::kind::over:
      return std::ranges::none_of(s.guests, [&](const guest& one) {
        return one.who.id == seen.who.id && one.at == stage::in_line;
      });
    case event::kind::begun:
      return move_on(s, seen.who, stage::placed, stage::running, outcome::returned);
    case event::kind::ended:
      return move_on(s, seen.who, stage::running, stage::ended, seen.how);
    case event::kind::counts:
      return count(s, seen.who.to, stage::running) == seen.in_flight &&
             count(s, seen.who.to, stage::in_line) == seen.queued;
    case event::kind::back:
      break;
    }
    return std::erase_if(s.guests, [&](const guest& one) {
             return one.at == stage::done && one.who.id == seen.who.id && one.how == seen.how;
           }) == 1;
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    using stage = guest::stage;
    for (std::size_t i = 0; i < s.guests.size(); ++i) {
      const guest& one = s.guests[i];
      const size& granted = sizes_[one.who.to];
      const bool room = places_taken(s, one.who.to) < granted.in_flight;
      const bool first = !in_order_ || first_in_line(s, one.who.to) == &one;
      if (one.at == stage::ended)
        next(with(s, i, stage::done, one.how));
      if (one.at == stage::called) {
        const bool at_once = room && (!in_order_ || first_in_line(s, one.who.to) == nullptr);
        const bool may_wait = count(s, one.who.to, stage::in_line) < granted.queued;
        if (!at_once && !may_wait)
          next(with(s, i, stage::done, outcome::refused));
        else if (!one.must_be_late)
          next(at_once ? with(s, i, stage::placed, outcome::returned)
                       : with_one_more_in_line(s, i));
      }
      if (one.at == stage::in_line && room && first)
        next(with(s, i, stage::placed, outcome::returned));
      if (one.given_up && one.at <= stage::placed)
        next(with(s, i, stage::done, outcome::aborted));
      if (one.may_be_late && one.at <= stage::placed)
        next(with(s, i, stage::done, outcome::timed_out));
    }
  }

  [[nodiscard]] static bool settled(const state& s) { return first_due(s) == nullptr; }

  /// Of whom something is due at this instant.
  [[nodiscard]] static const guest* first_due(const state& s) {
    using stage = guest::stage;
    const auto due = std::ranges::find_if(s.guests, [](const guest& one) {
      return one.at == stage::called || one.at == stage::placed || one.at == stage::ended ||
             one.at == stage::done || (one.at == stage::in_line && one.given_up);
    });
    return due == s.guests.end() ? nullptr : &*due;
  }

  [[nodiscard]] static std::size_t count(const state& s, std::size_t to, guest::stage at) {
    return static_cast<std::size_t>(std::ranges::count_if(
        s.guests, [&](const guest& one) { return one.who.to == to && one.at == at; }));
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = 17;
    for (const guest& one : s.guests)
      h = (h ^ (one.who.id * std::size_t{512} + static_cast<std::size_t>(one.at) * 64U +
                static_cast<std::size_t>(one.how) * 4U + (one.given_up ? 2U : 0U) +
                (one.may_be_late ? 1U : 0U))) *
          0x9E3779B97F4A7C15U;
    return h;
  }

private:
  static std::size_t places_taken(const state& s, std::size_t to) {
    return static_cast<std::size_t>(std::ranges::count_if(
        s.guests, [to](const guest& one) { return one.who.to == to && one.has_place(); }));
  }

  static const guest* first_in_line(const state& s, std::size_t to) {
    const auto first = std::ranges::find_if(s.guests, [to](const guest& one) {
      return one.who.to == to && one.at == guest::stage::in_line;
    });
    return first == s.guests.end() ? nullptr : &*first;
  }

  static bool move_on(state& s, const caller& who, guest::stage from, guest::stage to,
                      outcome how) {
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

  std::array<size, dependencies> sizes_;
  bool in_order_;
};

} // namespace weir_hidden
