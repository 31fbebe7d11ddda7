/// \file
/// The brief of `pass-it-on` as a model: what may be seen, and in which state.
#pragma once

#include <weir/storm/outcome.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace weir_hidden {

enum class step : std::uint8_t { connect, send, receive };

/// The brief. That a call gets the wire, leaves the line, gives up, or is through: these are unseen
/// steps, which may fall at any time within their instant, and not later. An operation that a
/// cancelled call begins in that very instant is borne, and has to be cancelled in it.
class meter_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  struct caller {
    std::size_t id = 0;
    bool cancelled = false;

    friend bool operator==(const caller&, const caller&) = default;
  };

  /// Whoever has the wire.
  struct holder {
    std::size_t id = 0;
    bool cancelled = false;
    nanoseconds cancelled_at{};
    std::optional<step> under_way{};
    bool told = false; ///< the operation is cancelled
    bool begun = false;
    bool sent = false;
    std::optional<nanoseconds> pause_ends{};

    friend bool operator==(const holder&, const holder&) = default;
  };

  /// Whose end is due in this instant.
  struct leaver {
    std::size_t id = 0;
    outcome how = outcome::aborted;
    bool or_aborted = false;

    friend bool operator==(const leaver&, const leaver&) = default;
  };

  enum class link : std::uint8_t { none, there, perhaps };

  /// Where the last cancellation met its call.
  enum class place : std::uint8_t { nowhere, in_line, in_between, on_the_wire, in_the_pause };

  struct state {
    nanoseconds pause{};
    nanoseconds now{};
    std::vector<caller> line{};
    std::optional<holder> has{};
    std::vector<leaver> leaving{};
    link connection = link::none;
    place met = place::nowhere;

    friend bool operator==(const state& a, const state& b) {
      return a.now == b.now && a.line == b.line && a.has == b.has && a.leaving == b.leaving &&
             a.connection == b.connection && a.met == b.met;
    }
  };

  struct event {
    enum class kind : std::uint8_t {
      ask,
      cancel,
      begun,  ///< an operation
      failed, ///< it was called, and that threw
      told,   ///< it is cancelled
      ended,
      closed,
      back,
      clock, ///< time was read
    } what = kind::clock;
    nanoseconds at{};
    std::size_t id = 0; ///< of a call; of an operation: the request that is sent
    step operation = step::connect;
    outcome how = outcome::returned;
    std::size_t answered = 0; ///< to whom the answer belongs that was returned
  };

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    using kind = event::kind;
    if (overdue(s, seen.at))
      return false;
    s.now = seen.at;
    switch (seen.what) {
    case kind::clock:
      return true;
    case kind::ask:
      s.line.push_back({.id = seen.id});
      return true;
    case kind::cancel:
      cancel(s, seen.id);
      return true;
    case kind::begun:
      return begin(s, seen);
    case kind::failed:
      return begin(s, seen) && end(s, seen.how);
    case kind::told:
      return s.has && s.has->under_way && s.has->cancelled && !std::exchange(s.has->told, true);
    case kind::ended:
      return s.has && s.has->under_way && end(s, seen.how);
    case kind::closed:
      if (s.connection == link::there || (s.has && s.has->under_way))
        return false;
      s.connection = link::none;
      return true;
    case kind::back:
      return come_back(s, seen);
    }
    return false;
  }

  static void steps(const state& s, const std::function<void(state)>& next) {
    for (std::size_t i = 0; i < s.line.size(); ++i)
      if (s.line[i].cancelled) {
        state after = s;
        after.leaving.push_back({.id = s.line[i].id});
        after.line.erase(after.line.begin() + static_cast<std::ptrdiff_t>(i));
        next(std::move(after));
      }
    if (!s.has && !s.line.empty() && !s.line.front().cancelled) {
      state after = s;
      after.has = holder{.id = s.line.front().id};
      after.line.erase(after.line.begin());
      next(std::move(after));
    }
    if (!s.has || s.has->under_way)
      return;
    if (s.has->cancelled) {
      state after = s;
      leave(after, outcome::aborted, false);
      next(std::move(after));
    }
  }

  [[nodiscard]] static bool settled(const state& s) {
    if (!s.leaving.empty())
      return false;
    if (!s.has)
      return s.line.empty();
    return s.has->under_way ? !s.has->cancelled || s.has->told
                            : s.has->pause_ends && *s.has->pause_ends > s.now;
  }

  /// Of whom an operation was due before `at`, and after what was seen last.
  [[nodiscard]] static bool overdue(const state& s, nanoseconds at) {
    return s.has && s.has->pause_ends && *s.has->pause_ends < at;
  }

  /// What whoever has the wire is to call next.
  [[nodiscard]] static step due(const state& s) {
    if (s.has->sent)
      return step::receive;
    return s.connection == link::none ? step::connect : step::send;
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h =
        static_cast<std::size_t>(s.now.count()) * 4 + static_cast<std::size_t>(s.connection);
    const auto mix = [&h](std::size_t value) {
      h = (h ^ value) * 0x9E3779B97F4A7C15U;
    };
    for (const caller& one : s.line)
      mix(one.id * 2 + (one.cancelled ? 1U : 0U));
    if (s.has)
      mix(s.has->id * 16 + (s.has->under_way ? 8U : 0U) + (s.has->told ? 4U : 0U) +
          (s.has->sent ? 2U : 0U) + (s.has->cancelled ? 1U : 0U));
    for (const leaver& one : s.leaving)
      mix(one.id * 8 + static_cast<std::size_t>(one.how));
    return h;
  }

