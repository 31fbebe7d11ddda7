#include "model/trace_builder.hpp"
#include "model/transport.hpp"
#include "testing/catch.hpp"

namespace weir::viz {

using namespace test;

namespace {

trace::recording ten_seconds() {
  trace_builder run;
  for (int i = 0; i <= 100; ++i) {
    run.at(i * 100 * ms).gauge("depth", i);
  }
  return run.done();
}

} // namespace

TEST_CASE("playing moves the cursor by real time times speed") {
  const auto trace = ten_seconds();
  transport tape;
  CHECK_FALSE(tape.advance(trace, 1 * s));
  tape.play(trace);
  CHECK(tape.advance(trace, 250 * ms));
  CHECK(tape.at().t_ns == 250 * ms);
  CHECK(tape.at().event == 3);
  tape.set_speed(16);
  tape.advance(trace, 100 * ms);
  CHECK(tape.at().t_ns == 1'850 * ms);
}

TEST_CASE("fractions of a nanosecond are not lost when it is slow") {
  const auto trace = ten_seconds();
  transport tape;
  tape.play(trace);
  tape.set_speed(0.1);
  for (int i = 0; i < 1000; ++i) {
    tape.advance(trace, 15);
  }
  CHECK(tape.at().t_ns == 1500);
}

TEST_CASE("playing stops at the end, and playing again starts over") {
  const auto trace = ten_seconds();
  transport tape;
  tape.play(trace);
  tape.advance(trace, 60 * s);
  CHECK_FALSE(tape.playing());
  CHECK(tape.at() == cursor_at_end(trace));
  tape.toggle(trace);
  CHECK(tape.playing());
  CHECK(tape.at() == cursor_at_start());
  tape.toggle(trace);
  CHECK_FALSE(tape.playing());
}

TEST_CASE("a step pauses") {
  const auto trace = ten_seconds();
  transport tape;
  tape.play(trace);
  tape.next(trace);
  CHECK_FALSE(tape.playing());
  CHECK(tape.at().event == 1);
  tape.next(trace);
  tape.previous(trace);
  CHECK(tape.at().event == 1);
  tape.step_by(trace, 1 * s);
  CHECK(tape.at().t_ns == 1 * s);
  tape.step_by(trace, -10 * s);
  CHECK(tape.at() == cursor_at_start());
}

TEST_CASE("speeds stay between a tenth and sixteen, and go in steps") {
  transport tape;
  tape.set_speed(1000);
  CHECK(tape.speed() == 16);
  tape.faster();
  CHECK(tape.speed() == 16);
  tape.slower();
  CHECK(tape.speed() == 8);
  tape.set_speed(0);
  CHECK(tape.speed() == 0.1);
  tape.faster();
  CHECK(tape.speed() == 0.25);
}

TEST_CASE("at the end a new run is shown to its end; elsewhere the time stays") {
  const auto trace = ten_seconds();
  const auto other = random_trace(1, 3'000);
  transport tape;
  tape.to_end(trace);
  CHECK(tape.live());
  tape.replace(other);
  CHECK(tape.at() == cursor_at_end(other));
  tape.go_to(trace, 42 * ms);
  CHECK_FALSE(tape.live());
  tape.replace(other);
  CHECK(tape.at() == cursor_at_time(other, 42 * ms));
}

TEST_CASE("a cursor beyond a shorter run is held at its end") {
  const auto trace = ten_seconds();
  trace_builder run;
  run.at(1 * s).gauge("depth", 1);
  const auto shorter = run.done();
  transport tape;
  tape.go_to(trace, 9 * s);
  tape.replace(shorter);
  CHECK(tape.at() == cursor_at_end(shorter));
}

TEST_CASE("an empty run can be played, to no effect") {
  const trace::recording nothing;
  transport tape;
  tape.play(nothing);
  CHECK_FALSE(tape.advance(nothing, 1 * s));
  tape.next(nothing);
  tape.previous(nothing);
  CHECK(tape.at() == cursor_at_start());
}

} // namespace weir::viz
