/// \file
/// The brief of `connection-pool` as a model: what may be seen, and in which state.
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

/// The brief. That somebody joins the line, has been given a connection or a place, and is about to
/// open one: these are unseen steps, which may fall at any time within their instant, and not
/// later. Who leaves in an instant in which it may, by its deadline or by a cancellation, leaves
/// what it had to the others.
class pool_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  struct caller {
    enum class stage : std::uint8_t {
      called, ///< not yet in line
      in_line,
      placed,  ///< may open a connection
      next,    ///< is the next to call connect()
      opening, ///< connect() runs for it
      given,   ///< a connection
      failed   ///< connect() has
    } at = stage::called;
    std::size_t id = 0;
    nanoseconds deadline{};
    bool cancelled = false;
    std::size_t connection = 0;
    outcome how = outcome::returned;

    friend bool operator==(const caller&, const caller&) = default;
  };

  struct link {
    enum class stage : std::uint8_t { opening, idle, given, lent, doomed } at = stage::opening;
    std::size_t number = 0;
    bool broken = false;
    bool told = false;    ///< its opening is cancelled
    bool nobodys = false; ///< whoever it was opened for has left
    std::optional<nanoseconds>
        free_to_close{}; ///< in the instant in which it was open, perhaps too late

    friend bool operator==(const link&, const link&) = default;
  };

  struct state {
    std::size_t size = 0;
    nanoseconds now{};
    std::vector<caller> callers{}; ///< who is in line stands behind those who came before
    std::vector<link> links{};

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      acquire,
      cancel,
      begun, ///< connect()
      told,
      ended,
      back,
      returned, ///< a lease has been
      breaks,
      closed,
      clock ///< time was read
    } what = kind::clock;
    nanoseconds at{};
    std::size_t id = 0;         ///< of a caller
    std::size_t connection = 0; ///< its number, or that of the call of connect()
    nanoseconds deadline{};
    outcome how = outcome::returned;
  };

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using kind = event::kind;
    if (overdue(s, seen.at) != nullptr)
      return false;
    s.now = seen.at;
    switch (seen.what) {
    case kind::clock:
      return true;
    case kind::acquire:
      s.callers.push_back({.id = seen.id, .deadline = std::max(seen.deadline, seen.at)});
      return true;
    case kind::cancel:
      for (caller& one : s.callers)
        one.cancelled = one.cancelled || one.id == seen.id;
      return true;
    case kind::begun:
      return begin(s, seen.connection);
    case kind::told:
      return tell(s, seen.connection);
    case kind::ended:
      return end(s, seen);
    case kind::back:
      return come_back(s, seen);
    case kind::returned: {
      link* const one = find(s, seen.connection);
      one->at = one->broken ? link::stage::doomed : link::stage::idle;
      return true;
    }
    case kind::breaks:
      find(s, seen.connection)->broken = true;
      return true;
    case kind::closed:
      return close(s, seen.connection);
    }
    return false;
  }

  static void steps(const state& s, const std::function<void(state)>& next) {
    using stage = caller::stage;
    const std::size_t first = first_in_line(s);
    if (first != s.callers.size()) {
      for (std::size_t i = 0; i < s.links.size(); ++i)
        if (is_ready(s.links[i])) {
          state after = s;
          after.links[i].at = link::stage::given;
          after.callers[first].at = stage::given;
          after.callers[first].connection = s.links[i].number;
          next(std::move(after));
        }
      if (std::ranges::none_of(s.links, is_ready) && used(s) < s.size)
        next(with(s, first, stage::placed));
    }
    const bool taken = std::ranges::count(s.callers, stage::next, &caller::at) != 0;
    for (std::size_t i = 0; i < s.callers.size(); ++i) {
      if (s.callers[i].at == stage::placed && !taken)
        next(with(s, i, stage::next));
      if (s.callers[i].at == stage::called)
        next(with_one_more_in_line(s, i));
      if (const caller& one = s.callers[i];
          may_go(s, one) && one.at != stage::opening && one.at != stage::failed)
        next(without(s, i));
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    using stage = caller::stage;
    const bool all_still = std::ranges::all_of(s.callers, [&](const caller& one) {
      return (one.at == stage::in_line || one.at == stage::opening) && !one.cancelled &&
             one.deadline > s.now;
    });
    const bool nobody_waits = first_in_line(s) == s.callers.size();
    return all_still && std::ranges::all_of(s.links, [nobody_waits](const link& one) {
             return one.at != link::stage::doomed && one.at != link::stage::given &&
                    !(one.at == link::stage::opening && (one.nobodys || one.told)) &&
                    (nobody_waits || one.at != link::stage::idle);
           });
  }

  /// Whose deadline was before `at`, and after what was seen last.
  [[nodiscard]] static const caller* overdue(const state& s, nanoseconds at) {
    const auto late =
        std::ranges::find_if(s.callers, [at](const caller& one) { return one.deadline < at; });
    return late == s.callers.end() ? nullptr : &*late;
  }

  [[nodiscard]] static std::size_t first_in_line(const state& s) {
    const auto first = std::ranges::find(s.callers, caller::stage::in_line, &caller::at);
    return static_cast<std::size_t>(first - s.callers.begin());
  }

  /// Places.
  [[nodiscard]] static std::size_t used(const state& s) {
    return s.links.size() +
           static_cast<std::size_t>(std::ranges::count_if(s.callers, [](const caller& one) {
             return one.at == caller::stage::placed || one.at == caller::stage::next;
           }));
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = static_cast<std::size_t>(s.now.count());
    const auto mix = [&h](std::size_t value) {
      h = (h ^ value) * 0x9E3779B97F4A7C15U;
    };
    for (const caller& one : s.callers)
      mix(one.id * 512 + one.connection * 32 + static_cast<std::size_t>(one.at) * 2 +
          (one.cancelled ? 1U : 0U));
    for (const link& one : s.links)
      mix(one.number * 64 + static_cast<std::size_t>(one.at) * 8 + (one.broken ? 4U : 0U) +
          (one.told ? 2U : 0U) + (one.nobodys ? 1U : 0U));
    return h;
  }

private:
  static bool is_ready(const link& one) { return one.at == link::stage::idle && !one.broken; }

  /// Whether it may leave now, whatever it has.
  static bool may_leave(const state& s, const caller& one, outcome how) {
    return (how == outcome::timed_out && one.deadline == s.now) ||
           (how == outcome::aborted && one.cancelled);
  }

  static bool may_go(const state& s, const caller& one) {
    return one.cancelled || one.deadline == s.now;
  }

  static state without(state s, std::size_t i) {
    caller& one = s.callers[i];
    if (link* const its = one.connection == 0 ? nullptr : find(s, one.connection))
      its->at = link::stage::idle;
    one.at = caller::stage::failed;
    one.connection = 0;
    one.how = one.cancelled ? outcome::aborted : outcome::timed_out;
    return s;
  }

  static link* find(state& s, std::size_t number) {
    const auto one = std::ranges::find(s.links, number, &link::number);
    return one == s.links.end() ? nullptr : &*one;
  }

  /// Whom a connection is opened for; null: nobody any more.
  static caller* owner(state& s, std::size_t number) {
    const auto one = std::ranges::find_if(s.callers, [number](const caller& each) {
      return each.at == caller::stage::opening && each.connection == number;
    });
    return one == s.callers.end() ? nullptr : &*one;
  }

  static state with(state s, std::size_t i, caller::stage at) {
    s.callers[i].at = at;
    return s;
  }

  static state with_one_more_in_line(state s, std::size_t i) {
    s.callers[i].at = caller::stage::in_line;
    std::rotate(s.callers.begin() + static_cast<std::ptrdiff_t>(i),
                s.callers.begin() + static_cast<std::ptrdiff_t>(i) + 1, s.callers.end());
    return s;
  }

  static bool begin(state& s, std::size_t number) {
    const auto whose = std::ranges::find(s.callers, caller::stage::next, &caller::at);
    if (whose == s.callers.end())
      return false;
    whose->at = caller::stage::opening;
    whose->connection = number;
    s.links.push_back({.number = number});
    return true;
  }

  static bool tell(state& s, std::size_t number) {
    link* const one = find(s, number);
    const caller* const whose = owner(s, number);
    one->told = true;
    return whose == nullptr || whose->cancelled || whose->deadline == s.now;
  }

  static bool end(state& s, const event& seen) {
    link* const one = find(s, seen.connection);
    caller* const whose = owner(s, seen.connection);
    if (seen.how != outcome::returned) {
      if (whose != nullptr) {
        whose->at = caller::stage::failed;
        whose->connection = 0;
        whose->how = seen.how;
        if (one->told && whose->deadline == s.now && !whose->cancelled)
          whose->how = outcome::timed_out;
      }
      s.links.erase(s.links.begin() + (one - s.links.data()));
      return true;
    }
    if (whose == nullptr || whose->cancelled || whose->deadline == s.now)
      one->free_to_close = s.now;
    one->at = whose == nullptr ? link::stage::idle : link::stage::given;
    one->told = false;
    one->nobodys = false;
    if (whose != nullptr)
      whose->at = caller::stage::given;
    return true;
  }

  static bool come_back(state& s, const event& seen) {
    using stage = caller::stage;
    const auto who = std::ranges::find(s.callers, seen.id, &caller::id);
    if (who == s.callers.end())
      return false;
    const caller one = *who;
    s.callers.erase(who);
    link* const its = one.connection == 0 ? nullptr : find(s, one.connection);
    if (seen.how == outcome::returned) {
      if (one.at != stage::given || one.connection != seen.connection)
        return false;
      its->at = link::stage::lent;
      return true;
    }
    if (one.at == stage::failed && one.how == seen.how)
      return true;
    if (!may_leave(s, one, seen.how))
      return false;
    if (its != nullptr && its->at == link::stage::opening)
      its->nobodys = true; // it is to be cancelled in this instant
    else if (its != nullptr)
      its->at = link::stage::idle;
    return true;
  }

  /// Who has been given one that breaks meanwhile may get another in its place.
  static bool close(state& s, std::size_t number) {
    link* const one = find(s, number);
    if (one == nullptr || one->at == link::stage::lent || one->at == link::stage::opening)
      return false;
    const bool right = one->at == link::stage::doomed || one->broken || one->free_to_close == s.now;
    const auto had = std::ranges::find(s.callers, number, &caller::connection);
    if (had != s.callers.end()) {
      had->at = caller::stage::placed;
      had->connection = 0;
    }
    s.links.erase(s.links.begin() + (one - s.links.data()));
    return right;
  }
};

} // namespace weir_hidden
