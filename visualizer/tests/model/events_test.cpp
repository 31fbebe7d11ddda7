#include "model/events.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

namespace weir::viz {

using namespace test;
using trace::event_kind;
using trace::outcome;
using trace::span_role;

namespace {

/// A producer that waits for a timer, moves an item and ends it.
trace::recording small_run() {
  trace_builder run;
  run.recorder().task_started(0, 7, "producer");
  const auto site = run.recorder().site("timer wait");
  run.in(7);
  run.at(1 * ms).add(site, event_kind::timer_armed, 5 * ms, 1);       // 1
  run.at(1 * ms).add(site, event_kind::task_suspended);               // 2
  run.in(0).at(5 * ms).add(site, event_kind::timer_fired, 5 * ms, 1); // 3
  run.in(7).add(site, event_kind::task_resumed);                      // 4
  run.enter("queue", 17);                                             // 5
  const auto span = run.begin_span("request", span_role::request);    // 6
  run.at(6 * ms).breaker(1, 0);                                       // 7
  run.at(7 * ms).end("requests", outcome::timed_out, 17);             // 8
  run.end_span(span, outcome::timed_out);                             // 9
  run.note("all is well");                                            // 10
  return run.done();
}

} // namespace

TEST_CASE("an event is told in words, with its task") {
  const auto trace = small_run();
  event_texts texts(trace);
  const auto line = texts(5);
  CHECK(line.task == "producer");
  CHECK(line.text == "item 17 enters queue");
  CHECK(line.t_ns == 5 * ms);
  CHECK(texts(10).text == "all is well");
  CHECK(texts(999).text.empty());
}

TEST_CASE("values are told with their units, bytes as people count them") {
  trace_builder run;
  const auto buffered = run.source(trace::source_kind::gauge, "buffered", 16 * 1024, "B");
  const auto depth = run.source(trace::source_kind::gauge, "queue depth", 16, "items");
  const auto sent = run.source(trace::source_kind::counter, "sent", 0, "B");
  const auto age = run.source(trace::source_kind::gauge, "age", 0, "ms");
  run.at(ms).add(buffered, event_kind::gauge, trace::to_bits(44 * 1024));
  run.add(buffered, event_kind::limit, trace::to_bits(64 * 1024));
  run.add(buffered, event_kind::gauge, trace::to_bits(512));
  run.add(depth, event_kind::gauge, trace::to_bits(12'345));
  run.add(sent, event_kind::counter, 3 * 1024 * 1024, 2048);
  run.add(age, event_kind::gauge, trace::to_bits(1.23456));
  run.count("lost");
  const auto trace = run.done();
  const timeline line(trace);
  event_texts texts(line);
  CHECK(texts(0).text == "buffered = 44 KiB of 16 KiB");
  CHECK(texts(1).text == "buffered may go up to 64 KiB from now on");
  CHECK(texts(2).text == "buffered = 512 B of 64 KiB");
  CHECK(texts(3).text == "queue depth = 12,345 of 16 items");
  CHECK(texts(4).text == "sent = 3 MiB (+2 KiB)");
  CHECK(texts(5).text == "age = 1.23 ms");
  CHECK(texts(6).text == "lost = 1");
}

TEST_CASE("the source line behind an event is shown where it is known") {
  trace_builder run;
  const auto here = std::source_location::current();
  run.in(1).add(run.recorder().site("channel send", here), event_kind::task_suspended);
  const auto trace = run.done();
  event_texts texts(trace);
  CHECK(texts(0).line == here.line());
  CHECK(texts(0).file.find("events_test.cpp") != std::string::npos);
}

TEST_CASE("book-keeping is left out until it is asked for") {
  const auto trace = small_run();
  CHECK(filter_events(trace, {}) == std::vector<std::uint32_t>{0, 5, 6, 7, 8, 9, 10});
  CHECK(filter_events(trace, {.bookkeeping = true}).size() == trace.events.size());
}

TEST_CASE("every word of a filter has to occur, in any case, anywhere in the event") {
  const auto trace = small_run();
  const auto found = [&](std::string text) {
    return filter_events(trace, {.text = std::move(text), .bookkeeping = true});
  };
  CHECK(found("QUEUE") == std::vector<std::uint32_t>{5});
  CHECK(found("timed") == std::vector<std::uint32_t>{8, 9});
  CHECK(found("timed span") == std::vector<std::uint32_t>{9});
  CHECK(found("open") == std::vector<std::uint32_t>{7});
  CHECK(found("well") == std::vector<std::uint32_t>{10});
  CHECK(found("17") == std::vector<std::uint32_t>{5, 8});
  CHECK(found("1").size() == 2); // the span's number, not 17
  CHECK(found("producer item").size() == 1);
  CHECK(found("nowhere").empty());
  CHECK(filter_events(trace, {.task = 7}).size() == 7);
}

TEST_CASE("an event goes back to what it came from") {
  const auto trace = small_run();
  CHECK(cause_of(trace, 3) == 1U); // expiry to where the timer was set
  CHECK(cause_of(trace, 4) == 2U); // resumption to what was waited for
  CHECK(cause_of(trace, 7) == 4U); // a transition to the resumption that led there
  CHECK(cause_of(trace, 8) == 5U); // an outcome to the item's last move
  CHECK(cause_of(trace, 9) == 6U); // a span's end to its begin
  CHECK_FALSE(cause_of(trace, 0));
  CHECK_FALSE(cause_of(trace, 999));
  CHECK_FALSE(cause_of(trace, 9, 2));
}

} // namespace weir::viz
