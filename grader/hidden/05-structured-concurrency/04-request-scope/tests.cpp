#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

using options = request_fixture::options;

asio::awaitable<void> request(std::string_view promise, options how,
                              std::optional<nanoseconds> cancelled = {}) {
  request_fixture f(co_await asio::this_coro::executor, promise, std::move(how));
  f.start();
  if (cancelled == 0ns)
    f.cancel();
  else if (cancelled)
    f.cancel_at(*cancelled);
  co_await f.finish();
}

std::vector<script> times(std::initializer_list<nanoseconds> all) {
  std::vector<script> parts;
  for (const nanoseconds each : all)
    parts.push_back({.takes = each});
  return parts;
}

} // namespace

TEST_CASE("all parts are asked at the same time, and their answers returned", "[asked]") {
  WEIR_EXPLORE("three parts", [] { return request("asked", {.parts = times({20ms, 5ms, 10ms})}); });
  WEIR_EXPLORE("all in one instant",
               [] { return request("asked", {.parts = times({5ms, 5ms, 5ms, 5ms})}); });
  WEIR_EXPLORE("parts that are there at once", [] {
    return request("asked", {.seat = {.takes = 0ms}, .parts = times({0ms, 0ms})});
  });
  WEIR_EXPLORE("one part", [] { return request("asked", {.parts = times({10ms})}); });
  WEIR_EXPLORE("no parts", [] { return request("asked", {}); });
  WEIR_EXPLORE("fifty parts",
               [] { return request("asked", {.parts = std::vector<script>(50, {.takes = 3ms})}); });
  WEIR_EXPLORE("a storm in fair weather", [] { return storm("asked", weather::fair); });
}

TEST_CASE("every call is told the one deadline, or an earlier one", "[one-deadline]") {
  const auto limited = [](nanoseconds at_most) {
    return std::vector<script>{{.takes = 5ms}, {.takes = 5ms, .at_most = at_most}};
  };
  WEIR_EXPLORE("a limit within it",
               [=] { return request("one-deadline", {.parts = limited(20ms)}); });
  WEIR_EXPLORE("a limit beyond it",
               [=] { return request("one-deadline", {.parts = limited(1s)}); });
  WEIR_EXPLORE("a limit of all the time there is",
               [=] { return request("one-deadline", {.parts = limited(nanoseconds::max())}); });
  WEIR_EXPLORE("900 microseconds",
               [=] { return request("one-deadline", {.parts = limited(900us)}); });
  WEIR_EXPLORE("a storm", [] { return storm("one-deadline", weather::limits); });
}

TEST_CASE("a part with a limit of its own may be missing", "[may-be-missing]") {
  const auto missing = [](script late) {
    return options{.parts = {{.takes = 30ms}, late, {.takes = 10ms}}};
  };
  WEIR_EXPLORE("one that is late",
               [=] { return request("may-be-missing", missing({.takes = 1h, .at_most = 15ms})); });
  WEIR_EXPLORE("one that takes a while to end", [=] {
    return request("may-be-missing", missing({.takes = 1h, .tidies = 40ms, .at_most = 15ms}));
  });
  WEIR_EXPLORE("one that throws something when it is cancelled", [=] {
    return request("may-be-missing",
                   missing({.takes = 1h, .tidies = 3ms, .then = thrown::number, .at_most = 900us}));
  });
  WEIR_EXPLORE("one that comes after all", [=] {
    return request("may-be-missing",
                   missing({.takes = 1h, .tidies = 3ms, .then = {}, .at_most = 15ms}));
  });
  WEIR_EXPLORE("one in the instant of its limit", [=] {
    return request("may-be-missing", missing({.takes = 15ms, .at_most = 15ms}));
  });
  WEIR_EXPLORE("one that is in time", [=] {
    return request("may-be-missing", missing({.takes = 14ms, .at_most = 15ms}));
  });
  WEIR_EXPLORE("a storm of limits", [] { return storm("may-be-missing", weather::limits); });
}

TEST_CASE("at the deadline everything is cancelled, and awaited", "[deadline]") {
  WEIR_EXPLORE("while parts are asked", [] {
    return request("deadline",
                   {.parts = {{.takes = 1h}, {.takes = 5ms}, {.takes = 1h, .tidies = 7ms}}});
  });
  WEIR_EXPLORE("while there is no seat", [] {
    return request("deadline", {.seat = {.takes = 1h, .tidies = 7ms}, .parts = times({5ms})});
  });
  WEIR_EXPLORE("a part that throws when it is cancelled", [] {
    return request("deadline",
                   {.parts = {{.takes = 1h, .tidies = 2ms, .then = thrown::runtime_error}}});
  });
  WEIR_EXPLORE("a part that comes after all", [] {
    return request("deadline", {.parts = {{.takes = 1h, .tidies = 2ms, .then = {}}}});
  });
  WEIR_EXPLORE("a seat that comes after all", [] {
    return request("deadline",
                   {.seat = {.takes = 1h, .tidies = 2ms, .then = {}}, .parts = times({5ms})});
  });
  WEIR_EXPLORE("with limits beyond it", [] {
    return request("deadline",
                   {.parts = {{.takes = 1h, .at_most = 1s},
                              {.takes = 1h, .tidies = 1ms, .at_most = nanoseconds::max()}}});
  });
  WEIR_EXPLORE("one that has passed",
               [] { return request("deadline", {.parts = times({5ms}), .deadline = -1ms}); });
  WEIR_EXPLORE("in the instant in which the last part comes",
               [] { return request("deadline", {.parts = times({95ms})}); });
  WEIR_EXPLORE("in the instant in which the seat comes", [] {
    return request("deadline", {.seat = {.takes = 100ms}, .parts = times({0ms})});
  });
  WEIR_EXPLORE("a storm of limits", [] { return storm("deadline", weather::limits); });
}

