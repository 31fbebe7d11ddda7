/// \file
/// The brief of `first-wins` as a function of what was seen: which promise a race has broken.
#pragma once

#include "first_wins.hpp"

#include <weir/expect.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <algorithm>
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

/// What came of asking one replica. `never` stands for what has not happened.
struct opening {
  std::size_t times = 0; ///< it was asked
  nanoseconds asked = never;
  nanoseconds cancelled = never;
  nanoseconds ended = never;
  std::exception_ptr error = {};
  std::optional<thrown> kind = {}; ///< of the error
  std::optional<int> lease = {};   ///< that it granted

  [[nodiscard]] bool began() const { return times != 0; }
};

/// What came of a lease that was given back.
struct return_of_lease {
  std::size_t replica = 0; ///< to whom
  int lease = 0;
  nanoseconds began = never;
  nanoseconds ended = never;
  bool cancelled = false;
};

/// All that could be seen of a race.
struct history {
  std::vector<opening> openings; ///< by replica
  std::vector<return_of_lease> returns;
  nanoseconds started{};
  nanoseconds cancelled = never; ///< the caller was, the first time, before the race had ended
  nanoseconds ended = never;
  weir::testing::fate_of<lease> fate;
};

/// The brief. It compares instants only: what falls into one may have happened in any order.
class first_wins_specification {
public:
  /// \param promise the id of the one that is looked at; what breaks another one is another's test
  first_wins_specification(const history& seen, std::string_view promise)
      : seen_(seen), promise_(promise) {
    for (const opening& one : seen.openings)
      if (one.lease)
        first_ = std::min(first_, one.ended);
    over_ = std::min(first_, seen.cancelled);
  }

  /// What is wrong, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding() const {
    std::string found;
    for (const auto look :
         {&first_wins_specification::questions, &first_wins_specification::cancellations,
          &first_wins_specification::leases, &first_wins_specification::end,
          &first_wins_specification::outcome}) {
      (this->*look)(found);
      if (!found.empty())
        break;
    }
    return found;
  }

