/// \file
/// The brief of `bounded-map` as a model: what may be seen, and in which state.
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

/// What the storm's calls give: 0 for item 1, and no two items the same.
constexpr int result_of(int item) {
  return static_cast<int>(static_cast<unsigned>(item) ^ 1U);
}

/// The brief. Nothing in it happens unseen: what is free is said where an event is accepted. In the
/// instant of the first error, or of a cancellation, items may still be asked for and calls begin,
/// which then have to be cancelled in it; errors of calls that had not been cancelled are all
/// "first" in that instant, for one thread can notice them in any order.
class map_specification {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using outcome = weir::storm::outcome;

  struct place {
    enum class stage : std::uint8_t {
      taken,   ///< the item was given out
      made,    ///< its call was made and has not begun
      running, ///< it has begun
      told,    ///< it runs, and is cancelled
      ended
    } at = stage::taken;
    int item = 0;
    std::size_t call = 0; ///< its number, from 1, once it has begun

    [[nodiscard]] bool runs() const { return at == stage::running || at == stage::told; }

    friend bool operator==(const place&, const place&) = default;
  };

  struct state {
    std::size_t limit = 0;
    std::size_t items = 0; ///< that there are
    bool breaks = false;   ///< `next` throws in place of what comes after them
    nanoseconds now{};
    std::vector<place> places{};
    bool exhausted = false; ///< `next` has said so
    bool back = false;
    std::optional<nanoseconds> over{}; ///< since when
    std::optional<nanoseconds> cancelled{};
    std::vector<outcome> errors{}; ///< one of them is to be thrown

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t {
      next,  ///< gave an item
      empty, ///< gave none
      broken,
      made,
      begun,
      told,
      ended,
      cancel,
      back
    } what = kind::next;
    nanoseconds at{};
    int item = 0;
    std::size_t call = 0; ///< that began, was cancelled, or ended
    outcome how = outcome::returned;
    std::vector<int> results{};
  };

  /// \param lazy false: the model without "an item is asked for only when its call can start"
  explicit map_specification(bool lazy = true) : lazy_(lazy) {}

  [[nodiscard]] bool accept(state& s, const event& seen) const {
    using kind = event::kind;
    using stage = place::stage;
    s.now = seen.at;
    if (s.back)
      return false;
    switch (seen.what) {
    case kind::cancel:
      s.cancelled = s.cancelled.value_or(seen.at);
      s.over = s.over.value_or(seen.at);
      return true;
    case kind::next:
      s.places.push_back({.item = seen.item});
      return may_ask(s, 1);
    case kind::empty:
      s.exhausted = true;
      return may_ask(s, 0);
    case kind::broken: {
      const bool in_time = may_ask(s, 0);
      fail(s, seen.how);
      return in_time;
    }
    case kind::made:
      return in_time(s) && move_on(s, {.at = stage::taken, .item = seen.item}, stage::made);
    case kind::begun:
      return in_time(s) && running(s) < s.limit &&
             move_on(s, {.at = stage::made, .item = seen.item}, stage::running, seen.call);
    case kind::told:
      return s.over && move_on(s, of(seen, stage::running), stage::told, seen.call);
    case kind::ended:
      return end(s, seen);
    case kind::back:
      return come_back(s, seen);
    }
    return false;
  }

  static void steps(const state& /*s*/, const std::function<void(state)>& /*next*/) {}

  [[nodiscard]] bool settled(const state& s) const {
    if (s.back)
      return true;
    if (s.over)
      return count(s, place::stage::running) == 0 && count(s, place::stage::told) != 0;
    if (lazy_ && held(s) != running(s))
      return false;
    return running(s) != 0 && (running(s) == s.limit || (held(s) == running(s) && !left(s)));
  }

  /// Something that a free place has to ask for.
  [[nodiscard]] static bool left(const state& s) { return s.places.size() < s.items || s.breaks; }

  [[nodiscard]] static std::size_t count(const state& s, place::stage at) {
    return static_cast<std::size_t>(std::ranges::count(s.places, at, &place::at));
  }

  [[nodiscard]] static std::size_t running(const state& s) {
    return static_cast<std::size_t>(std::ranges::count_if(s.places, &place::runs));
  }

  /// Items that were given out and are not done.
  [[nodiscard]] static std::size_t held(const state& s) {
    return s.places.size() - count(s, place::stage::ended);
  }

  [[nodiscard]] static std::vector<int> results(const state& s) {
    std::vector<int> all;
    all.reserve(s.places.size());
    for (const place& one : s.places)
      all.push_back(result_of(one.item));
    return all;
  }

  /// Whether it may throw this. Where both have happened, an error and a cancellation, either may
  /// be thrown, unless the error is only what came of the cancellation.
  [[nodiscard]] static bool may_throw(const state& s, outcome how) {
    return (s.cancelled && how == outcome::aborted) ||
           std::ranges::find(s.errors, how) != s.errors.end();
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = static_cast<std::size_t>(s.now.count()) * 2 + (s.back ? 1U : 0U);
    for (const place& one : s.places)
      h = (h ^ (static_cast<std::size_t>(one.item) * 8 + static_cast<std::size_t>(one.at))) *
          0x9E3779B97F4A7C15U;
    return h;
  }

private:
  /// Nothing is begun after the instant in which it was over.
  static bool in_time(const state& s) { return !s.over || *s.over == s.now; }

  /// \param more how many have just been given out. Once it is over, some of what is held may be
  /// dropped, and nobody sees that.
  bool may_ask(const state& s, std::size_t more) const {
    return in_time(s) && (s.over || !lazy_ || held(s) - more < s.limit);
  }

  static void fail(state& s, outcome how) {
    s.over = s.over.value_or(s.now);
    if (*s.over == s.now)
      s.errors.push_back(how);
  }

  static place of(const event& seen, place::stage at) {
    return {.at = at, .item = seen.item, .call = seen.call};
  }

  static bool move_on(state& s, const place& from, place::stage to, std::size_t call = 0) {
    const auto found = std::ranges::find(s.places, from);
    if (found == s.places.end())
      return false;
    found->at = to;
    found->call = call;
    return true;
  }

  static bool end(state& s, const event& seen) {
    using stage = place::stage;
    if (move_on(s, of(seen, stage::told), stage::ended, seen.call))
      return true;
    if (!move_on(s, of(seen, stage::running), stage::ended, seen.call))
      return false;
    if (seen.how != outcome::returned)
      fail(s, seen.how);
    return true;
  }

  static bool come_back(state& s, const event& seen) {
    s.back = true;
    if (running(s) != 0)
      return false;
    if (seen.how != outcome::returned)
      return may_throw(s, seen.how);
    const bool all_there = s.errors.empty() && s.exhausted && held(s) == 0;
    return all_there && (!s.cancelled || *s.cancelled == s.now) && seen.results == results(s);
  }

  bool lazy_;
};

} // namespace weir_hidden