TEST_CASE("the first error ends the request, and is the one that is thrown", "[first-error]") {
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i);
    WEIR_EXPLORE(weir::text("a part throws {}", to_string(kind)), [kind] {
      return request(
          "first-error",
          {.parts = {{.takes = 1h, .tidies = 4ms}, {.takes = 5ms, .fails = kind}, {.takes = 2ms}}});
    });
  }
  WEIR_EXPLORE("at the call", [] {
    return request("first-error", {.parts = {{.takes = 1h, .tidies = 4ms},
                                             {.fails = thrown::derived, .at_the_call = true}}});
  });
  WEIR_EXPLORE("others fail while they are cancelled", [] {
    return request("first-error",
                   {.parts = {{.takes = 1h, .then = thrown::number},
                              {.takes = 5ms, .fails = thrown::derived},
                              {.takes = 1h, .tidies = 9ms, .then = thrown::runtime_error}}});
  });
  WEIR_EXPLORE("one with a limit fails in time", [] {
    return request(
        "first-error",
        {.parts = {{.takes = 1h}, {.takes = 5ms, .fails = thrown::system_error, .at_most = 20ms}}});
  });
  WEIR_EXPLORE("the deadline passes meanwhile", [] {
    return request("first-error", {.parts = {{.takes = 1h, .tidies = 1s},
                                             {.takes = 90ms, .fails = thrown::derived}}});
  });
  WEIR_EXPLORE("the gate", [] {
    return request("first-error",
                   {.seat = {.takes = 5ms, .fails = thrown::derived}, .parts = times({5ms})});
  });
  WEIR_EXPLORE("a storm of faults", [] { return storm("first-error", weather::faults); });
}

TEST_CASE("nothing of the request is left", "[nothing-left]") {
  WEIR_EXPLORE("after an answer",
               [] { return request("nothing-left", {.parts = times({5ms, 8ms})}); });
  WEIR_EXPLORE("after an error", [] {
    return request("nothing-left", {.parts = {{.takes = 5ms, .fails = thrown::system_error},
                                              {.takes = 1h, .tidies = 6ms}}});
  });
  WEIR_EXPLORE("after the deadline",
               [] { return request("nothing-left", {.parts = {{.takes = 1h, .tidies = 6ms}}}); });
  WEIR_EXPLORE("a seat that comes late", [] {
    return request("nothing-left",
                   {.seat = {.takes = 1h, .tidies = 6ms, .then = {}}, .parts = times({5ms})});
  });
  WEIR_EXPLORE("a seat in the instant of the deadline", [] {
    return request("nothing-left", {.seat = {.takes = 100ms}, .parts = times({5ms})});
  });
  WEIR_EXPLORE("a seat in the instant of the cancellation", [] {
    return request("nothing-left", {.seat = {.takes = 30ms}, .parts = times({5ms})}, 30ms);
  });
  WEIR_EXPLORE("a seat that comes after the cancellation", [] {
    return request("nothing-left",
                   {.seat = {.takes = 1h, .tidies = 6ms, .then = {}}, .parts = times({5ms})}, 30ms);
  });
  WEIR_EXPLORE("a storm of faults", [] { return storm("nothing-left", weather::faults); });
  WEIR_EXPLORE("a storm of cancellations",
               [] { return storm("nothing-left", weather::cancelled); });
}

TEST_CASE("cancelled, it cancels and awaits what it has called", "[cancelled]") {
  WEIR_EXPLORE("while parts are asked", [] {
    return request("cancelled", {.parts = {{.takes = 1h, .tidies = 6ms}, {.takes = 7ms}}}, 30ms);
  });
  WEIR_EXPLORE("while parts are asked, which fail then", [] {
    return request("cancelled",
                   {.parts = {{.takes = 1h, .tidies = 6ms, .then = thrown::number},
                              {.takes = 1h, .then = thrown::derived, .at_most = 60ms}}},
                   30ms);
  });
  WEIR_EXPLORE("parts that come after all", [] {
    return request("cancelled", {.parts = {{.takes = 1h, .tidies = 6ms, .then = {}}}}, 30ms);
  });
  WEIR_EXPLORE("while there is no seat", [] {
    return request("cancelled",
                   {.seat = {.takes = 1h, .tidies = 6ms, .then = thrown::runtime_error},
                    .parts = times({5ms})},
                   30ms);
  });
  WEIR_EXPLORE("a seat that comes after all", [] {
    return request("cancelled",
                   {.seat = {.takes = 1h, .tidies = 6ms, .then = {}}, .parts = times({5ms})}, 30ms);
  });
  WEIR_EXPLORE("the deadline passes meanwhile",
               [] { return request("cancelled", {.parts = {{.takes = 1h, .tidies = 1s}}}, 95ms); });
  WEIR_EXPLORE("at once", [] { return request("cancelled", {.parts = times({5ms})}, 0ms); });
  WEIR_EXPLORE("in the instant in which the seat comes",
               [] { return request("cancelled", {.parts = times({5ms})}, 5ms); });
  WEIR_EXPLORE("a storm of cancellations", [] { return storm("cancelled", weather::cancelled); });
}
