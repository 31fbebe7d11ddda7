#include "memory.hpp"
#include "trial.hpp"
#include "weir_catch.hpp"

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

/// Each day with an alarm of its own. `good` says of a trial whether it was as promised, and
/// `close` which of its seconds is worth a closer look if it was not.
template <class Good, class Close>
findings look_at(const std::vector<day>& days, Good good, Close close) {
  findings all;
  for (const day& one : days) {
    const trial tried(one);
    all.add(tried, good(tried), close(tried));
  }
  return all;
}

/// On days on which it should not go on.
findings listen(const std::vector<day>& days) {
  return look_at(
      days, [](const trial& one) { return one.rang().empty(); },
      [](const trial& one) { return one.rang().empty() ? 0 : one.rang().front(); });
}

} // namespace

TEST_CASE("it warns before the objective breaks", "[warns]") {
  judge("40 incidents", [] {
    const findings late = look_at(
        incidents(), [](const trial& one) { return one.warned(); },
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
        incidents(),
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
        incidents(), [](const trial& one) { return one.cleared(); },
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
  judge("two hours without a sample", [] {
    std::string found;
    for (std::uint64_t i = 0; i < 6 && found.empty(); ++i) {
      const day bursts = ordinary_day(habit::bursts, 5000 + i);
      found = after_a_gap(incidents()[i], bursts, first_late(bursts));
      const day& next = incidents()[i + 6];
      found = found.empty() ? after_a_gap(incidents()[i], next, next.began) : found;
    }
    return found;
  });
  judge("two alarms", [] {
    std::string found;
    for (std::size_t i = 0; i < 6 && found.empty(); ++i)
      found = side_by_side(incidents()[i], incidents()[i + 6]);
    return found;
  });
  judge("whatever the date is", [] {
    std::string found;
    for (std::size_t i = 0; i < 6; ++i)
      // Where counters turn over that are too small: of seconds, of milliseconds.
      for (const seconds then : {65'536s, 2'147'483s, 4'294'967s, 2'147'483'647s})
        found = found.empty() ? whenever(incidents()[i], then) : found;
    return found;
  });
  judge("eighteen hours of good days", [] {
    const std::vector<day> good = days_of(habit::punctual, 8, 6000);
    std::string found;
    for (const counted what : {counted::seconds, counted::samples})
      found = found.empty() ? after_many(good, incidents()[1], what) : found;
    return found;
  });
}
