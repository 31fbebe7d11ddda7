/// \file
/// The brief of `slice` as a function of what was seen: which promise a call has broken.
#pragma once

#include "faults.hpp"

#include <weir/expect.hpp>
#include <weir/testing.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline constexpr nanoseconds never = nanoseconds::max();

/// One item that was done, and what stood around it.
struct done_item {
  std::size_t number = 0; ///< in the order in which they came, from 1
  nanoseconds began{};
  nanoseconds ended = never;
  std::size_t turns = 0;     ///< of the others, since the run began
  std::size_t waited = 0;    ///< turns of the others since the item before, or since the call
  std::size_t owed = 0;      ///< handlers that earlier slices had made ready, without a turn yet
  nanoseconds idle{};        ///< for so long nobody had anything to do since then
  bool after_cancel = false; ///< the caller had been cancelled before this slice began
  bool after_error = false;  ///< an item had thrown
  std::size_t left = 0;      ///< in the backlog, behind it
  nanoseconds slice_began{}; ///< the one in which it is
  std::size_t in_slice = 1;  ///< the how manieth of it
};

/// What could be seen of a call of work_off(). Of its items the last two are kept: there may be a
/// million.
struct history {
  nanoseconds slice{};
  nanoseconds called{};
  std::size_t done = 0; ///< items that were begun
  done_item before;     ///< the last but one
  done_item last;
  std::size_t left = 0;          ///< in the backlog, by now or when the call ended
  nanoseconds cancelled = never; ///< the caller was, first, before the call had ended
  bool cancelled_by_item = false;
  std::optional<fault> threw = {}; ///< the first item that did
  std::size_t thrower = 0;         ///< its number
  nanoseconds threw_at{};
  bool called_empty = false; ///< do_next() with nothing left
  bool ended = false;
  nanoseconds ended_at = never;
  nanoseconds idle_at_end{};     ///< so long had nobody anything to do since the last item
  std::size_t waited_at_end = 0; ///< turns of the others, since the last item or the cancellation
  weir::testing::fate_of<void> fate;
};

/// The brief. What is graded of a slice are its items: it lasts from the beginning of its first to
/// the end of its last, and the next one begins with the first item after a turn of the others.
class slice_specification {
public:
  /// \param promise the id of the one that is looked at; what breaks another one is another's test
  slice_specification(const history& seen, std::string_view promise)
      : seen_(seen), promise_(promise) {}

  /// What is wrong with the item that has just begun, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding_at_item() {
    const done_item& one = seen_.last;
    if (one.in_slice == 1)
      before_a_slice(one);
    demand("others-turn", one.in_slice == 1 || one.began - one.slice_began <= seen_.slice, [&] {
      return weir::text("a slice {} began at {}, and had lasted {} when item {} was begun, and "
                        "nobody else had had a turn",
                        slice(), one.slice_began, unlike_slice(one.began - one.slice_began),
                        one.number);
    });
    demand("error", !one.after_error, [&] {
      return weir::text("item {} threw {} at {}, and item {} was begun after that", seen_.thrower,
                        to_string(*seen_.threw), seen_.threw_at, one.number);
    });
    demand("cancelled", !one.after_cancel, [&] {
      return weir::text("the caller was cancelled at {}, and item {} was begun at {}, in a new "
                        "slice",
                        seen_.cancelled, one.number, one.began);
    });
    return found_;
  }

  /// The same of all that is known when the call has ended, or nothing happens any more.
  [[nodiscard]] std::string finding() {
    look_at_end();
    return found_;
  }

  /// Something was wrong, but not under this promise.
  [[nodiscard]] bool another_is_broken() const { return another_; }

