#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

/// Large numbers, and what has few orders, are tried under a handful of schedules.
weir::explore_options few(std::size_t schedules, std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.limits.virtual_time = 300h; // some deadlines are days away
  if (schedules != all)
    options.search.schedules = schedules;
  return options;
}

void try_each(std::string_view promise, const std::vector<scenario>& list) {
  for (const scenario& each : list)
    WEIR_EXPLORE(few(each.schedules, each.name),
                 [&] { return request(promise, each.how, each.cancelled); });
}

void two_at_a_time(std::string_view promise, const options& first, const options& second) {
  for (const nanoseconds later : {nanoseconds(0), nanoseconds(12ms)})
    WEIR_EXPLORE(few(50, later == 0ns ? "two at a time" : "another one, a little later"),
                 [&] { return two_requests(promise, first, second, later); });
}

} // namespace

TEST_CASE("all parts are asked at the same time, and their answers returned", "[asked]") {
  try_each("asked", asked());
  two_at_a_time("asked", {.parts = times({20ms, 5ms})},
                {.parts = times({9ms, 40ms, 7ms}), .request = 8, .seat_number = 3});
  WEIR_EXPLORE(few(all, "a storm in fair weather"), [] { return storm("asked", weather::fair); });
}

TEST_CASE("every call is told the one deadline, or an earlier one", "[one-deadline]") {
  try_each("one-deadline", one_deadline());
  WEIR_EXPLORE(few(all, "a storm"), [] { return storm("one-deadline", weather::limits); });
}

TEST_CASE("a part with a limit of its own may be missing", "[may-be-missing]") {
  try_each("may-be-missing", may_be_missing());
  WEIR_EXPLORE(few(all, "a storm of limits"),
               [] { return storm("may-be-missing", weather::limits); });
}

TEST_CASE("at the deadline everything is cancelled, and awaited", "[deadline]") {
  try_each("deadline", deadline());
  two_at_a_time("deadline", {.parts = times({1h, 5ms}), .deadline = 30ms},
                {.parts = times({1h, 5ms}), .deadline = 200ms});
  WEIR_EXPLORE(few(all, "a storm of limits"), [] { return storm("deadline", weather::limits); });
}

TEST_CASE("the first error ends the request, and is the one that is thrown", "[first-error]") {
  try_each("first-error", first_error());
  WEIR_EXPLORE(few(all, "a storm of faults"), [] { return storm("first-error", weather::faults); });
}

TEST_CASE("nothing of the request is left", "[nothing-left]") {
  try_each("nothing-left", nothing_left());
  two_at_a_time("nothing-left", {.parts = times({20ms, 5ms})},
                {.parts = times({1h, 40ms}), .seat_number = 3});
  WEIR_EXPLORE(few(all, "a storm of faults"),
               [] { return storm("nothing-left", weather::faults); });
  WEIR_EXPLORE(few(all, "a storm of cancellations"),
               [] { return storm("nothing-left", weather::cancelled); });
}

TEST_CASE("cancelled, it cancels and awaits what it has called", "[cancelled]") {
  try_each("cancelled", cancelled());
  WEIR_EXPLORE(few(all, "a storm of cancellations"),
               [] { return storm("cancelled", weather::cancelled); });
}
