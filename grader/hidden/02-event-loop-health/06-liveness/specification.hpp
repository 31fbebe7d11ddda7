/// \file
/// The brief of `liveness` as a function of what was seen: which answer is wrong, and why.
#pragma once

#include "liveness.hpp"

#include <weir/expect.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// From when to when nobody else had a turn on the loop.
struct stretch {
  nanoseconds from{};
  std::optional<nanoseconds> until; ///< empty: it lasts

  [[nodiscard]] nanoseconds lasted(nanoseconds now) const { return until.value_or(now) - from; }
};

/// All that could be seen of a process up to a question.
struct history {
  health_options options;
  std::optional<nanoseconds> started;
  std::optional<nanoseconds> draining;
  std::vector<stretch> busy; ///< in the order in which they began; only the last one may last
};

/// What may be answered.
enum class answer { yes, no, either };

/// The brief. Everything in it is give or take a beat, and so is everything here.
class liveness_specification {
public:
  /// \param promise the id of the one that is looked at; what breaks another one is another's test
  liveness_specification(const history& seen, std::string_view promise, nanoseconds now)
      : seen_(seen), promise_(promise), now_(now), tolerance_(seen.options.beat + 1ms) {
    for (const stretch& one : seen.busy) {
      if (one.until && seen.started && *one.until <= *seen.started)
        continue; // was over when the start-up was
      stretch mine = one;
      if (seen.started)
        mine.from = std::max(mine.from, *seen.started);
      busy_.push_back(mine);
    }
    if (!busy_.empty() && !busy_.back().until)
      lasts_ = now - busy_.back().from;
  }

  /// What is wrong with these answers, in the words of the brief; empty: nothing.
  [[nodiscard]] std::string finding(bool alive, bool ready) const {
    std::string found;
    judge(found, "alive()", alive, alive_may_be(), alive_promise());
    judge(found, "ready()", ready, ready_may_be(), ready_promise());
    return found;
  }

private:
  void judge(std::string& found, std::string_view question, bool said, answer right,
             std::string_view promise) const {
    if (right == answer::either || said == (right == answer::yes) || !found.empty() ||
        promise != promise_)
      return;
    found = weir::text("at {}, {} said {}: {} ({})", now_, question, said ? "yes" : "no", because(),
                       question == "alive()" ? limit("dead_after", seen_.options.dead_after)
                                             : limit("late", seen_.options.late) + ", " +
                                                   limit("calm", seen_.options.calm));
  }

  [[nodiscard]] static std::string limit(std::string_view name, nanoseconds value) {
    return value == nanoseconds::max() ? weir::text("{} is for ever", name)
                                       : weir::text("{} is {}", name, value);
  }

  [[nodiscard]] answer alive_may_be() const {
    const nanoseconds limit = seen_.options.dead_after;
    if (!seen_.started)
      return answer::yes;
    if (lasts_ - tolerance_ > limit)
      return answer::no;
    if (lasts_ >= limit - tolerance_)
      return answer::either;
    // Its turn has come, and the beat's may be next.
    return has_just_ended(limit) ? answer::either : answer::yes;
  }

  [[nodiscard]] answer ready_may_be() const {
    if (!seen_.started || seen_.draining)
      return answer::no;
    const health_options& limits = seen_.options;
    bool sure = lasts_ < limits.late - tolerance_ && has_turned();
    for (const stretch& one : busy_) {
      if (one.lasted(now_) < limits.late - tolerance_)
        continue;
      const bool late = one.lasted(now_) - tolerance_ > limits.late;
      const nanoseconds ago = one.until ? now_ - *one.until : 0ns;
      if (late && (!one.until || ago < limits.calm - std::min(tolerance_, limits.calm)))
        return answer::no;
      if (!one.until || ago - tolerance_ <= limits.calm)
        sure = false;
    }
    return sure ? answer::yes : answer::either;
  }

  /// The loop has had time for a beat since the start-up was over.
  [[nodiscard]] bool has_turned() const {
    if (now_ - *seen_.started <= tolerance_)
      return false;
    return std::ranges::none_of(seen_.busy, [this](const stretch& one) {
      return one.from <= *seen_.started && one.until.value_or(now_) + tolerance_ >= now_;
    });
  }

  [[nodiscard]] bool has_just_ended(nanoseconds limit) const {
    return std::ranges::any_of(busy_, [&](const stretch& one) {
      return one.until && now_ - *one.until <= tolerance_ && one.lasted(now_) >= limit - tolerance_;
    });
  }

  [[nodiscard]] bool has_been_late() const {
    return std::ranges::any_of(busy_, [this](const stretch& one) {
      return one.until && one.lasted(now_) >= seen_.options.late - tolerance_;
    });
  }

  /// It was busy when the start-up ended, or before.
  [[nodiscard]] bool was_busy_before() const {
    return std::ranges::any_of(seen_.busy,
                               [this](const stretch& one) { return one.from < *seen_.started; });
  }

  [[nodiscard]] std::string_view alive_promise() const {
    if (!seen_.started)
      return "start";
    if (seen_.draining)
      return "drain";
    const bool since_before = !seen_.busy.empty() && seen_.busy.back().from < *seen_.started;
    return since_before ? "start" : "alive";
  }

  [[nodiscard]] std::string_view ready_promise() const {
    if (seen_.draining)
      return "drain";
    if (!seen_.started)
      return "start";
    if (lasts_ - tolerance_ > seen_.options.late)
      return "late";
    if (has_been_late())
      return "calm";
    return was_busy_before() ? "start" : "late";
  }

  /// The state of things.
  [[nodiscard]] std::string because() const {
    std::string out;
    if (seen_.draining)
      out = weir::text("it has been draining since {}", *seen_.draining);
    else if (seen_.started)
      out = weir::text("it started at {}", *seen_.started);
    else
      out = "its start-up is not over";
    if (!seen_.busy.empty()) {
      const stretch& last = seen_.busy.back();
      if (last.until)
        out += weir::text(", the loop was occupied from {} to {}, for {}, and turns since then",
                          last.from, *last.until, last.lasted(now_));
      else
        out += weir::text(", and the loop has not turned since {}, for {}", last.from,
                          last.lasted(now_));
    } else if (seen_.started) {
      out += ", and the loop has turned all the time";
    }
    return out;
  }

  const history& seen_;
  std::string_view promise_;
  nanoseconds now_;
  nanoseconds tolerance_;
  std::vector<stretch> busy_; ///< since the start-up was over
  nanoseconds lasts_{};       ///< the one that has no end yet
};

} // namespace weir_hidden
