/// \file
/// What an alarm may go by: its own samples of the last hour. Whether it does is seen by what comes
/// of it, not sample by sample: windows may begin at any second.
#pragma once

#include "trial.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

namespace detail {

/// What is wrong with `seen`, where `fresh` is the same day with an alarm that is new; empty:
/// nothing. An incident counts if the new alarm is in time with half a minute to spare.
inline std::string worse(const trial& seen, const trial& fresh) {
  if (fresh.rang().empty() && !seen.rang().empty())
    return weir::text("it goes on at {} on a day on which a new one is silent ({})",
                      clock(seen.rang().front()), fresh.of().name);
  if (fresh.lead() >= 2 * wanted_lead && !seen.warned())
    return weir::text("of an incident of which a new one warns {} s before the objective breaks it "
                      "does not warn in time ({})",
                      fresh.lead(), fresh.of().name);
  if (fresh.lead() >= 2 * wanted_lead && fresh.cleared() && !seen.cleared())
    return weir::text("it is not off two minutes after an incident, where a new one is ({})",
                      fresh.of().name);
  return {};
}

inline std::string told(std::string_view situation, const std::string& what) {
  return what.empty() ? what : std::string(situation) + " " + what + ".";
}

} // namespace detail

/// The first second of a day in which a tick is late.
inline std::size_t first_late(const day& of) {
  std::size_t from = 0;
  while (from + 1 < of.seconds.size() && of.seconds[from].seen.lag_p99 <= 100ms)
    ++from;
  return from;
}

/// An incident until the very second before the alarm would go on, two hours without a sample, and
/// then another day from some second on. Empty: as it should be.
inline std::string after_a_gap(const day& before, const day& after, std::size_t from) {
  const trial whole(before);
  const std::size_t until = whole.rang().empty() ? before.broke : whole.rang().front();
  const auto alarm = make_alarm();
  for (std::size_t i = 0; i < until; ++i)
    if (before.seconds[i].arrived)
      alarm->update(before.seconds[i].seen);
  const seconds later = 2h + seconds(until);
  const trial seen(after, *alarm, later, from);
  const trial fresh(after, *make_alarm(), later, from);
  return detail::told(
      "An alarm has seen an incident until a second before it would have gone on, and "
      "then no sample for two hours. After that,",
      detail::worse(seen, fresh));
}

/// Two alarms, each with a day of its own, in turns.
inline std::string side_by_side(const day& one, const day& other) {
  const trial alone(one);
  const auto first = make_alarm();
  const auto second = make_alarm();
  bool now = false;
  for (std::size_t i = 0; i < one.seconds.size(); ++i) {
    if (one.seconds[i].arrived)
      now = first->update(one.seconds[i].seen);
    if (now != alone.on(i))
      return weir::text(
          "Two alarms see a process each. At {} the first is {}; with the same samples, "
          "and no other alarm beside it, it was {}.",
          detail::clock(i), now ? "on" : "off", alone.on(i) ? "on" : "off");
    if (i < other.seconds.size() && other.seconds[i].arrived)
      second->update(other.seconds[i].seen);
  }
  return {};
}

/// The same day on another date: `at` is `then` when the alarm has been on for ten seconds.
inline std::string whenever(const day& one, seconds then) {
  const trial fresh(one);
  const std::size_t ringing = fresh.rang().empty() ? one.broke : fresh.rang().front();
  const seconds later = then - seconds(ringing + 10);
  return detail::told(weir::text("With `at` {} s later in all samples,", later.count()),
                      detail::worse(trial(one, *make_alarm(), later), fresh));
}

/// An incident after healthy days, so many that when the alarm has been on for ten seconds, it has
/// worked for 65,536 seconds, or has seen as many samples.
enum class counted : std::uint8_t { seconds, samples };

inline std::string after_many(const std::vector<day>& good, const day& last, counted what) {
  const trial fresh(last);
  const std::size_t ringing = (fresh.rang().empty() ? last.broke : fresh.rang().front()) + 10;
  const auto count = [what](const second& one) {
    return what == counted::seconds || one.arrived ? 1 : 0;
  };
  int left = 65'536;
  for (std::size_t i = 0; i < ringing; ++i)
    left -= count(last.seconds[i]);
  const auto alarm = make_alarm();
  std::size_t at = 0;
  for (; left > 0; ++at) {
    const second& one = good[at / 600 % good.size()].seconds[at % 600];
    left -= count(one);
    sample seen = one.seen;
    seen.at = seconds(at + 1);
    if (one.arrived)
      alarm->update(seen);
  }
  return detail::told("An alarm has seen healthy days for eighteen hours. After that,",
                      detail::worse(trial(last, *alarm, seconds(at)), fresh));
}

} // namespace weir_hidden
