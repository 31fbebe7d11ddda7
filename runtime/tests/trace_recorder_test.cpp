#include "testing/catch.hpp"

#include <weir/trace/recorder.hpp>

#include <string>
#include <vector>

using namespace weir::trace;

namespace {

event numbered(std::int64_t n) {
  return {.t_ns = n, .kind = event_kind::choice, .a = n, .b = n + 1};
}

} // namespace

TEST_CASE("a recorder keeps events in the order they were appended, across chunks", "[trace]") {
  recorder to;
  for (std::int64_t n = 0; n < 5000; ++n) {
    to.append(numbered(n));
  }
  const auto trace = to.snapshot();
  CHECK(to.size() == 5000);
  CHECK(to.dropped() == 0);
  REQUIRE(trace.events.size() == 5000);
  for (std::int64_t n = 0; n < 5000; ++n) {
    REQUIRE(trace.events[static_cast<std::size_t>(n)] == numbered(n));
  }
}

TEST_CASE("a full recorder keeps the beginning and the latest events and marks the gap",
          "[trace]") {
  recorder to({.max_events = 4096});
  for (std::int64_t n = 0; n < 10'000; ++n) {
    to.append(numbered(n));
  }
  const auto trace = to.snapshot();
  CHECK(to.size() == 10'000);
  CHECK(trace.events.front() == numbered(0));
  CHECK(trace.events[2047] == numbered(2047));
  const auto& gap = trace.events[2048];
  CHECK(gap.kind == event_kind::gap);
  CHECK(gap.a == static_cast<std::int64_t>(to.dropped()));
  CHECK(trace.events[2049] == numbered(2048 + gap.a));
  CHECK(trace.events.back() == numbered(9999));
  CHECK(trace.events.size() - 1 + to.dropped() == 10'000);
}

TEST_CASE("the latest events are a suffix of the whole trace", "[trace]") {
  recorder to({.max_events = 4096});
  for (std::int64_t n = 0; n < 9000; ++n) {
    to.append(numbered(n));
  }
  const auto whole = to.snapshot().events;
  for (const std::size_t count : {0, 1, 100, 1024, 1025, 1800}) {
    const auto latest = to.latest(count).events;
    REQUIRE(latest.size() == count);
    CHECK(std::equal(latest.rbegin(), latest.rend(), whole.rbegin()));
  }
}

TEST_CASE("equal runs have equal hashes, and any difference changes them", "[trace]") {
  const auto hash_of = [](auto&& change) {
    recorder to({.max_events = 4096});
    for (std::int64_t n = 0; n < 6000; ++n) {
      auto e = numbered(n);
      if (n == 3000) {
        change(e, to); // in a chunk that is no longer kept
      }
      to.append(e);
    }
    return to.hash();
  };
  const auto plain = hash_of([](event&, recorder&) {});
  CHECK(plain == hash_of([](event&, recorder&) {}));
  CHECK(plain != hash_of([](event& e, recorder&) { ++e.t_ns; }));
  CHECK(plain != hash_of([](event& e, recorder&) { e.task = 1; }));
  CHECK(plain != hash_of([](event& e, recorder&) { e.source = 1; }));
  CHECK(plain != hash_of([](event& e, recorder&) { e.kind = event_kind::note; }));
  CHECK(plain != hash_of([](event& e, recorder&) { e.detail = 1; }));
  CHECK(plain != hash_of([](event& e, recorder&) { e.b = 0; }));
  CHECK(hash_of([](event&, recorder& to) { to.note(1, 0, "red"); }) !=
        hash_of([](event&, recorder& to) { to.note(1, 0, "blue"); }));
}

TEST_CASE("a cleared recorder is as good as new", "[trace]") {
  const auto fill = [](recorder& to) {
    to.declare({.kind = source_kind::gauge, .name = "depth"});
    to.note(5, 1, "hello");
    const auto id = to.begin_span(6, 1, 1, span_role::work);
    to.end_span(7, 1, id, outcome::ok);
    return to.hash();
  };
  recorder fresh;
  recorder used;
  for (std::int64_t n = 0; n < 3000; ++n) {
    used.append(numbered(n));
  }
  used.begin_span(1, 1, 1, span_role::work);
  used.header().scenario = "before";
  const auto generation = used.generation();
  used.clear();
  CHECK(used.size() == 0);
  CHECK(used.generation() != generation);
  CHECK(fill(used) == fill(fresh));
  CHECK(used.snapshot().events == fresh.snapshot().events);
  CHECK(used.snapshot().header == header{});
}

TEST_CASE("sources of one kind and name are one, and later declarations fill in", "[trace]") {
  recorder to;
  const auto first = to.declare({.kind = source_kind::gauge, .name = "depth"});
  const auto again = to.declare({.kind = source_kind::gauge, .name = "depth", .capacity = 8});
  const auto other = to.declare({.kind = source_kind::counter, .name = "depth"});
  CHECK(first == again);
  CHECK(first != other);
  CHECK(to.source(first).capacity == 8);
}

TEST_CASE("a site is its operation and its place in the code", "[trace]") {
  recorder to;
  const auto here = std::source_location::current();
  const auto there = std::source_location::current();
  CHECK(to.site("timer", here) == to.site("timer", here));
  CHECK(to.site("timer", here) != to.site("timer", there));
  CHECK(to.site("timer", here) != to.site("channel receive", here));
  CHECK(to.source(to.site("timer", here)).line == here.line());
  CHECK(to.source(to.site("timer")).line == 0);
}

TEST_CASE("more sources than fit share the last id instead of wrapping round", "[trace]") {
  recorder to;
  for (int n = 0; n < 70'000; ++n) {
    to.declare({.kind = source_kind::span, .name = std::to_string(n)});
  }
  CHECK(to.declare({.kind = source_kind::span, .name = "yet another"}) == 65535);
  CHECK(to.source(65535).name == "(more sources than a trace can hold)");
  CHECK(to.declare({.kind = source_kind::span, .name = "17"}) == 18);
}

TEST_CASE("a span lies inside the innermost open span of its task unless told otherwise",
          "[trace]") {
  recorder to;
  const auto request = to.begin_span(0, 1, 1, span_role::request);
  const auto stranger = to.begin_span(1, 2, 1, span_role::request);
  const auto attempt = to.begin_span(2, 1, 2, span_role::attempt);
  to.end_span(3, 1, attempt, outcome::failed);
  const auto second = to.begin_span(4, 1, 2, span_role::attempt);
  const auto child = to.begin_span(5, 3, 3, span_role::work, request);
  to.end_span(6, 1, request, outcome::ok); // before what lies inside it
  const auto late = to.begin_span(7, 1, 4, span_role::work);
  std::vector<std::int64_t> parents;
  for (const auto& e : to.snapshot().events) {
    if (e.kind == event_kind::span_begin) {
      parents.push_back(e.b);
    }
  }
  const auto id = [](std::uint64_t span) {
    return static_cast<std::int64_t>(span);
  };
  CHECK(parents ==
        std::vector<std::int64_t>{0, 0, id(request), id(request), id(request), id(second)});
  CHECK(stranger != child);
  CHECK(late != child);
}

TEST_CASE("ending a span twice is one event with its duration", "[trace]") {
  recorder to;
  const auto id = to.begin_span(10, 1, 1, span_role::work);
  to.end_span(25, 2, id, outcome::timed_out);
  to.end_span(30, 2, id, outcome::ok);
  const auto events = to.snapshot().events;
  REQUIRE(events.size() == 2);
  CHECK(events[1].b == 15);
  CHECK(events[1].detail == static_cast<std::uint8_t>(outcome::timed_out));
}

TEST_CASE("a task keeps its latest name", "[trace]") {
  recorder to;
  to.task_started(0, 3, "", 1);
  to.task_started(0, 2, "reader", 1);
  to.task_started(5, 3, "writer");
  const auto trace = to.snapshot();
  CHECK(trace.task_name(2) == "reader");
  CHECK(trace.task_name(3) == "writer");
  CHECK(trace.task_name(4) == "task 4");
  CHECK(trace.task_name(0).empty());
  CHECK(trace.events.back().kind == event_kind::task_named);
  CHECK(trace.tasks[1].parent == 1);
}

TEST_CASE("a destroyed recorder is no longer the current one", "[trace]") {
  {
    recorder to;
    set_current_recorder(&to);
    const scoped_recorder quiet(nullptr);
    CHECK(current_recorder() == nullptr);
  }
  CHECK(current_recorder() == nullptr);
}