private:
  /// Notes the first thing that is wrong under this promise.
  template <class... Values>
  void demand(std::string& found, std::string_view promise, bool holds, std::string_view message,
              const Values&... values) const {
    if (!holds && found.empty() && promise == promise_)
      found = weir::text(message, values...);
  }

  [[nodiscard]] static std::string name(std::size_t replica) {
    return weir::text("replica {}", replica + 1);
  }

  /// How the race ended, for a message.
  [[nodiscard]] std::string told() const {
    if (seen_.fate.returned())
      return weir::text("returned lease {}", seen_.fate.value().number);
    if (const auto all = seen_.fate.thrown_as<all_failed>())
      return weir::text("threw all_failed with {} errors", all->errors().size());
    return seen_.fate.text();
  }

  [[nodiscard]] bool has_ended() const { return seen_.ended != never; }

  /// The caller was cancelled when no lease had come.
  [[nodiscard]] bool called_off() const { return seen_.cancelled < first_; }

  void questions(std::string& found) const {
    for (std::size_t i = 0; i < seen_.openings.size(); ++i) {
      const opening& one = seen_.openings[i];
      demand(found, "together", one.times <= 1, "{} was asked {} times", name(i), one.times);
      demand(found, "together", !one.began() || one.asked == seen_.started,
             "acquire() was called at {}, and {} was asked at {}", seen_.started, name(i),
             one.asked);
      demand(found, "together", one.began() || over_ == seen_.started,
             "acquire() was called with {} replicas, and {} was not asked", seen_.openings.size(),
             name(i));
    }
  }

  void cancellations(std::string& found) const {
    const std::string_view promise = called_off() ? "cancelled" : "losers-end";
    const std::string why = called_off() ? weir::text("the caller was cancelled at {}", over_)
                                         : weir::text("the first lease came at {}", over_);
    for (std::size_t i = 0; i < seen_.openings.size(); ++i) {
      const opening& one = seen_.openings[i];
      demand(found, "first-success", one.cancelled >= over_,
             "{} was cancelled at {}, and no lease had come by then", name(i), one.cancelled);
      if (!one.began() || one.ended <= over_ || over_ == never)
        continue;
      demand(found, promise, one.cancelled != never,
             "{}, and {}, which still ran, was not cancelled", why, name(i));
      demand(found, promise, one.cancelled <= over_, "{}, and {} was cancelled only at {}", why,
             name(i), one.cancelled);
    }
  }

  [[nodiscard]] bool is_returned(int number) const {
    return seen_.fate.returned() && seen_.fate.value().number == number;
  }

  void leases(std::string& found) const {
    for (std::size_t i = 0; i < seen_.openings.size(); ++i)
      if (seen_.openings[i].lease)
        lease_of(found, i, seen_.openings[i], *seen_.openings[i].lease);
    for (const return_of_lease& one : seen_.returns) {
      const opening& by = seen_.openings[one.replica];
      demand(found, "given-back", by.lease == one.lease,
             "lease {} was given back to {}, which had not granted it", one.lease,
             name(one.replica));
    }
  }

  void lease_of(std::string& found, std::size_t i, const opening& one, int number) const {
    const auto mine = [&](const return_of_lease& back) {
      return back.lease == number;
    };
    const auto times = std::ranges::count_if(seen_.returns, mine);
    if (is_returned(number)) {
      demand(found, "given-back", times == 0,
             "lease {} was returned to the caller, and given back too", number);
      return;
    }
    const bool may_have_won = one.ended == first_ && (seen_.cancelled != never || !has_ended());
    const std::string granted = weir::text("{} granted lease {} at {}", name(i), number, one.ended);
    demand(found, "given-back", times != 0 || (may_have_won && !has_ended()),
           "{}, acquire() {}, and nobody gives that lease back", granted, told());
    demand(found, "given-back", times <= 1, "{}, and it was given back {} times", granted, times);
    const auto back = std::ranges::find_if(seen_.returns, mine);
    if (back == seen_.returns.end())
      return;
    demand(found, "given-back", back->began == one.ended || may_have_won,
           "{}, when it had lost, and it was given back only at {}", granted, back->began);
    demand(found, "given-back", !back->cancelled,
           "{}, and give_back() was cancelled before it was done: the seat stays taken", granted);
    demand(found, "given-back", back->ended != never,
           "{}, and give_back() has not been carried out", granted);
    demand(found, "given-back", seen_.ended >= back->ended,
           "{}, give_back() was done at {}, and acquire() {} at {}, before that", granted,
           back->ended, told(), seen_.ended);
  }

  /// In the instant in which the last has ended, and not before.
  void end(std::string& found) const {
    nanoseconds last = seen_.started;
    for (std::size_t i = 0; i < seen_.openings.size(); ++i) {
      const opening& one = seen_.openings[i];
      if (!one.began())
        continue;
      demand(found, whose_end(), !has_ended() || one.ended <= seen_.ended,
             "acquire() {} at {}, and open() of {} still ran", told(), seen_.ended, name(i));
      last = std::max(last, one.ended);
    }
    const nanoseconds openings = last;
    for (const return_of_lease& back : seen_.returns)
      last = std::max(last, back.ended);
    if (last == never)
      return; // somebody never answers, and nobody has told him to end
    const std::string_view promise = openings == last ? whose_end() : "given-back";
    const std::string why = !seen_.openings.empty()
                                ? weir::text("the last that acquire() had called ended at {}", last)
                                : "acquire() was called without a replica";
    demand(found, promise, has_ended(), "{}, and acquire() has not ended", why);
    demand(found, promise, !has_ended() || seen_.ended <= last, "{}, and acquire() {} only at {}",
           why, told(), seen_.ended);
  }

  [[nodiscard]] std::string_view whose_end() const {
    return called_off() ? "cancelled" : first_ == never ? "all-failed" : "losers-end";
  }

  void outcome(std::string& found) const {
    if (!has_ended())
      return;
    if (first_ == never && seen_.cancelled == never)
      return all_have_failed(found);
    const bool aborted = seen_.fate.cancelled();
    if (called_off()) {
      demand(found, "cancelled", aborted || failed_in_that_instant(),
             "the caller was cancelled at {}, before a lease had come, and acquire() {}",
             seen_.cancelled, told());
      return;
    }
    if (seen_.fate.returned())
      return winner(found);
    const std::string came = weir::text("the first lease came at {}", first_);
    const bool nobody_failed = std::ranges::all_of(
        seen_.openings, [this](const opening& one) { return !one.kind || one.ended > first_; });
    if (nobody_failed && seen_.cancelled == never)
      demand(found, "losers-end", false, "{}, and acquire() {}", came, told());
    demand(found, seen_.cancelled == never ? "first-success" : "cancelled",
           aborted && seen_.cancelled != never, "{}, and acquire() {}", came, told());
  }

  /// The cancellation may have come after that.
  [[nodiscard]] bool failed_in_that_instant() const {
    std::string found;
    const bool then = std::ranges::all_of(seen_.openings, [this](const opening& one) {
      return one.began() && one.ended <= seen_.cancelled;
    });
    if (then)
      first_wins_specification(seen_, "all-failed").all_have_failed(found);
    return then && found.empty();
  }

  void winner(std::string& found) const {
    const lease& won = seen_.fate.value();
    const auto by = std::ranges::find_if(
        seen_.openings, [&](const opening& one) { return one.lease == won.number; });
    demand(found, "first-success", by != seen_.openings.end(),
           "acquire() returned lease {}, which no replica has granted", won.number);
    if (by == seen_.openings.end())
      return;
    demand(found, "first-success", by->ended == first_,
           "the first lease came at {}, and acquire() returned lease {}, which came at {}", first_,
           won.number, by->ended);
  }

  void all_have_failed(std::string& found) const {
    const auto all = seen_.fate.thrown_as<all_failed>();
    demand(found, "all-failed", all.has_value(),
           "no replica granted a lease, and acquire() {}, not all_failed", told());
    if (!all)
      return;
    demand(found, "all-failed", all->errors().size() == seen_.openings.size(),
           "there were {} replicas, and all_failed has {} errors", seen_.openings.size(),
           all->errors().size());
    for (std::size_t i = 0; i < std::min(all->errors().size(), seen_.openings.size()); ++i) {
      const opening& one = seen_.openings[i];
      if (!one.kind)
        continue;
      const std::exception_ptr& thrown = all->errors()[i];
      demand(found, "all-failed", thrown == one.error || (thrown && is(thrown, *one.kind)),
             "{} threw {}, and what all_failed has in its place {}", name(i), to_string(*one.kind),
             thrown ? weir::testing::failure(thrown).text() : std::string("is null"));
    }
  }

  const history& seen_;
  std::string_view promise_;
  nanoseconds first_ = never; ///< the first lease came
  nanoseconds over_ = never;  ///< that, or the caller was cancelled
};

} // namespace weir_hidden