private:
  static void cancel(state& s, std::size_t id) {
    const auto waiting = std::ranges::find(s.line, id, &caller::id);
    if (waiting != s.line.end()) {
      waiting->cancelled = true;
      s.met = place::in_line;
    } else if (s.has && s.has->id == id) {
      if (!std::exchange(s.has->cancelled, true))
        s.has->cancelled_at = s.now;
      s.met = s.has->under_way    ? place::on_the_wire
              : s.has->pause_ends ? place::in_the_pause
                                  : place::in_between;
    } else {
      s.met = place::in_between;
      const auto gone = std::ranges::find(s.leaving, id, &leaver::id);
      if (gone == s.leaving.end())
        return;
      gone->or_aborted = true;
      if (s.connection == link::there && !(s.has && s.has->begun))
        s.connection = link::perhaps;
    }
  }

  /// Where the connection may have been kept or not, what is called tells.
  static bool begin(state& s, const event& seen) {
    if (s.has && s.has->pause_ends == s.now)
      s.has->pause_ends.reset(); // it has come to its end
    if (!s.has || s.has->under_way || s.has->pause_ends)
      return false;
    holder& now = *s.has;
    if (now.cancelled && now.cancelled_at != s.now)
      return false;
    if (s.connection == link::perhaps && !now.sent)
      s.connection = seen.operation == step::connect ? link::none : link::there;
    if (seen.operation != due(s) || (seen.operation == step::send && seen.id != now.id))
      return false;
    now.under_way = seen.operation;
    now.told = false;
    now.begun = true;
    if (seen.operation == step::connect)
      s.connection = link::none;
    return true;
  }

  static bool end(state& s, outcome how) {
    holder& now = *s.has;
    const step what = *std::exchange(now.under_way, std::nullopt);
    const bool good = how == outcome::returned;
    const bool told = std::exchange(now.told, false);
    if (what == step::connect) {
      s.connection = good ? link::there : link::none;
      if (!good)
        now.pause_ends = s.now + s.pause;
    } else if (what == step::send) {
      now.sent = true;
    }
    if (what == step::receive || (what == step::send && !good))
      leave(s, how, now.cancelled && (good || !told || now.cancelled_at == s.now));
    if (s.has && told)
      leave(s, outcome::aborted, false);
    return true;
  }

  /// \param or_aborted where a cancelled call may be told what happened, too
  static void leave(state& s, outcome how, bool or_aborted) {
    const holder& now = *s.has;
    const bool good = how == outcome::returned;
    if (now.cancelled && !good && !or_aborted)
      how = outcome::aborted;
    s.leaving.push_back({.id = now.id, .how = how, .or_aborted = or_aborted});
    if (now.sent && !good)
      s.connection = link::none;
    else if (now.cancelled && now.begun && s.connection == link::there)
      s.connection = link::perhaps;
    s.has.reset();
  }

  static bool come_back(state& s, const event& seen) {
    const auto one = std::ranges::find(s.leaving, seen.id, &leaver::id);
    if (one == s.leaving.end())
      return false;
    const bool right = seen.how == one->how
                           ? seen.how != outcome::returned || seen.answered == seen.id
                           : one->or_aborted && seen.how == outcome::aborted;
    s.leaving.erase(one);
    return right;
  }
};

} // namespace weir_hidden
