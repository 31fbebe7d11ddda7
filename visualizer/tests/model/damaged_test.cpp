#include "model/advice.hpp"
#include "model/compare.hpp"
#include "model/events.hpp"
#include "model/flow.hpp"
#include "model/text.hpp"
#include "model/trace_builder.hpp"
#include "model/transport.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <random>

namespace weir::viz {

using namespace test;

namespace {

/// A trace in which some events are random bytes, as a damaged file may hold.
trace::recording damaged(std::mt19937_64& random) {
  auto trace = random_trace(random(), 500);
  for (auto& e : trace.events) {
    if (random() % 4 == 0) {
      const auto any = [&] {
        return static_cast<std::int64_t>(random());
      };
      const auto some = [&] {
        return static_cast<std::int64_t>(random() % 100);
      };
      e = {random() % 2 == 0 ? any() : e.t_ns,
           static_cast<std::uint32_t>(random()),
           static_cast<trace::source_id>(random() % 3 == 0 ? random() : random() % 16),
           static_cast<trace::event_kind>(random() % 30),
           static_cast<std::uint8_t>(random()),
           random() % 2 == 0 ? any() : some(),
           random() % 2 == 0 ? any() : some()};
    }
  }
  return trace;
}

void draw_everything(const timeline& line) {
  std::vector<column> columns(100);
  for (const auto& gauge : line.gauges()) {
    static_cast<void>(gauge.value.columns(line.range(), columns));
  }
  std::vector<state_column> states(100);
  for (const auto& state : line.states()) {
    static_cast<void>(state.columns(line.range(), states));
  }
  std::vector<drawn_bar> bars;
  for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
    static_cast<void>(line.lane_bars(lane, line.range(), 100, bars));
  }
  CHECK(bars.size() <= line.spans().size());
}

} // namespace

TEST_CASE("a trace with random bytes in it makes some timeline and some pictures, never a crash") {
  std::mt19937_64 random(99);
  for (int round = 0; round < 60; ++round) {
    const auto trace = damaged(random);
    const timeline line(trace);
    CHECK(line.range().from_ns == 0);
    draw_everything(line);
    folder fold(trace, 64);
    for (int i = 0; i < 20; ++i) {
      const auto at = cursor_after_event(trace, random() % trace.events.size());
      const auto picture = flow_at(line, fold, at, {.moving_for = 50 * ms});
      CHECK(picture.places.size() == line.places().size());
      for (const auto& breaker : line.breakers()) {
        CHECK(breaker_at(line, breaker, at).name == breaker.name);
      }
    }
    const auto warnings = advise(line);
    CHECK_FALSE(picture_as_text(line, fold, cursor_at_end(trace), warnings).empty());
    CHECK_FALSE(compare(line, line).rows.empty());
  }
}

TEST_CASE("the log of a damaged trace has a line for every event") {
  std::mt19937_64 random(98);
  const auto trace = damaged(random);
  event_texts texts(trace);
  const auto all = filter_events(trace, {.bookkeeping = true});
  CHECK(all.size() == trace.events.size());
  for (const auto index : all) {
    CHECK(texts(index).event == index);
    const auto cause = cause_of(trace, index);
    CHECK((!cause || *cause < index));
  }
  CHECK(filter_events(trace, {.text = "queue 7", .bookkeeping = true}).size() < all.size());
}

TEST_CASE("playing a damaged trace comes to its end") {
  std::mt19937_64 random(97);
  for (int round = 0; round < 20; ++round) {
    const auto trace = damaged(random);
    transport tape;
    tape.play(trace);
    for (int i = 0; i < 100 && tape.playing(); ++i) {
      tape.advance(trace, std::int64_t{1} << 58);
    }
    CHECK_FALSE(tape.playing());
  }
}

} // namespace weir::viz
