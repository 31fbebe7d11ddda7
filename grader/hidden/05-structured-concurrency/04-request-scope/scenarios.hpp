/// \file
/// The scenarios of `request-scope`: for each promise, what may become of a request.
#pragma once

#include "fixture.hpp"

#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using options = request_fixture::options;

/// A request, and when its caller cancels it.
struct scenario {
  std::string name;
  options how;
  std::vector<nanoseconds> cancelled = {};
  std::size_t schedules = 50; ///< 0: as many as there are for a test
};

/// Enough for what is the same under most orders; what happens in one instant is tried under `all`.
inline constexpr std::size_t all = 0;

inline asio::awaitable<void> request(std::string_view promise, options how,
                                     std::vector<nanoseconds> cancelled) {
  const auto executor = co_await asio::this_coro::executor;
  if (how.deadline == dawn_of_time)
    co_await weir::testing::pass(5ms); // so that it is further away than a duration can tell
  const auto f = std::make_shared<request_fixture>(executor, promise, std::move(how));
  f->start();
  for (const nanoseconds when : cancelled)
    if (when == 0ns)
      f->cancel();
    else
      f->cancel_at(when);
  co_await f->finish();
}

/// Two at a time, each with a gate and sources of its own.
inline asio::awaitable<void> two_requests(std::string_view promise, options first, options second,
                                          nanoseconds later) {
  const auto executor = co_await asio::this_coro::executor;
  first.name = "the first answer()";
  second.name = "the second answer()";
  const auto f = std::make_shared<request_fixture>(executor, promise, std::move(first));
  const auto g = std::make_shared<request_fixture>(executor, promise, std::move(second));
  f->start();
  co_await weir::testing::pass(later);
  g->start();
  co_await f->finish();
  co_await g->finish();
}

inline std::vector<script> times(std::initializer_list<nanoseconds> all_of_them) {
  std::vector<script> parts;
  for (const nanoseconds each : all_of_them)
    parts.push_back({.takes = each});
  return parts;
}

/// Parts that answer so.
inline std::vector<script> values(std::initializer_list<int> all_of_them) {
  std::vector<script> parts;
  for (const int each : all_of_them)
    parts.push_back({.takes = 5ms, .value = each});
  return parts;
}

/// So many, and then one more.
inline std::vector<script> many(std::size_t count, const script& each, const script& last) {
  std::vector<script> parts(count, each);
  parts.push_back(last);
  return parts;
}

