/// \file
/// What an alarm may go by: its own samples of the last hour. Whether it does is seen by what comes
/// of it, not sample by sample: windows may begin at any second.
#pragma once

#include "trial.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

/// A new alarm is right on that day, with half a minute to spare.
inline bool plain(const trial& fresh) {
  return fresh.of().broke == 0 ? fresh.rang().empty()
                               : fresh.lead() >= 2 * wanted_lead && fresh.cleared();
}

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

/// How much later than a new one an alarm is. On one day that may be chance: windows begin at any
/// second. Over many it is not.
class lateness {
public:
  void add(const trial& seen, const trial& fresh) {
    const std::size_t from = fresh.of().began;
    if (fresh.of().broke == 0 || fresh.rang_within(from, fresh.of().recovered) != 1 ||
        seen.lead() == 0)
      return;
    ++days_;
    on_ += static_cast<std::int64_t>(fresh.lead()) - static_cast<std::int64_t>(seen.lead());
    off_ += static_cast<std::int64_t>(seen.last_on()) - static_cast<std::int64_t>(fresh.last_on());
  }

  /// Empty: by no more than is borne.
  [[nodiscard]] std::string text() const {
    if (days_ < 3)
      return {};
    if (on_ > borne * days_)
      return weir::text("it goes on {} s later than a new one, on the average of {} incidents",
                        on_ / days_, days_);
    if (off_ > borne * days_)
      return weir::text("it goes off {} s later than a new one, on the average of {} incidents",
                        off_ / days_, days_);
    return {};
  }

private:
  static constexpr std::int64_t borne = 20;
  std::int64_t days_ = 0;
  std::int64_t on_ = 0;
  std::int64_t off_ = 0;
};

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
  const shift later{.later = 2h + seconds(until)};
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
inline std::string whenever(const trial& fresh, seconds then) {
  const day& one = fresh.of();
  const std::size_t ringing = fresh.rang().empty() ? one.broke : fresh.rang().front();
  const shift by{.later = then - seconds(ringing + 10)};
  return detail::told(weir::text("With `at` {} s later in all samples,", by.later.count()),
                      detail::worse(trial(one, *make_alarm(), by), fresh));
}

/// An incident on another date, until the objective breaks, with the beginning of the fault at
/// `then`. Empty: it is in time.
inline std::string in_time(const trial& fresh, seconds then) {
  const day& one = fresh.of();
  const shift by{.later = then - seconds(one.began)};
  const trial seen(one, *make_alarm(), by, 0, one.broke + 1);
  return seen.warned() ? std::string()
                       : weir::text("With `at` {} s later in all samples, of an incident of which "
                                    "it warned {} s before the objective broke it does not warn in "
                                    "time ({}).",
                                    by.later.count(), fresh.lead(), one.name);
}

/// Some incidents, by so many seconds later.
inline std::string on_average(std::span<const trial> fresh, seconds later) {
  detail::lateness all;
  for (const trial& one : fresh)
    all.add(trial(one.of(), *make_alarm(), {.later = later}), one);
  return detail::told(weir::text("With `at` {} s later in all samples,", later.count()),
                      all.text());
}

} // namespace weir_hidden