private:
  /// Less is the jitter of a loop that is never idle: a microsecond in a thousand handlers.
  static constexpr nanoseconds noticeable = 10us;

  /// Of the others, in which work_off() may wait for its own.
  static constexpr std::size_t turns_allowed = 2;

  /// Notes the first thing that is wrong under this promise.
  template <class Words>
  void demand(std::string_view promise, bool holds, Words words) {
    if (holds)
      return;
    if (promise != promise_)
      another_ = true;
    else if (found_.empty())
      found_ = words();
  }

  [[nodiscard]] std::string slice() const {
    constexpr nanoseconds for_ever = 24h * 365 * 200;
    return seen_.slice == never      ? "without an end"
           : seen_.slice <= for_ever ? weir::text("of {}", seen_.slice)
                                     : weir::text("of max() less {}", never - seen_.slice);
  }

  /// A time that isn't a slice's, such that it does not look like one.
  [[nodiscard]] std::string unlike_slice(nanoseconds time) const {
    if (time >= 48h)
      return weir::text("{} days", time / 24h);
    const std::string rounded = weir::text("{}", time);
    return time == seen_.slice || rounded != weir::text("{}", seen_.slice)
               ? rounded
               : weir::text("{} ns", time.count());
  }

  [[nodiscard]] static std::string items(std::size_t many) {
    return weir::text(many == 1 ? "{} item" : "{} items", many);
  }

  void before_a_slice(const done_item& next) {
    const done_item& last = seen_.before;
    const bool first = next.number == 1;
    const bool asked_for = first || last.left != 0;
    const nanoseconds lasted = last.ended - last.slice_began;
    demand("others-turn", first || next.owed == 0, [&] {
      return weir::text("a slice ended at {}, and handlers were ready then; at {} item {} is "
                        "begun, and {} of them have had no turn",
                        last.ended, next.began, next.number, next.owed);
    });
    demand("full-slices", first || lasted >= seen_.slice || last.left == 0, [&] {
      return weir::text("a slice {} began at {} and ended after {} and {}, with {} left", slice(),
                        last.slice_began, unlike_slice(lasted), items(last.in_slice),
                        items(last.left));
    });
    demand("full-slices", next.idle < noticeable || !asked_for, [&] {
      return weir::text("{}, and {} slice began at {}: for {} of that the loop had nothing to "
                        "do",
                        since(next), first ? "its first" : "the next", next.began, next.idle);
    });
    demand("full-slices", next.waited <= turns_allowed || !asked_for, [&] {
      return weir::text("{}, and {} slice began after {} turns of the others: it may wait for {} "
                        "at the most",
                        since(next), first ? "its first" : "the next", next.waited, turns_allowed);
    });
  }

  [[nodiscard]] std::string since(const done_item& next) const {
    return next.number == 1 ? weir::text("work_off() was called at {}", seen_.called)
                            : weir::text("a slice ended at {} with {} left", seen_.before.ended,
                                         items(seen_.before.left));
  }

  /// Nothing was left when the last item ended. What came after that may be left.
  [[nodiscard]] bool all_done() const {
    return seen_.left == 0 || (seen_.done != 0 && seen_.last.left == 0);
  }

  [[nodiscard]] nanoseconds last_end() const {
    return seen_.done == 0 ? nanoseconds{} : seen_.last.ended;
  }

  [[nodiscard]] bool aborted() const { return seen_.fate == weir::testing::cancelled; }

  void look_at_end() {
    demand("all-of-it", !seen_.called_empty,
           [] { return "do_next() was called when nothing was left in the backlog"; });
    if (seen_.threw)
      after_an_error();
    else if (seen_.cancelled != never)
      after_a_cancellation();
    else
      undisturbed();
  }

  void undisturbed() {
    demand("all-of-it", seen_.ended, [&] {
      return weir::text("nothing happens any more, {} left, and work_off() has not ended",
                        seen_.left == 1 ? "1 item is" : weir::text("{} items are", seen_.left));
    });
    if (!seen_.ended)
      return;
    demand("all-of-it", seen_.fate.returned(),
           [&] { return weir::text("no item threw, and work_off() {}", seen_.fate.text()); });
    demand("all-of-it", all_done(), [&] {
      return weir::text("work_off() returned at {}, with {} left", seen_.ended_at,
                        items(seen_.left));
    });
    demand("all-of-it", seen_.idle_at_end < noticeable, [&] {
      return weir::text("nothing was left at {}, and work_off() returned at {}: for {} of that the "
                        "loop had nothing to do",
                        last_end(), seen_.ended_at, seen_.idle_at_end);
    });
  }

  void after_an_error() {
    const auto what = [&] {
      return weir::text("item {} threw {} at {}", seen_.thrower, to_string(*seen_.threw),
                        seen_.threw_at);
    };
    demand("error", seen_.ended,
           [&] { return weir::text("{}, and work_off() has not ended", what()); });
    if (!seen_.ended || (seen_.cancelled != never && aborted()))
      return;
    demand("error", is(seen_.fate.thrown(), *seen_.threw), [&] {
      return weir::text("{}, and work_off() {}{}", what(), seen_.fate.text(),
                        seen_.fate.threw() ? ": it is not what the item threw" : "");
    });
    demand("error", seen_.idle_at_end < noticeable,
           [&] { return weir::text("{}, and work_off() ended at {}", what(), seen_.ended_at); });
  }

  void after_a_cancellation() {
    const auto what = [&] {
      return weir::text("the caller was cancelled at {}{}", seen_.cancelled,
                        seen_.cancelled_by_item ? " by an item" : "");
    };
    demand("cancelled", seen_.ended,
           [&] { return weir::text("{}, and work_off() has not ended", what()); });
    if (!seen_.ended)
      return;
    demand("cancelled", aborted() || (all_done() && seen_.fate.returned()), [&] {
      return weir::text("{}, with {} left, and work_off() {}", what(), items(seen_.left),
                        seen_.fate.text());
    });
    demand("cancelled", seen_.idle_at_end < noticeable,
           [&] { return weir::text("{}, and work_off() ended at {}", what(), seen_.ended_at); });
    demand("cancelled", seen_.waited_at_end <= turns_allowed, [&] {
      return weir::text("{}, and work_off() ended after {} turns of the others: it may wait for {} "
                        "at the most",
                        what(), seen_.waited_at_end, turns_allowed);
    });
  }

  const history& seen_;
  std::string_view promise_;
  std::string found_;
  bool another_ = false;
};

} // namespace weir_hidden
