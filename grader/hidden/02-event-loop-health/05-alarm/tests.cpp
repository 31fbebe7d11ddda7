#include "life.hpp"
#include "memory.hpp"
#include "trial.hpp"
#include "weir_catch.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace weir_hidden;

namespace {

/// An alarm waits for nothing, so there is nothing to schedule: it sees its days in one run, and
/// what is found is told without a timeline.
template <class Look>
void judge(std::string name, Look look) {
  std::string finding;
  weir::explore_options once;
  once.name = std::move(name);
  once.search.schedules = 1;
  once.determinism_every = 0;
  WEIR_EXPLORE(once, [&finding, &look]() -> asio::awaitable<void> {
    weir::name_this_task("the test");
    finding = look();
    co_return;
  });
  WEIR_EXPECT(finding.empty(), "{}", finding);
}

/// The 40 incidents, each with an alarm of its own: the first that there are.
const std::vector<trial>& tried_incidents() {
  static const std::vector<trial> all(incidents().begin(), incidents().end());
  return all;
}

/// Days with an alarm each. `good` says of a trial whether it was as promised, and
/// `close` which of its seconds is worth a closer look if it was not.
template <class Trials, class Good, class Close>
findings look_at(const Trials& days, Good good, Close close) {
  findings all;
  for (const trial& tried : days)
    all.add(tried, good(tried), close(tried));
  return all;
}

/// On days on which it should not go on.
findings listen(const std::vector<day>& days) {
  return look_at(
      std::vector<trial>(days.begin(), days.end()),
      [](const trial& one) { return one.rang().empty(); },
      [](const trial& one) { return one.rang().empty() ? 0 : one.rang().front(); });
}

template <class Which>
std::vector<trial> those_of(std::span<const trial> days, Which which) {
  std::vector<trial> all;
  std::ranges::copy_if(days, std::back_inserter(all), which);
  return all;
}

/// Those on which a new alarm is right with time to spare.
std::vector<trial> plain_ones(std::span<const trial> days) {
  return those_of(days, plain);
}

/// Incidents, and after most of them a day of another kind, none of which begins with a bad second.
const std::vector<day>& days_of_all_kinds() {
  static const std::vector<day> all = [] {
    std::vector<day> made;
    for (std::size_t i = 0; i < 8; ++i) {
      made.push_back(incidents()[i + 12]);
      if (i < 6)
        made.push_back(ordinary_day(static_cast<habit>(i), 6100 + i));
    }
    return made;
  }();
  return all;
}

/// The process does not restart on that day.
bool goes_on(const trial& one) {
  const std::vector<second>& seen = one.of().seconds;
  return seen.back().seen.uptime - seen.front().seen.uptime + 1s == seconds(seen.size());
}

const std::vector<day>& bursts_days() {
  static const std::vector<day> all = days_of(habit::bursts, 4, 5000);
  return all;
}

} // namespace

TEST_CASE("it warns before the objective breaks", "[warns]") {
  judge("40 incidents", [] {
    const findings late = look_at(
        tried_incidents(), [](const trial& one) { return one.warned(); },
        [](const trial& one) { return one.of().broke - wanted_lead; });
    return late.told_if(late.bad() > 4,
                        "{} of 40 incidents were warned of 30 s before the objective broke, or "
                        "earlier; 36 are asked for. Not in time:",
                        40 - late.bad());
  });
}

TEST_CASE("it is silent on healthy days", "[quiet]") {
  judge("60 healthy days", [] {
    const findings loud = listen(healthy_days());
    return loud.told_if(loud.rang() > 2,
                        "on 60 healthy days the alarm went on {} times; at most 2 are borne. Days "
                        "with an alarm:",
                        loud.rang());
  });
}

TEST_CASE("a cold start is no incident", "[restarts]") {
  judge("12 days with cold starts", [] {
    const findings loud = listen(days_of(habit::deploys, 12, 3000));
    return loud.told_if(loud.bad() > 0,
                        "on {} of 12 healthy days on which the process starts three times the "
                        "alarm went on:",
                        loud.bad());
  });
}

TEST_CASE("a slow database is somebody else's alarm", "[dependency]") {
  judge("12 days with a slow database", [] {
    const findings loud = listen(days_of(habit::dependency, 12, 4000));
    return loud.told_if(loud.bad() > 0,
                        "on {} of 12 days on which the database was slow, and the loop was not, "
                        "the alarm went on:",
                        loud.bad());
  });
}

