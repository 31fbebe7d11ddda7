/// \file
/// The brief of `overflow` as a model: what may be seen, and in which state.
#pragma once

#include "buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

/// The brief. Unseen are two steps of a taker, each at any time within its instant: it begins to
/// wait, and what is held becomes its own. So an offer that meets a taker may find the buffer still
/// full, or a place free already. Which of several takers gets which item is open; `fail_fast`
/// takes one over for somebody who waits by then, and that one's wait ends.
class overflow_specification {
public:
  enum class answer : std::uint8_t { none, no_buffer_space, would_block, other };

  struct waiter {
    std::uint16_t id = 0;
    bool waits = false;      ///< not only called
    std::uint16_t hands = 0; ///< how many items were handed over before it waited

    friend bool operator==(const waiter&, const waiter&) = default;
  };

  /// An item that is a taker's, who is not back yet.
  struct handed_item {
    int item = 0;
    std::uint16_t number = 0; ///< the first to be handed over is 1

    friend bool operator==(const handed_item&, const handed_item&) = default;
  };

  struct books {
    std::uint16_t offered = 0;
    std::uint16_t delivered = 0;
    std::uint16_t dropped = 0;
    std::uint16_t refused = 0;

    friend bool operator==(const books&, const books&) = default;
  };

  struct state {
    std::vector<int> held{};
    std::vector<waiter> takers{};
    std::vector<handed_item> handed{};
    std::uint16_t hands = 0;
    books counts{};

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t { offer, take, back, size, counts } what = kind::offer;
    std::uint16_t who = 0; ///< a taker
    int item = 0;
    answer said = answer::none;
    std::size_t size = 0;
    books counts{};
    std::string error{}; ///< of a taker that did not return
  };

  overflow_specification(overflow policy, std::size_t capacity)
      : policy_(policy),
        bound_(policy == overflow::keep_latest ? 1
               : policy == overflow::fail_fast ? 0
                                               : capacity) {}

  [[nodiscard]] bool accept(state& s, const event& seen) const {
    switch (seen.what) {
    case event::kind::offer:
      ++s.counts.offered;
      return accept_offer(s, seen);
    case event::kind::take:
      s.takers.push_back({.id = seen.who});
      return true;
    case event::kind::size:
      return seen.size == s.held.size();
    case event::kind::counts:
      return seen.counts == s.counts;
    case event::kind::back:
      break;
    }
    return seen.error.empty() && accept_return(s, seen);
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    if (!s.held.empty() && free_takers(s) > 0) {
      state after = s;
      hand_over(after, after.held.front());
      after.held.erase(after.held.begin());
      next(std::move(after));
    }
    for (std::size_t i = 0; i < s.takers.size(); ++i)
      if (!s.takers[i].waits) {
        state after = s;
        after.takers[i].waits = true;
        after.takers[i].hands = s.hands;
        next(std::move(after));
      }
  }

  [[nodiscard]] static bool settled(const state& s) { return s.handed.empty(); }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = s.counts.delivered + s.counts.dropped * std::size_t{31} +
                    s.counts.refused * std::size_t{61};
    const auto mix = [&h](std::size_t value) {
      h = (h ^ value) * 0x9E3779B97F4A7C15U;
    };
    for (const int item : s.held)
      mix(static_cast<std::size_t>(item));
    for (const waiter& one : s.takers)
      mix(one.id * std::size_t{512} + one.hands * std::size_t{2} + (one.waits ? 1U : 0U));
    for (const handed_item& one : s.handed)
      mix(static_cast<std::size_t>(one.item) + one.number);
    return h;
  }

  /// Takers that wait and whom no item belongs to.
  [[nodiscard]] static std::size_t free_takers(const state& s) {
    const auto waiting = std::ranges::count_if(s.takers, &waiter::waits);
    return static_cast<std::size_t>(waiting) - s.handed.size();
  }

private:
  static void hand_over(state& s, int item) {
    s.handed.push_back({.item = item, .number = ++s.hands});
    ++s.counts.delivered;
  }

  bool accept_offer(state& s, const event& seen) const {
    if (policy_ == overflow::fail_fast && free_takers(s) > 0) {
      hand_over(s, seen.item);
      return seen.said == answer::none;
    }
    if (s.held.size() < bound_) {
      s.held.push_back(seen.item);
      return seen.said == answer::none;
    }
    switch (policy_) {
    case overflow::drop_newest:
      ++s.counts.dropped;
      return seen.said == answer::none;
    case overflow::keep_latest:
      ++s.counts.dropped;
      s.held.front() = seen.item;
      return seen.said == answer::none;
    case overflow::fail_fast:
      ++s.counts.refused;
      return seen.said == answer::would_block;
    case overflow::buffer_then_error:
      break;
    }
    ++s.counts.refused;
    return seen.said == answer::no_buffer_space;
  }

  bool accept_return(state& s, const event& seen) const {
    const auto who = std::ranges::find(s.takers, seen.who, &waiter::id);
    if (who == s.takers.end() || !who->waits)
      return false;
    const auto item = std::ranges::find(s.handed, seen.item, &handed_item::item);
    const auto due = std::ranges::find_if(s.handed, [&](const handed_item& one) {
      return policy_ != overflow::fail_fast || one.number > who->hands;
    });
    if (item == s.handed.end() || due == s.handed.end())
      return false;
    std::swap(item->item, due->item); // somebody is due, which item of the instant it is is open
    s.handed.erase(due);
    s.takers.erase(who);
    if (s.handed.empty()) {
      s.hands = 0;
      for (waiter& one : s.takers)
        one.hands = 0;
    }
    return true;
  }

  overflow policy_;
  std::size_t bound_;
};

} // namespace weir_hidden
