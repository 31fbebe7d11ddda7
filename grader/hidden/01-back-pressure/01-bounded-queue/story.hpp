/// \file
/// A deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace weir_hidden {

inline std::string name_of(const queue_specification::caller& who) {
  if (who.calls == queue_specification::side::push)
    return weir::text("push({})", who.item);
  if (who.item < 26)
    return weir::text("pop {}", std::string(1, static_cast<char>('A' + who.item)));
  return weir::text("pop {}", who.item + 1);
}

class queue_story {
public:
  using model = queue_specification;
  using entry = weir::storm::conformance<model>::entry;
  using kind = model::event::kind;
  using fate = model::fate;

  queue_story(std::span<const entry> entries, const model::state& last, std::size_t capacity)
      : entries_(entries), last_(last), capacity_(capacity) {}

  /// What broke: the last entry, seen from where the model was.
  [[nodiscard]] std::string finding() const {
    const auto& seen = entries_.back().what;
    if (!seen)
      return overdue();
    if (seen->what == kind::size)
      return weir::text("size() says {} where {} are held", seen->size, last_.items.size());
    if (seen->how == fate::other)
      return weir::text("{} {}, which the interface does not promise", called(seen->who),
                        seen->error);
    if (seen->how == fate::cancelled)
      return weir::text("{} ended with operation_aborted, and nobody had cancelled it",
                        called(seen->who));
    return seen->who.calls == model::side::push ? wrong_push(*seen) : wrong_pop(*seen);
  }

  /// "push(1) returned; push(2) waits; cancel push(2), push(2) still waits": moments apart by
  /// semicolons, what happened in one moment by commas.
  [[nodiscard]] std::string so_far() const {
    std::string out = weir::text("a queue of capacity {}", capacity_);
    bool apart = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto* const seen = at(i);
      if (!seen || seen->what == kind::size) {
        apart = true;
        continue;
      }
      out += apart ? "; " : ", ";
      apart = false;
      if (const std::size_t row = row_of_pushes(i); row > 3) {
        const std::size_t last = i + 2 * row - 1;
        out += weir::text("{} to {} return", called(seen->who), called(at(last)->who));
        i = last;
        continue;
      }
      out += line(i, *seen);
      if (seen->what == kind::call && back_at_once(i))
        ++i;
    }
    return out;
  }

private:
  /// Null: a quiet moment, or past the end.
  [[nodiscard]] const model::event* at(std::size_t i) const {
    if (i >= entries_.size())
      return nullptr;
    const auto& what = entries_[i].what;
    return what ? &*what : nullptr;
  }

  [[nodiscard]] bool back_at_once(std::size_t i) const {
    const auto* const one = at(i);
    const auto* const next = at(i + 1);
    return one && next && next->what == kind::back && next->who.id == one->who.id;
  }

  /// How many pushes of numbers that count up return one after the other from here.
  [[nodiscard]] std::size_t row_of_pushes(std::size_t i) const {
    const auto returns = [&](std::size_t where) {
      const auto* const call = at(where);
      const auto* const back = at(where + 1);
      return call && back && call->what == kind::call && call->who.calls == model::side::push &&
             back_at_once(where) && back->how == fate::returned;
    };
    std::size_t row = returns(i) ? 1 : 0;
    while (row > 0 && returns(i + 2 * row) &&
           at(i + 2 * row)->who.item == at(i + 2 * row - 2)->who.item + 1)
      ++row;
    return row;
  }

  [[nodiscard]] std::string line(std::size_t i, const model::event& seen) const {
    switch (seen.what) {
    case kind::call:
      return back_at_once(i) ? line(i + 1, *at(i + 1)) : called(seen.who) + " waits";
    case kind::cancel:
      return "cancel " + called(seen.who);
    case kind::close:
      return "close";
    case kind::size:
      return weir::text("size is {}", seen.size);
    case kind::back:
      break;
    }
    switch (seen.how) {
    case fate::returned:
      return seen.who.calls == model::side::push
                 ? called(seen.who) + " returns"
                 : weir::text("{} gets {}", called(seen.who), seen.item);
    case fate::nothing_left:
      return called(seen.who) + " finds the end";
    case fate::refused:
      return called(seen.who) + " is refused";
    case fate::cancelled:
      return called(seen.who) + " ends cancelled";
    case fate::other:
      break;
    }
    return called(seen.who) + " ends with an error";
  }

  /// With a number where two push the same.
  [[nodiscard]] std::string called(const model::caller& who) const {
    const auto same = std::ranges::count_if(entries_, [&](const entry& one) {
      return one.what && one.what->what == kind::call && one.what->who.calls == who.calls &&
             one.what->who.item == who.item;
    });
    return same > 1 ? weir::text("{} of caller {}", name_of(who), who.id) : name_of(who);
  }

  [[nodiscard]] const model::guest* due_of(const model::caller& who) const {
    const auto found = std::ranges::find_if(last_.guests, [&](const model::guest& one) {
      return one.at == model::guest::stage::done && one.who.id == who.id;
    });
    return found == last_.guests.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string overdue() const {
    const model::guest* const due = model::first_due(last_);
    if (due == nullptr)
      return "something is left to do";
    const model::guest& one = *due;
    const std::string still = called(one.who) + " still waits, although ";
    switch (one.how) {
    case fate::refused:
    case fate::nothing_left:
      return still + "the queue is closed";
    case fate::cancelled:
      return still + "it was cancelled";
    case fate::returned:
    case fate::other:
      break;
    }
    if (one.who.calls == model::side::pop)
      return still + weir::text("item {} is due to it", one.got);
    return still +
           (capacity_ == 0 ? "its item is due to a pop" : "it is its turn and there is room");
  }

  [[nodiscard]] std::string wrong_push(const model::event& seen) const {
    const std::string name = called(seen.who);
    if (seen.how == fate::refused)
      return name + " was refused with broken_pipe, although the queue is open";
    if (last_.closed)
      return name + " returned, although the queue had been closed";
    if (capacity_ == 0)
      return name + " returned, although no pop has come for its item";
    if (last_.items.size() >= capacity_)
      return weir::text("{} returned, although {} of {} places are taken", name, last_.items.size(),
                        capacity_);
    return name + " returned, and it was not its turn";
  }

  [[nodiscard]] std::string wrong_pop(const model::event& seen) const {
    const std::string name = called(seen.who);
    const model::guest* due = due_of(seen.who);
    const bool item_is_due = due && due->how == fate::returned;
    if (seen.how == fate::nothing_left)
      return item_is_due ? weir::text("{} was told that nothing is left, although item {} was due",
                                      name, due->got)
                         : name + " was told that nothing is left, although the queue is open";
    if (item_is_due)
      return weir::text("{} got item {} where {} was due", name, seen.item, due->got);
    const auto other = std::ranges::find_if(last_.guests, [&](const model::guest& one) {
      return one.at == model::guest::stage::done && one.who.calls == model::side::pop &&
             one.how == fate::returned && one.got == seen.item;
    });
    if (other != last_.guests.end())
      return weir::text("{} got item {}, which was due to {}", name, seen.item, called(other->who));
    if (last_.items.empty())
      return weir::text("{} got item {}, which is not in the queue", name, seen.item);
    return weir::text("{} got item {}, and it was not its turn", name, seen.item);
  }

  std::span<const entry> entries_;
  const model::state& last_;
  std::size_t capacity_;
};

} // namespace weir_hidden