TEST_CASE("it goes on once and stays on", "[steady]") {
  judge("40 incidents", [] {
    const findings flapping = look_at(
        tried_incidents(),
        [](const trial& one) {
          const std::size_t times = one.rang_within(one.of().began, one.of().recovered);
          return times == 1 || times == 2;
        },
        [](const trial& one) { return one.first_off(); });
    return flapping.told_if(flapping.bad() > 2,
                            "in {} of 40 incidents the alarm went on once or twice between the "
                            "beginning of the fault and the recovery; 38 are asked for. Others:",
                            40 - flapping.bad());
  });
}

TEST_CASE("it is off when all is well again", "[clears]") {
  judge("40 incidents", [] {
    const findings stuck = look_at(
        tried_incidents(), [](const trial& one) { return one.cleared(); },
        [](const trial& one) {
          return std::min(one.of().recovered + time_to_clear, one.last_on());
        });
    return stuck.told_if(stuck.bad() > 2,
                         "after {} of 40 incidents the alarm, which had been on, was off two "
                         "minutes after the recovery, and stayed so; 38 are asked for. Others:",
                         40 - stuck.bad());
  });
}

TEST_CASE("it goes by its own samples of the last hour", "[memory]") {
  const std::vector<day>& kinds = days_of_all_kinds();
  const std::vector<trial> tried(kinds.begin(), kinds.end());
  const std::vector<trial> some = plain_ones(tried);
  const std::vector<trial> bad = plain_ones(std::span(tried_incidents()).first(12));
  judge("a month of samples", [] { return costs(); });
  judge("two hours without a sample", [] {
    std::string found;
    for (std::uint64_t i = 0; i < bursts_days().size() && found.empty(); ++i) {
      const day& bursts = bursts_days()[i];
      found = after_a_gap(incidents()[i], bursts, first_late(bursts));
      const day& next = incidents()[i + 6];
      found = found.empty() ? after_a_gap(incidents()[i], next, next.began) : found;
    }
    return found;
  });
  judge("two alarms", [] {
    std::string found;
    for (std::size_t i = 0; i < 3 && found.empty(); ++i)
      found = side_by_side(incidents()[i], incidents()[i + 6]);
    return found;
  });
  judge("day after day", [&some] {
    const std::vector<trial> going_on = those_of(some, goes_on);
    const std::vector<trial> calling =
        those_of(going_on, [](const trial& one) { return one.of().broke != 0; });
    std::string found = one_after_another(going_on, {});
    for (const past before : {past::late, past::later_and_later})
      found = found.empty() ? one_after_another(calling, {.before = before}) : found;
    return found.empty() ? one_after_another(some, {.restarts = true, .samples = true}) : found;
  });
  judge("whatever the date is", [&bad] {
    constexpr seconds date = 24h * 20'003; // one in 2024
    const std::span few = std::span(bad).first(std::min<std::size_t>(bad.size(), 6));
    std::string found;
    // Where counters turn over that are too small: of seconds, of milliseconds.
    constexpr std::array special{65'536s, 2'147'483s, 4'294'967s, 2'147'483'647s};
    for (std::size_t i = 0; i < special.size() * 2 && !few.empty(); ++i)
      found = found.empty() ? whenever(few[i % few.size()], special[i / 2]) : found;
    for (const trial& one :
         plain_ones(std::vector<trial>(bursts_days().begin(), bursts_days().end())))
      for (const seconds then : {date, date + 45s, date + 90s, special.back()})
        found = found.empty() ? whenever(one, then) : found;
    // Each half hour of a day, each time of another one.
    for (std::size_t i = 0; i < 48 && !bad.empty(); ++i)
      found = found.empty() ? in_time(bad[i % bad.size()], date + i * (24h + 30min)) : found;
    return found.empty() ? on_average(few, date) : found;
  });
  judge("tens of thousands of samples", [&bad] {
    std::string found;
    for (const counted what : {counted::seconds, counted::samples})
      found = found.empty() && !bad.empty() ? after_many(bad.front(), what) : found;
    for (const trial& one : std::span(tried_incidents()).first(6))
      found = found.empty() ? as_before(one) : found;
    return found;
  });
}