inline std::vector<scenario> asked() {
  constexpr int least = std::numeric_limits<int>::min();
  constexpr int greatest = std::numeric_limits<int>::max();
  return {
      {"three parts", {.parts = times({20ms, 5ms, 10ms})}},
      {"all in one instant", {.parts = times({5ms, 5ms, 5ms, 5ms})}, {}, all},
      {"parts that are there at once",
       {.seat = {.takes = 0ms}, .parts = times({0ms, 0ms})},
       {},
       all},
      {"one part", {.parts = times({10ms})}},
      {"no parts", {}},
      {"answers of 0, -1 and the least and greatest there are",
       {.parts = values({0, -1, least, greatest, 70'000, 1}), .request = 70'000}},
      {"request 0 of seat 0", {.parts = times({5ms}), .request = 0, .seat_number = 0}},
      {"request -40,000 of seat 40,000",
       {.parts = times({5ms}), .request = -40'000, .seat_number = 40'000}},
      {"three questions to one source",
       {.parts = std::vector<script>(3, {.takes = 5ms, .value = 5}), .one_source = true}},
      {"nearly no time, and none is needed",
       {.seat = {.takes = 0ms}, .parts = times({0ms, 0ms}), .deadline = 1ns}},
      {"a seat half a millisecond before the deadline",
       {.seat = {.takes = 99'500us}, .parts = times({0ms, 400us})}},
      {"thirty hours of two days", {.parts = times({30h, 5ms}), .deadline = 48h}},
      {"no deadline at all", {.parts = times({30h, 5ms}), .deadline = end_of_time}},
      {"eleven hundred parts", {.parts = std::vector<script>(1100, {.takes = 3ms})}, {}, 1},
  };
}

inline std::vector<scenario> one_deadline() {
  const auto limited = [](nanoseconds at_most, nanoseconds deadline = 100ms) {
    return options{.parts = {{.takes = 5ms}, {.takes = 5ms, .at_most = at_most}},
                   .deadline = deadline};
  };
  return {
      {"a limit within it", limited(20ms)},
      {"a limit beyond it", limited(1s)},
      {"a limit of all the time there is", limited(nanoseconds::max())},
      {"a limit of nearly all the time there is", limited(nanoseconds::max() - 1ns)},
      {"a limit of nearly all the time there is, and no deadline",
       limited(nanoseconds::max() - 1ns, end_of_time)},
      {"900 microseconds", limited(900us)},
      {"122,632 ns of 100,000,001 ns", limited(122'632ns, 100'000'001ns)},
      {"30,000,063 ns of 100,000,001 ns", limited(30'000'063ns, 100'000'001ns)},
      {"1 ns", limited(1ns)},
      {"20 ms of two days", limited(20ms, 48h)},
      {"5 s of two days", limited(5s, 48h)},
      {"2 h of two days", limited(2h, 48h)},
      {"30 h, and no deadline", limited(30h, end_of_time)},
  };
}

inline std::vector<scenario> may_be_missing() {
  const auto missing = [](script late, nanoseconds deadline = 100ms) {
    return options{.parts = {{.takes = 30ms}, late, {.takes = 10ms}}, .deadline = deadline};
  };
  return {
      {"one that is late", missing({.takes = 1h, .at_most = 15ms})},
      {"one that takes a while to end", missing({.takes = 1h, .tidies = 40ms, .at_most = 15ms})},
      {"one that takes 20 s to end, and another one that ends meanwhile",
       {.parts = {{.takes = 5s}, {.takes = 1h, .tidies = 20s, .at_most = 15ms}}, .deadline = 48h}},
      {"nobody, in thirty hours of two days", {.parts = times({30h, 5ms}), .deadline = 48h}},
      {"one that throws something when it is cancelled",
       missing({.takes = 1h, .tidies = 3ms, .then = thrown::number, .at_most = 900us})},
      {"one that comes after all",
       missing({.takes = 1h, .tidies = 3ms, .then = {}, .at_most = 15ms})},
      {"one in the instant of its limit", missing({.takes = 15ms, .at_most = 15ms}), {}, all},
      {"one that is in time", missing({.takes = 14ms, .at_most = 15ms})},
      {"a limit of 1 ns", missing({.takes = 1h, .at_most = 1ns})},
      {"a limit of 30,000,063 ns", missing({.takes = 1h, .at_most = 30'000'063ns})},
      {"a limit of 5 s", missing({.takes = 30h, .at_most = 5s}, 48h)},
      {"a limit of 2 h, and no deadline", missing({.takes = 30h, .at_most = 2h}, end_of_time)},
      {"three hundred with a limit",
       {.parts = many(300, {.takes = 1h, .at_most = 15ms}, {.takes = 30ms})},
       {},
       1},
  };
}

inline std::vector<scenario> deadline() {
  return {
      {"while parts are asked",
       {.parts = {{.takes = 1h}, {.takes = 5ms}, {.takes = 1h, .tidies = 7ms}}}},
      {"while there is no seat", {.seat = {.takes = 1h, .tidies = 7ms}, .parts = times({5ms})}},
      {"a part that throws when it is cancelled",
       {.parts = {{.takes = 1h, .tidies = 2ms, .then = thrown::runtime_error}}}},
      {"a part that comes after all", {.parts = {{.takes = 1h, .tidies = 2ms, .then = {}}}}},
      {"a seat that comes after all",
       {.seat = {.takes = 1h, .tidies = 2ms, .then = {}}, .parts = times({5ms})}},
      {"with limits beyond it",
       {.parts = {{.takes = 1h, .at_most = 1s},
                  {.takes = 1h, .tidies = 1ms, .at_most = nanoseconds::max()}}}},
      {"a part that is late tidies up",
       {.parts = {{.takes = 1h, .tidies = 120ms, .at_most = 20ms}, {.takes = 1h}}}},
      {"one that has passed", {.parts = times({5ms}), .deadline = -1ms}},
      {"the first moment there is", {.parts = times({5ms}), .deadline = dawn_of_time}},
      {"of 100,000,001 ns", {.parts = times({1h, 5ms}), .deadline = 100'000'001ns}},
      {"in two days", {.parts = times({60h, 30h}), .deadline = 48h}},
      {"a part that takes 20 s to end", {.parts = {{.takes = 1h, .tidies = 20s}, {.takes = 5ms}}}},
      {"in the instant in which the last part comes", {.parts = times({95ms})}, {}, all},
      {"in the instant in which the seat comes",
       {.seat = {.takes = 100ms}, .parts = times({0ms})},
       {},
       all},
      {"seventy parts", {.parts = std::vector<script>(70, {.takes = 1h})}, {}, 1},
  };
}

inline std::vector<scenario> first_error() {
  std::vector<scenario> list;
  for (std::size_t i = 0; i < thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i);
    const auto add = [&](const char* who, options how) {
      list.push_back({weir::text("{} throws {}", who, to_string(kind)), std::move(how), {}, 30});
    };
    add("a part",
        {.parts = {{.takes = 1h, .tidies = 4ms}, {.takes = 5ms, .fails = kind}, {.takes = 2ms}}});
    add("the last part, which may be missing,",
        {.parts = {{.takes = 2ms}, {.takes = 5ms, .fails = kind, .at_most = 20ms}}});
    add("the call of a part",
        {.parts = {
             {.takes = 1h, .tidies = 4ms}, {.fails = kind, .at_the_call = true}, {.takes = 1h}}});
    add("the gate", {.seat = {.takes = 5ms, .fails = kind}, .parts = times({5ms})});
    add("the call of the gate",
        {.seat = {.fails = kind, .at_the_call = true}, .parts = times({5ms})});
  }
  const std::vector<scenario> more{
      {"others fail while they are cancelled",
       {.parts = {{.takes = 1h, .then = thrown::number},
                  {.takes = 5ms, .fails = thrown::derived},
                  {.takes = 1h, .tidies = 9ms, .then = thrown::runtime_error}}},
       {},
       all},
      {"another one fails after an operation_aborted nobody asked for",
       {.parts = {{.takes = 5ms, .fails = thrown::aborted},
                  {.takes = 1h, .tidies = 9ms, .then = thrown::runtime_error}}}},
      {"one with a limit fails in time",
       {.parts = {{.takes = 1h}, {.takes = 5ms, .fails = thrown::system_error, .at_most = 20ms}}}},
      {"another one is late, and gone",
       {.parts = {{.takes = 1h, .at_most = 20ms},
                  {.takes = 60ms, .fails = thrown::derived},
                  {.takes = 200ms}},
        .deadline = 1s}},
      {"another one is late, and tidies up",
       {.parts = {{.takes = 1h, .tidies = 100ms, .at_most = 20ms},
                  {.takes = 40ms, .fails = thrown::derived},
                  {.takes = 200ms}},
        .deadline = 1s}},
      {"the deadline passes meanwhile",
       {.parts = {{.takes = 1h, .tidies = 1s}, {.takes = 90ms, .fails = thrown::derived}}}},
      {"eleven hundred others",
       {.parts = many(1100, {.takes = 1h}, {.takes = 5ms, .fails = thrown::derived})},
       {},
       1},
  };
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

inline std::vector<scenario> nothing_left() {
  const script late_seat{.takes = 1h, .tidies = 6ms, .then = {}};
  const script tidies{.takes = 1h, .tidies = 6ms};
  const script long_tidies{.takes = 1h, .tidies = 2h};
  const script fails{.takes = 5ms, .fails = thrown::system_error};
  return {
      {"after an answer", {.parts = times({5ms, 8ms})}, {}, all},
      {"after an answer of no parts", {}},
      {"after an error", {.parts = {fails, tidies}}, {}, all},
      {"after an error at the call",
       {.parts = {tidies, {.fails = thrown::number, .at_the_call = true}, tidies}}},
      {"after the deadline", {.parts = {tidies}}, {}, all},
      {"after an error, and one takes 2 h to end", {.parts = {fails, long_tidies}}},
      {"after the deadline, and one takes 2 h to end", {.parts = {long_tidies}}},
      {"after a cancellation, and one takes 2 h to end", {.parts = {long_tidies}}, {30ms}},
      {"after an error, and one that is late tidies up",
       {.parts = {{.takes = 1h, .tidies = 100ms, .at_most = 20ms},
                  {.takes = 40ms, .fails = thrown::number}}}},
      {"cancelled again while a part tidies up", {.parts = {tidies, tidies}}, {30ms, 32ms, 33ms}},
      {"cancelled again while the gate tidies up",
       {.seat = late_seat, .parts = times({5ms})},
       {30ms, 32ms, 33ms}},
      {"a seat that comes late", {.seat = late_seat, .parts = times({5ms})}},
      {"a seat that comes 2 h late",
       {.seat = {.takes = 1h, .tidies = 2h, .then = {}}, .parts = times({5ms})}},
      {"a seat in the instant of the deadline",
       {.seat = {.takes = 100ms}, .parts = times({5ms})},
       {},
       all},
      {"a seat in the instant of the cancellation",
       {.seat = {.takes = 30ms}, .parts = times({5ms})},
       {30ms},
       all},
      {"a seat that comes after the cancellation",
       {.seat = late_seat, .parts = times({5ms})},
       {30ms}},
      {"seat 0", {.parts = times({5ms}), .seat_number = 0}},
      {"seat 0, and an error", {.parts = {fails, tidies}, .seat_number = 0}},
      {"seat 40,000", {.parts = times({5ms}), .seat_number = 40'000}},
  };
}

inline std::vector<scenario> cancelled() {
  const script late_seat{.takes = 1h, .tidies = 6ms, .then = {}};
  return {
      {"while parts are asked",
       {.parts = {{.takes = 1h, .tidies = 6ms}, {.takes = 7ms}}},
       {30ms},
       all},
      {"while parts are asked, which fail then",
       {.parts = {{.takes = 1h, .tidies = 6ms, .then = thrown::number},
                  {.takes = 1h, .then = thrown::derived, .at_most = 60ms}}},
       {30ms},
       all},
      {"parts that come after all", {.parts = {{.takes = 1h, .tidies = 6ms, .then = {}}}}, {30ms}},
      {"while there is no seat",
       {.seat = {.takes = 1h, .tidies = 6ms, .then = thrown::runtime_error}, .parts = times({5ms})},
       {30ms}},
      {"a seat that comes after all", {.seat = late_seat, .parts = times({5ms})}, {30ms}},
      {"the deadline passes meanwhile", {.parts = {{.takes = 1h, .tidies = 1s}}}, {95ms}},
      {"the deadline passes while the gate tidies up",
       {.seat = {.takes = 1h, .tidies = 60ms}, .parts = times({5ms})},
       {70ms}},
      {"a seat comes after the deadline",
       {.seat = {.takes = 1h, .tidies = 60ms, .then = {}}, .parts = times({5ms})},
       {70ms}},
      {"the gate fails after the deadline",
       {.seat = {.takes = 1h, .tidies = 60ms, .then = thrown::timed_out}, .parts = times({5ms})},
       {70ms}},
      {"only one that is late is left",
       {.parts = {{.takes = 1h, .tidies = 100ms, .at_most = 80ms}, {.takes = 10ms}},
        .deadline = 1s},
       {120ms}},
      {"and again while a part tidies up",
       {.parts = {{.takes = 1h, .tidies = 6ms}, {.takes = 1h}}},
       {30ms, 32ms, 33ms}},
      {"at once", {.parts = times({5ms})}, {0ms}, all},
      {"in the instant in which the seat comes", {.parts = times({5ms})}, {5ms}, all},
      {"seventy parts", {.parts = std::vector<script>(70, {.takes = 1h})}, {30ms}, 1},
  };
}

} // namespace weir_hidden
