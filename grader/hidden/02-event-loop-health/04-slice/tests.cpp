#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

constexpr nanoseconds long_slices[] = {2s, 2min, 2h};

} // namespace

TEST_CASE("all items are done, those that come later included", "[all-of-it]") {
  WEIR_EXPLORE(loop("a hundred items"),
               [] { return sweep("all-of-it", {.items = many(100, 300us)}); });
  WEIR_EXPLORE(loop("nothing to do"), [] { return sweep("all-of-it", script{}); });
  WEIR_EXPLORE(loop("one item"), [] { return sweep("all-of-it", {.items = many(1, 5ms)}); });
  WEIR_EXPLORE(loop("items that make more items"), [] {
    return sweep("all-of-it", {.items = {{.costs = 6ms, .adds = 2}, {.costs = 1ms, .adds = 3}}});
  });
  WEIR_EXPLORE(loop("others bring more"), [] {
    return sweep("all-of-it",
                 {.items = many(4, 3ms),
                  .acts = {{.turn = 1, .adds = many(2, 8ms)}, {.turn = 2, .adds = many(1, 1ms)}}});
  });
  WEIR_EXPLORE(long_loop("ten thousand items, a slice each"),
               [] { return sweep("all-of-it", {.slice = 1us, .items = many(10'000, 1us)}); });
  WEIR_EXPLORE(loop("two at once"), [] {
    return sweep("all-of-it", {{.items = many(9, 2ms)}, {.slice = 1ms, .items = many(5, 700us)}});
  });
  WEIR_EXPLORE(loop("a storm", 300), [] { return storm("all-of-it", weather::fair); });
}

TEST_CASE("the others have their turn when a slice is used up", "[others-turn]") {
  WEIR_EXPLORE(loop("some that are cheap, some that are not"), [] {
    return sweep("others-turn", {.items = many(30, 1us) + many(6, 20ms) + many(30, 1us)});
  });
  WEIR_EXPLORE(loop("items that cost next to nothing"),
               [] { return sweep("others-turn", {.items = many(40, 400us)}); });
  WEIR_EXPLORE(loop("one that is longer than any slice"), [] {
    return sweep("others-turn", {.items = many(3, 1ms) + many(1, 2s) + many(3, 1ms) + many(2, 2s)});
  });
  WEIR_EXPLORE(loop("what items make ready has its turn, too"), [] {
    return sweep("others-turn", {.items = {{.costs = 2ms, .posts = 3},
                                           {.costs = 4ms, .posts = 1},
                                           {.costs = 5ms, .posts = 2},
                                           {.costs = 9ms},
                                           {.costs = 1ms}}});
  });
  WEIR_EXPLORE(loop("items of seconds", 10), [] {
    return sweep("others-turn", {.items = many(3, 3s) + many(2, 4296ms) + many(3, 1ms)});
  });
  for (const nanoseconds slice : long_slices)
    WEIR_EXPLORE(loop(weir::text("a slice of {}", slice), 2), [=] {
      return sweep("others-turn", {.slice = slice, .items = many(9, slice / 4)});
    });
  WEIR_EXPLORE(loop("an item that works something off itself"), [] {
    return sweep(
        "others-turn",
        {.items = many(1, 1ms) + std::vector<item>{{.costs = 3ms, .sweeps = true}} + many(4, 1ms)});
  });
  WEIR_EXPLORE(loop("a slice of a microsecond"), [] {
    return sweep("others-turn", {.slice = 1us, .items = many(20, 1us) + many(5, 3us)});
  });
  WEIR_EXPLORE(loop("two at once"), [] {
    return sweep("others-turn", {{.items = many(10, 3ms)}, {.items = many(10, 4ms)}}, 1ms);
  });
  WEIR_EXPLORE(loop("a storm", 300), [] { return storm("others-turn", weather::fair); });
  WEIR_EXPLORE(long_loop("seventy thousand slices"), [] {
    return sweep("others-turn", {.slice = 5us, .items = many(66'001, 6us) + many(8'000, 3us)});
  });
}

TEST_CASE("a slice is left when it is used up, and no earlier", "[full-slices]") {
  WEIR_EXPLORE(loop("items of a tenth of a slice"),
               [] { return sweep("full-slices", {.items = many(60, 500us)}); });
  WEIR_EXPLORE(long_loop("a million items that cost nothing"),
               [] { return sweep("full-slices", {.items = many(1'100'000, 0ns)}); });
  WEIR_EXPLORE(loop("others who take their time"),
               [] { return sweep("full-slices", {.items = many(30, 1ms)}, 40ms); });
  WEIR_EXPLORE(loop("a long item first"),
               [] { return sweep("full-slices", {.items = many(1, 2s) + many(30, 1ms)}); });
  WEIR_EXPLORE(loop("a slice of 900 µs"),
               [] { return sweep("full-slices", {.slice = 900us, .items = many(40, 100us)}); });
  WEIR_EXPLORE(loop("a slice of 1.5 µs"),
               [] { return sweep("full-slices", {.slice = 1500ns, .items = many(20, 500ns)}); });
  WEIR_EXPLORE(loop("a slice of 2.5 ms"),
               [] { return sweep("full-slices", {.slice = 2500us, .items = many(20, 500us)}); });
  for (const nanoseconds slice : long_slices)
    WEIR_EXPLORE(loop(weir::text("a slice of {}", slice), 2), [=] {
      return sweep(
          "full-slices",
          {.slice = slice, .items = many(9, slice / 4) + many(1, slice - 50us) + many(9, 20us)});
    });
  WEIR_EXPLORE(loop("a slice without an end"), [] {
    return sweep("full-slices", {.slice = nanoseconds::max(), .items = many(5, 2s)});
  });
  WEIR_EXPLORE(loop("a slice that is a nanosecond shorter"), [] {
    return sweep("full-slices", {.slice = nanoseconds::max() - 1ns, .items = many(5, 2s)});
  });
  WEIR_EXPLORE(long_loop("a slice without an end, and items of years"), [] {
    return sweep("full-slices", {.slice = nanoseconds::max(), .items = many(5, 24h * 300)});
  });
  WEIR_EXPLORE(long_loop("three thousand slices"),
               [] { return sweep("full-slices", {.slice = 5us, .items = many(6'000, 3us)}); });
  WEIR_EXPLORE(loop("two at once, each with its own"), [] {
    return sweep("full-slices", {{.items = many(20, 1ms)}, {.slice = 20ms, .items = many(20, 3ms)}},
                 3ms);
  });
  WEIR_EXPLORE(loop("a storm", 300), [] { return storm("full-slices", weather::fair); });
}

TEST_CASE("who is cancelled begins no further slice", "[cancelled]") {
  WEIR_EXPLORE(loop("between two slices"), [] {
    return sweep("cancelled", {.items = many(20, 2ms), .acts = {{.turn = 2, .cancels = true}}});
  });
  WEIR_EXPLORE(loop("after the first one"), [] {
    return sweep("cancelled", {.items = many(20, 5ms), .acts = {{.turn = 1, .cancels = true}}},
                 2ms);
  });
  WEIR_EXPLORE(loop("twice"), [] {
    return sweep("cancelled",
                 {.items = many(20, 2ms),
                  .acts = {{.turn = 1, .cancels = true}, {.turn = 2, .cancels = true}}});
  });
  WEIR_EXPLORE(loop("in every way at once"), [] {
    return sweep(
        "cancelled",
        {.items = many(20, 2ms), .acts = {{.turn = 2, .cancels = true}}, .hears_all = true});
  });
  WEIR_EXPLORE(long_loop("after three thousand slices"), [] {
    return sweep(
        "cancelled",
        {.slice = 5us, .items = many(5'000, 6us), .acts = {{.turn = 3'000, .cancels = true}}});
  });
  WEIR_EXPLORE(loop("by an item"), [] {
    return sweep("cancelled",
                 {.items = many(2, 1ms) + std::vector<item>{{.costs = 1ms, .cancels = true}} +
                           many(9, 2ms)});
  });
  WEIR_EXPLORE(loop("by the last item of a slice"), [] {
    return sweep("cancelled",
                 {.items = std::vector<item>{{.costs = 7ms, .cancels = true}} + many(9, 2ms)});
  });
  WEIR_EXPLORE(loop("by the last of all"), [] {
    return sweep("cancelled",
                 {.items = many(3, 1ms) + std::vector<item>{{.costs = 1ms, .cancels = true}}});
  });
  WEIR_EXPLORE(loop("one of two"), [] {
    return sweep("cancelled", {{.items = many(20, 2ms), .acts = {{.turn = 3, .cancels = true}}},
                               {.items = many(20, 3ms)}});
  });
  WEIR_EXPLORE(loop("a storm", 300), [] { return storm("cancelled", weather::cancelled); });
}

TEST_CASE("what an item throws comes out", "[error]") {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<fault>(i);
    WEIR_EXPLORE(loop(std::string(to_string(kind)), 10), [kind] {
      return sweep("error",
                   {.items = many(6, 2ms) + std::vector<item>{{.costs = 1ms, .throws = kind}} +
                             many(6, 2ms)});
    });
  }
  WEIR_EXPLORE(loop("the first item of all"), [] {
    return sweep("error", {.items = std::vector<item>{{.throws = fault::derived}} + many(2, 1ms)});
  });
  WEIR_EXPLORE(loop("the one that uses a slice up"), [] {
    return sweep(
        "error",
        {.items = std::vector<item>{{.costs = 1ms}, {.costs = 9ms, .throws = fault::number}} +
                  many(2, 1ms)},
        4ms);
  });
  WEIR_EXPLORE(loop("one of two"), [] {
    return sweep("error", {{.items = many(4, 3ms) +
                                     std::vector<item>{{.costs = 1ms, .throws = fault::derived}} +
                                     many(4, 3ms)},
                           {.items = many(20, 1ms)}});
  });
  WEIR_EXPLORE(loop("a storm", 300), [] { return storm("error", weather::errors); });
}
