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
  nanoseconds slice_began{}; ///< the one in which it is
  std::size_t in_slice = 1;  ///< the how manieth of it
};

/// All that could be seen of a call of work_off().
struct history {
  nanoseconds slice{};
  std::vector<done_item> items;
  std::size_t left = 0;          ///< in the backlog, by now or when the call ended
  nanoseconds cancelled = never; ///< the caller was, first, before the call had ended
  bool cancelled_by_item = false;
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

  /// What is wrong with the item that has just begun, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding_at_item() const {
    std::string found;
    const done_item& one = seen_.items.back();
    if (one.number != 1 && one.in_slice == 1)
      between_slices(found, seen_.items[one.number - 2], one);
    demand(found, "others-turn", one.in_slice == 1 || one.began - one.slice_began <= seen_.slice,
           "a slice {} began at {}, and had lasted {} when item {} was begun, and nobody else had "
           "had a turn",
           slice(), one.slice_began, one.began - one.slice_began, one.number);
    demand(found, "error", !one.after_error,
           "an item threw at {}, and item {} was begun after that", before_end(one), one.number);
    demand(found, "cancelled", !one.after_cancel,
           "the caller was cancelled at {}, and item {} was begun at {}, in a new slice",
           seen_.cancelled, one.number, one.began);
    return found;
  }

  /// The same of all that is known when the call has ended, or nothing happens any more.
  [[nodiscard]] std::string finding() const {
    std::string found;
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

  [[nodiscard]] std::string slice() const {
    return seen_.slice == never ? "without an end" : weir::text("of {}", seen_.slice);
  }

  [[nodiscard]] static std::string items(std::size_t many) {
    return weir::text(many == 1 ? "{} item" : "{} items", many);
  }

  void between_slices(std::string& found, const done_item& last, const done_item& next) const {
    demand(found, "others-turn", next.owed == 0,
           "a slice ended at {}, and handlers were ready then; at {} item {} is begun, and {} of "
           "them have had no turn",
           last.ended, next.began, next.number, next.owed);
    const nanoseconds lasted = last.ended - last.slice_began;
    demand(found, "full-slices", lasted >= seen_.slice || last.left == 0,
           "a slice {} began at {} and ended after {} and {}, and {} items were left", slice(),
           last.slice_began, lasted, items(last.in_slice), last.left);
    demand(found, "full-slices", next.idle < noticeable || last.left == 0,
           "a slice ended at {} with {} items left, and the next one began at {}: for {} of that "
           "the loop had nothing to do",
           last.ended, last.left, next.began, next.idle);
  }

  [[nodiscard]] nanoseconds before_end(const done_item& one) const {
    return one.number == 1 ? nanoseconds{} : seen_.items[one.number - 2].ended;
  }

  /// Nothing was left when the last item ended. What came after that may be left.
  [[nodiscard]] bool all_done() const {
    return seen_.items.empty() ? seen_.left == 0 : seen_.items.back().left == 0 || seen_.left == 0;
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
    demand(found, "all-of-it", all_done(), "work_off() returned at {}, and {} items were left",
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
    demand(found, "cancelled", aborted() || (all_done() && seen_.fate.returned()),
           "{}, with {} items left, and work_off() {}", what, seen_.left, seen_.fate.text());
    demand(found, "cancelled", seen_.idle_at_end < noticeable, "{}, and work_off() ended at {}",
           what, seen_.ended_at);
  }

  const history& seen_;
  std::string_view promise_;
};

} // namespace weir_hidden
