/// \file
/// The brief of `slice` as a function of what was seen: which promise a call has broken.
#pragma once

#include <weir/expect.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

inline constexpr nanoseconds never = nanoseconds::max();

/// One item that was done, and what stood around it.
struct done_item {
  std::size_t number = 0; ///< in the order in which they came, from 1
  nanoseconds began{};
  nanoseconds ended = never;
  std::size_t turns = 0;     ///< of the others, since the run began
  std::size_t owed = 0;      ///< handlers that earlier slices had made ready, without a turn yet
  nanoseconds idle{};        ///< for so long nobody had anything to do since the item before
  bool after_cancel = false; ///< the caller had been cancelled before this slice began
  bool after_error = false;  ///< an item had thrown
  std::size_t left = 0;      ///< in the backlog, behind it
};

/// All that could be seen of a call of work_off().
struct history {
  nanoseconds slice{};
  std::vector<done_item> items;
  std::size_t left = 0;          ///< in the backlog, by now or when the call ended
  nanoseconds cancelled = never; ///< the caller was, first, before the call had ended
  bool cancelled_by_item = false;
  bool left_when_cancelled = false; ///< there were items then, behind the one that was being done
  std::optional<thrown> threw = {}; ///< the last item
  std::exception_ptr error = {};
  bool called_empty = false; ///< do_next() with nothing left
  bool ended = false;
  nanoseconds ended_at = never;
  nanoseconds idle_at_end{}; ///< so long had nobody anything to do since the last item
  weir::testing::fate_of<void> fate;
};

/// The brief. What is graded of a slice are its items: it lasts from the beginning of its first to
/// the end of its last, and the next one begins with the first item after a turn of the others.
class slice_specification {
public:
  /// \param promise the id of the one that is looked at; what breaks another one is another's test
  slice_specification(const history& seen, std::string_view promise)
      : seen_(seen), promise_(promise) {}

  /// What is wrong, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding() const {
    std::string found;
    look_at_items(found);
    look_at_end(found);
    return found;
  }

