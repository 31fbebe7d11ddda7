/// \file
/// What an alarm may go by: its own samples of the last hour.
#pragma once

#include "trial.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

using stream = std::vector<sample>;

namespace detail {

inline stream arrived(const day& of, std::size_t from = 0, std::size_t until = 1'000'000) {
  stream all;
  for (std::size_t i = from; i < std::min(until, of.seconds.size()); ++i)
    if (of.seconds[i].arrived)
      all.push_back(of.seconds[i].seen);
  return all;
}

/// As if it had been seen so much later.
inline stream later(stream all, seconds by) {
  for (sample& one : all)
    one.at += by;
  return all;
}

inline std::vector<bool> answers(loop_alarm& alarm, const stream& to) {
  std::vector<bool> all;
  all.reserve(to.size());
  for (const sample& one : to)
    all.push_back(alarm.update(one));
  return all;
}

/// The first sample at which the two differ; as many as there are, if none does.
inline std::size_t difference(const std::vector<bool>& a, const std::vector<bool>& b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
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
  detail::answers(*alarm, detail::arrived(before, 0, until));
  const stream rest = detail::later(detail::arrived(after, from), 2h + seconds(until));
  const auto seen = detail::answers(*alarm, rest);
  const auto fresh = detail::answers(*make_alarm(), rest);
  const std::size_t at = detail::difference(seen, fresh);
  if (at == seen.size())
    return {};
  return weir::text(
      "an alarm saw an incident until a second before it would have gone on, and then "
      "no sample for two hours. With sample {} after that it is {}; a new alarm, "
      "which has seen only what came since, is {}",
      at + 1, seen[at] ? "on" : "off", fresh[at] ? "on" : "off");
}

/// Two alarms, each with a day of its own, in turns.
inline std::string side_by_side(const day& one, const day& other) {
  const std::pair<stream, stream> days{detail::arrived(one), detail::arrived(other)};
  const auto alone = detail::answers(*make_alarm(), days.first);
  const auto first = make_alarm();
  const auto second = make_alarm();
  std::vector<bool> beside;
  for (std::size_t i = 0; i < days.first.size(); ++i) {
    beside.push_back(first->update(days.first[i]));
    if (i < days.second.size())
      second->update(days.second[i]);
  }
  const std::size_t at = detail::difference(alone, beside);
  if (at == alone.size())
    return {};
  return weir::text("two alarms see a process each. With sample {} the first is {}; with the same "
                    "samples, and no other alarm beside it, it was {}",
                    at + 1, beside[at] ? "on" : "off", alone[at] ? "on" : "off");
}

/// The same day when `at` counts from somewhere else.
inline std::string whenever(const day& one, seconds by) {
  const stream today = detail::arrived(one);
  const auto now = detail::answers(*make_alarm(), today);
  const auto then = detail::answers(*make_alarm(), detail::later(today, by));
  const std::size_t at = detail::difference(now, then);
  if (at == now.size())
    return {};
  return weir::text(
      "the same samples, but for `at`, which is {} s more in all of them: with sample "
      "{} the alarm is {}, where it was {}",
      by.count(), at + 1, then[at] ? "on" : "off", now[at] ? "on" : "off");
}

/// An incident after two hours of good days, and after twenty.
inline std::string after_many(const std::vector<day>& good, const day& last) {
  const auto run = [&good, &last](std::size_t days) {
    const auto alarm = make_alarm();
    seconds now{};
    for (std::size_t i = 0; i < days; ++i, now += 600s)
      detail::answers(*alarm, detail::later(detail::arrived(good[i % good.size()]), now));
    return detail::answers(*alarm, detail::later(detail::arrived(last), now));
  };
  const auto early = run(12);
  const auto late = run(12 * 10);
  const std::size_t at = detail::difference(early, late);
  if (at == early.size())
    return {};
  return weir::text(
      "an incident after 12 good days, and the same after 120: with its sample {} the "
      "alarm is {}, where it was {}",
      at + 1, late[at] ? "on" : "off", early[at] ? "on" : "off");
}

} // namespace weir_hidden
