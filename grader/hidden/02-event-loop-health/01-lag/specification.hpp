/// \file
/// The brief of `lag` as a function of what happened on the loop: which windows the log has to be
/// told of, and what may stand in them.
#pragma once

#include "lag.hpp"

#include <weir/expect.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Something that occupied the loop. Before the next one, everybody has had a turn.
struct block {
  nanoseconds begin{};
  nanoseconds end{};
};

/// From a start to a stop.
struct stretch {
  nanoseconds start{};
  nanoseconds stop{};
};

/// What the log was told.
struct told {
  lag_window seen;
  nanoseconds at{};
  std::size_t warnings = 0;
};

/// A tick: how late it came. It may have been either where something else happened in the very
/// instant in which it was due.
struct lateness {
  nanoseconds least{};
  nanoseconds most{};
};

/// A window as it has to be told of.
struct due_window {
  nanoseconds begin{};
  nanoseconds from{};  ///< it is told at this moment at the earliest, and
  nanoseconds until{}; ///< at this one at the latest
  std::vector<lateness> ticks{};
  bool one_more = false; ///< a last one, due in the instant of the stop, may count with no lateness
  bool cut_short = false;
  bool again = false; ///< of a probe that had been stopped before
};

/// What one stretch gives. `blocks` are in order.
inline std::vector<due_window> windows_of(const stretch& one, const std::vector<block>& blocks,
                                          const lag_options& options) {
  std::vector<due_window> all;
  due_window now{.begin = one.start};
  auto busy = blocks.begin();
  for (nanoseconds due = one.start + options.tick; due <= one.stop; due += options.tick) {
    while (busy != blocks.end() && busy->end <= due)
      ++busy;
    lateness late;
    if (busy != blocks.end() && busy->begin <= due) {
      late.most = busy->end - due;
      late.least = busy->begin == due ? 0ns : late.most;
    }
    if (due == one.stop) {
      now.one_more = true;
      continue;
    }
    now.ticks.push_back(late);
    now.from = due + late.least;
    now.until = due + late.most;
    if (due == now.begin + options.window)
      all.push_back(std::exchange(now, due_window{.begin = due}));
  }
  if (!now.ticks.empty() || now.one_more) {
    now.cut_short = true;
    now.from = now.until = one.stop;
    all.push_back(std::move(now));
  }
  return all;
}

/// The 99th percentile by nearest rank.
inline nanoseconds nearest_rank(std::vector<nanoseconds> late) {
  const auto at = static_cast<std::ptrdiff_t>((99 * late.size() + 99) / 100 - 1);
  std::ranges::nth_element(late, late.begin() + at);
  return late[static_cast<std::size_t>(at)];
}

/// Compares what was told with what had to be.
class lag_specification {
public:
  /// \param promise the id of the one that is looked at; what breaks another one is another's test
  lag_specification(const lag_options& options, std::string_view promise)
      : options_(options), promise_(promise) {}

  /// What is wrong, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding(const std::vector<due_window>& due,
                                    const std::vector<told>& seen) const {
    std::string found;
    std::size_t next = 0;
    for (const due_window& one : due) {
      const std::string_view whose = promise_of(one, "windows");
      if (next == seen.size()) {
        if (may_be_empty(one))
          continue;
        demand(found, whose, false,
               "{} ticks were due from {} on, {} at the latest they had come, and the log was not "
               "told of a window with them",
               one.ticks.size(), one.begin, one.until);
        return found;
      }
      const told& report = seen[next];
      const bool this_one = begin_of(report) == one.begin;
      if (this_one || !may_be_empty(one))
        demand(found, whose, this_one,
               "the next window was due to begin at {}, and the log was told of one that began at "
               "{}",
               one.begin, begin_of(report));
      if (!this_one && begin_of(report) > one.begin)
        continue; // the next one that is due may be this one
      ++next;
      if (!this_one)
        continue;
      look_at(found, one, report);
    }
    demand(found, promise_of_rest(due), next == seen.size(),
           "the log was told of a window, at {}, of {} ticks from {} on, and none was left to be "
           "told of",
           next < seen.size() ? seen[next].at : 0ns, next < seen.size() ? seen[next].seen.ticks : 0,
           next < seen.size() ? begin_of(seen[next]) : 0ns);
    return found;
  }

