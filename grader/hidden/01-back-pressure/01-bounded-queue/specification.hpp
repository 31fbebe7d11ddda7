/// \file
/// The brief of `bounded-queue` as a model: what may be seen, and in which state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weir_hidden {

/// The brief. Callers join a line when they have called and are served out of it; both are unseen
/// steps, and between a call and its return they may fall at any time within the instant. So a
/// queue may decide at once or when the caller has woken up, and a cancellation or a `close` in the
/// instant of service may find either. What it may not do is leave one of these steps to a later
/// instant.
class queue_specification {
public:
  enum class side : std::uint8_t { push, pop };

  /// How a call ended. `other` is an error that the interface doesn't promise.
  enum class fate : std::uint8_t { returned, nothing_left, refused, cancelled, other };

  struct caller {
    std::uint16_t id = 0;
    side calls = side::push;
    int item = 0; ///< of a push; of a pop its number

    friend bool operator==(const caller&, const caller&) = default;
  };

  /// A caller on its way: called, then in line, then served or turned away and not yet back.
  struct guest {
    enum class stage : std::uint8_t { called, in_line, done } at = stage::called;
    bool given_up = false; ///< cancelled
    fate how = fate::returned;
    caller who{};
    int got = 0; ///< by a pop

    [[nodiscard]] bool waits(side where) const {
      return at == stage::in_line && who.calls == where;
    }

    friend bool operator==(const guest&, const guest&) = default;
  };

  struct state {
    std::vector<int> items;    ///< accepted and not yet taken
    std::vector<guest> guests; ///< who is in line stands behind those who came before
    bool closed = false;

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    enum class kind : std::uint8_t { call, cancel, close, size, back } what = kind::call;
    caller who{}; ///< of `call`, `cancel` and `back`
    fate how = fate::returned;
    int item = 0;         ///< of a pop that is back with one
    std::size_t size = 0; ///< read
    std::string error{};  ///< of `other`: "threw …"
  };

  /// \param in_order false: the model without "first come, first served"
  explicit queue_specification(std::size_t capacity, bool in_order = true)
      : capacity_(capacity), in_order_(in_order) {}

  [[nodiscard]] static bool accept(state& s, const event& seen) {
    switch (seen.what) {
    case event::kind::call:
      s.guests.push_back({.who = seen.who});
      return true;
    case event::kind::cancel:
      for (guest& one : s.guests)
        one.given_up = one.given_up || one.who.id == seen.who.id;
      return true;
    case event::kind::close:
      s.closed = true;
      return true;
    case event::kind::size:
      return s.items.size() == seen.size;
    case event::kind::back:
      break;
    }
    const auto served = std::ranges::find_if(s.guests, [&](const guest& one) {
      return one.at == guest::stage::done && one.who.id == seen.who.id && one.how == seen.how &&
             one.got == seen.item;
    });
    if (served == s.guests.end())
      return false;
    s.guests.erase(served);
    return true;
  }

  void steps(const state& s, const std::function<void(state)>& next) const {
    if (s.guests.empty())
      return;
    const auto pushers = first_in_line(s, side::push);
    const auto poppers = first_in_line(s, side::pop);
    if (!s.closed && s.items.size() < capacity_)
      for (const std::size_t pusher : pushers)
        next(with_room_for(s, pusher));
    for (const std::size_t popper : poppers)
      for (std::size_t item = 0;
           item < (in_order_ ? std::min<std::size_t>(s.items.size(), 1) : s.items.size()); ++item)
        next(with_item_for(s, popper, item));
    if (!s.closed && (s.items.empty() || !in_order_))
      for (const std::size_t pusher : pushers)
        for (const std::size_t popper : poppers)
          next(with_meeting(s, pusher, popper));
    for (std::size_t i = 0; i < s.guests.size(); ++i) {
      const guest& one = s.guests[i];
      if (one.at == guest::stage::called)
        next(with_one_more_in_line(s, i));
      if (one.at == guest::stage::in_line && s.closed && one.who.calls == side::push)
        next(with_gone(s, i, fate::refused));
      if (one.at == guest::stage::in_line && s.closed && one.who.calls == side::pop &&
          s.items.empty())
        next(with_gone(s, i, fate::nothing_left));
      if (one.at == guest::stage::in_line && one.given_up)
        next(with_gone(s, i, fate::cancelled));
    }
  }

  [[nodiscard]] static bool settled(const state& s) { return first_due(s) == nullptr; }

  /// Who should be back, if anybody.
  [[nodiscard]] static const guest* first_due(const state& s) {
    const auto due = std::ranges::find(s.guests, guest::stage::done, &guest::at);
    return due == s.guests.end() ? nullptr : &*due;
  }

  [[nodiscard]] static std::size_t hash(const state& s) {
    std::size_t h = s.closed ? 7 : 3;
    const auto mix = [&h](std::size_t value) {
      h = (h ^ value) * 0x9E3779B97F4A7C15U;
    };
    for (const guest& one : s.guests)
      mix(one.who.id * std::size_t{64} + static_cast<std::size_t>(one.at) * 16U +
          static_cast<std::size_t>(one.how) * 2U + (one.given_up ? 1U : 0U));
    mix(s.items.size());
    if (!s.items.empty())
      mix(static_cast<std::size_t>(s.items.front()));
    return h;
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
  /// Whose turn it may be.
  [[nodiscard]] std::vector<std::size_t> first_in_line(const state& s, side where) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < s.guests.size(); ++i)
      if (s.guests[i].waits(where)) {
        found.push_back(i);
        if (in_order_)
          break;
      }
    return found;
  }

  static void finish(guest& one, fate how, int got = 0) {
    one.at = guest::stage::done;
    one.how = how;
    one.got = got;
  }

  /// A place is free: the pusher's item is accepted.
  static state with_room_for(state s, std::size_t pusher) {
    s.items.push_back(s.guests[pusher].who.item);
    finish(s.guests[pusher], fate::returned);
    return s;
  }

  static state with_item_for(state s, std::size_t popper, std::size_t item) {
    finish(s.guests[popper], fate::returned, s.items[item]);
    s.items.erase(s.items.begin() + static_cast<std::ptrdiff_t>(item));
    return s;
  }

  /// Nothing lies between them: a pusher hands its item to a popper.
  static state with_meeting(state s, std::size_t pusher, std::size_t popper) {
    finish(s.guests[popper], fate::returned, s.guests[pusher].who.item);
    finish(s.guests[pusher], fate::returned);
    return s;
  }

  static state with_gone(state s, std::size_t i, fate how) {
    finish(s.guests[i], how);
    return s;
  }

  static state with_one_more_in_line(state s, std::size_t i) {
    s.guests[i].at = guest::stage::in_line;
    std::rotate(s.guests.begin() + static_cast<std::ptrdiff_t>(i),
                s.guests.begin() + static_cast<std::ptrdiff_t>(i) + 1, s.guests.end());
    return s;
  }

  std::size_t capacity_;
  bool in_order_;
};

} // namespace weir_hidden