private:
  /// Less is the rounding of a loop that stands still for no time at all.
  static constexpr nanoseconds noticeable = 1us;

  /// Notes the first thing that is wrong under this promise.
  template <class... Values>
  void demand(std::string& found, std::string_view promise, bool holds, std::string_view message,
              const Values&... values) const {
    if (!holds && found.empty() && promise == promise_)
      found = weir::text(message, values...);
  }

  void look_at_items(std::string& found) const {
    nanoseconds began{};
    std::size_t in_slice = 0;
    for (std::size_t i = 0; i < seen_.items.size(); ++i) {
      const done_item& one = seen_.items[i];
      const done_item* before = i == 0 ? nullptr : &seen_.items[i - 1];
      const bool new_slice = before == nullptr || before->turns != one.turns;
      if (new_slice && before != nullptr) {
        between_slices(found, began, in_slice, *before, one);
      } else if (!new_slice) {
        demand(found, "others-turn", one.began - began <= seen_.slice,
               "a slice of {} began at {}, and was used up when item {} was begun at {}; it ended "
               "at {}, and until then nobody else had a turn",
               seen_.slice, began, one.number, one.began, end_of_slice(i));
      }
      if (new_slice) {
        began = one.began;
        in_slice = 0;
      }
      ++in_slice;
      demand(found, "error", !one.after_error,
             "an item threw at {}, and item {} was begun after that", before_end(i), one.number);
      demand(found, "cancelled", !one.after_cancel,
             "the caller was cancelled at {}, and item {} was begun at {}, in a new slice",
             seen_.cancelled, one.number, one.began);
    }
  }

  /// Of the one to which the item belongs.
  [[nodiscard]] nanoseconds end_of_slice(std::size_t item) const {
    while (item + 1 < seen_.items.size() && seen_.items[item + 1].turns == seen_.items[item].turns)
      ++item;
    return seen_.items[item].ended;
  }

  void between_slices(std::string& found, nanoseconds began, std::size_t in_slice,
                      const done_item& last, const done_item& next) const {
    demand(found, "others-turn", next.owed == 0,
           "when the slice of {} to {} ended, {} handlers were ready that have had no turn by now, "
           "at {}, and item {} is begun",
           began, last.ended, next.owed, next.began, next.number);
    const bool used_up = last.ended - began >= seen_.slice;
    demand(found, "full-slices", used_up || last.left == 0 || last.ended == never,
           "slice {}: one of them ended after {} and {} items (at {}), and {} were left",
           seen_.slice, last.ended - began, in_slice, last.ended, last.left);
    demand(found, "full-slices", next.idle < noticeable || last.left == 0,
           "a slice ended at {} with {} items left, and the next one began at {}: for {} of that "
           "the loop had nothing to do",
           last.ended, last.left, next.began, next.idle);
  }

  [[nodiscard]] nanoseconds before_end(std::size_t item) const {
    return item == 0 ? nanoseconds{} : seen_.items[item - 1].ended;
  }

  [[nodiscard]] nanoseconds last_end() const {
    return seen_.items.empty() ? nanoseconds{} : seen_.items.back().ended;
  }

  [[nodiscard]] bool aborted() const { return seen_.fate == weir::testing::cancelled; }

  void look_at_end(std::string& found) const {
    demand(found, "all-of-it", !seen_.called_empty,
           "do_next() was called when nothing was left in the backlog");
    if (seen_.threw)
      after_an_error(found);
    else if (seen_.cancelled != never)
      after_a_cancellation(found);
    else
      undisturbed(found);
  }

  void undisturbed(std::string& found) const {
    demand(found, "all-of-it", seen_.ended,
           "nothing happens any more, {} items are left, and "
           "work_off() has not ended",
           seen_.left);
    if (!seen_.ended)
      return;
    demand(found, "all-of-it", seen_.fate.returned(), "no item threw, and work_off() {}",
           seen_.fate.text());
    demand(found, "all-of-it", seen_.left == 0, "work_off() returned at {}, and {} items were left",
           seen_.ended_at, seen_.left);
    demand(found, "all-of-it", seen_.idle_at_end < noticeable,
           "nothing was left at {}, and work_off() returned at {}: for {} of that the loop had "
           "nothing to do",
           last_end(), seen_.ended_at, seen_.idle_at_end);
  }

  void after_an_error(std::string& found) const {
    const std::string what = weir::text("item {} threw {} at {}", seen_.items.back().number,
                                        weir::storm::to_string(*seen_.threw), last_end());
    demand(found, "error", seen_.ended, "{}, and work_off() has not ended", what);
    if (!seen_.ended || (seen_.cancelled != never && aborted()))
      return;
    demand(found, "error", weir::storm::is(seen_.fate.thrown(), *seen_.threw),
           "{}, and work_off() {}", what, seen_.fate.text());
    demand(found, "error", seen_.idle_at_end < noticeable, "{}, and work_off() ended at {}", what,
           seen_.ended_at);
  }

  void after_a_cancellation(std::string& found) const {
    const std::string what = weir::text("the caller was cancelled at {}{}", seen_.cancelled,
                                        seen_.cancelled_by_item ? " by an item" : "");
    demand(found, "cancelled", seen_.ended, "{}, and work_off() has not ended", what);
    if (!seen_.ended)
      return;
    const bool may_return = seen_.left == 0;
    demand(found, "cancelled", aborted() || (may_return && seen_.fate.returned()),
           "{}, with {} items left, and work_off() {}", what, seen_.left, seen_.fate.text());
    demand(found, "cancelled", seen_.idle_at_end < noticeable, "{}, and work_off() ended at {}",
           what, seen_.ended_at);
  }

  const history& seen_;
  std::string_view promise_;
};

} // namespace weir_hidden