private:
  static nanoseconds begin_of(const told& report) { return report.seen.begin.time_since_epoch(); }

  static bool may_be_empty(const due_window& one) { return one.ticks.empty(); }

  static std::string_view promise_of(const due_window& one, std::string_view plainly) {
    return one.again ? "again" : one.cut_short ? "stop" : plainly;
  }

  static std::string_view promise_of_rest(const std::vector<due_window>& due) {
    return !due.empty() && due.back().again ? "again" : "stop";
  }

  /// Notes the first thing that is wrong under this promise.
  template <class... Values>
  void demand(std::string& found, std::string_view promise, bool holds, std::string_view message,
              const Values&... values) const {
    if (!holds && found.empty() && (promise_.empty() || promise == promise_))
      found = weir::text(message, values...);
  }

  void look_at(std::string& found, const due_window& one, const told& report) const {
    const std::string which = weir::text("the window from {} on", one.begin);
    demand(found, promise_of(one, "windows"), one.from <= report.at && report.at <= one.until,
           "the last tick of {} came at {}, and the log was told at {}", which, one.until,
           report.at);
    const std::size_t most = one.ticks.size() + (one.one_more ? 1 : 0);
    const bool counted = report.seen.ticks == one.ticks.size() || report.seen.ticks == most;
    demand(found, promise_of(one, "due"), counted, "{} ticks were due in {}, and {} were counted",
           one.ticks.size(), which, report.seen.ticks);
    if (!counted)
      return;
    bool worst = false;
    bool p99 = false;
    bool warned = false;
    nanoseconds exact{};
    for (const auto& late : possible(one, report.seen.ticks)) {
      exact = nearest_rank(late);
      if (*std::ranges::max_element(late) != report.seen.worst)
        continue;
      worst = true;
      if (!near(exact, report.seen.p99))
        continue;
      p99 = true;
      const std::size_t if_exact = exact > options_.bad ? 1 : 0;
      const std::size_t if_told = report.seen.p99 > options_.bad ? 1 : 0;
      warned = warned || report.warnings == if_exact || report.warnings == if_told;
    }
    demand(found, promise_of(one, "due"), worst,
           "the worst tick in {} was late by {}, and the log was told of {}", which, worst_of(one),
           report.seen.worst);
    if (!worst)
      return;
    demand(found, one.again ? "again" : "percentile", p99,
           "in {} there are {} ticks, and the lateness that 99 % of them did not exceed is {}; the "
           "log was told that it is {}",
           which, report.seen.ticks, exact, report.seen.p99);
    if (!p99)
      return;
    demand(found, one.again ? "again" : "warning", warned,
           "the p99 of {} is {}, and a window is bad above {}; there were {} warnings", which,
           exact, options_.bad, report.warnings);
  }

  static bool near(nanoseconds exact, nanoseconds given) {
    const nanoseconds off = exact > given ? exact - given : given - exact;
    return off < 1ms || off <= exact / 100;
  }

  static nanoseconds worst_of(const due_window& one) {
    nanoseconds worst{};
    for (const lateness& late : one.ticks)
      worst = std::max(worst, late.most);
    return worst;
  }

  /// Every way in which so many ticks can have been late.
  static std::vector<std::vector<nanoseconds>> possible(const due_window& one, std::size_t ticks) {
    std::vector<std::vector<nanoseconds>> all(1);
    for (const lateness& late : one.ticks) {
      const std::size_t many = all.size();
      const bool open = late.least != late.most && many < 64;
      for (std::size_t i = 0; open && i < many; ++i)
        all.push_back(std::vector<nanoseconds>(all[i]));
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].push_back(open && i < many ? late.least : late.most);
    }
    if (ticks > one.ticks.size())
      for (auto& way : all)
        way.push_back(0ns);
    return all;
  }

  const lag_options options_;
  std::string_view promise_;
};

} // namespace weir_hidden
