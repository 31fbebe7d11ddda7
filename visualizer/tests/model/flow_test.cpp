#include "model/flow.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <set>

namespace weir::viz {

using namespace test;
using trace::outcome;

TEST_CASE("a place shows who is in it, oldest first, each in a slot of its own") {
  trace_builder run;
  run.at(1).enter("queue", 1, 4).enter("queue", 2).enter("queue", 3);
  run.at(2).enter("worker", 1, 1);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto picture = flow_at(line, fold, cursor_at_end(trace));
  REQUIRE(picture.places.size() == 2);
  const auto& queue = picture.places[0];
  CHECK(queue.name == "queue");
  CHECK(queue.capacity == 4);
  CHECK(queue.count == 2);
  CHECK(queue.slots == 4);
  CHECK(queue.fill() == 0.5);
  REQUIRE(queue.items.size() == 2);
  CHECK((queue.items[0].item == 2 && queue.items[0].slot == 1));
  CHECK((queue.items[1].item == 3 && queue.items[1].slot == 2));
  CHECK((picture.places[1].items[0].item == 1 && picture.places[1].items[0].since_ns == 2));
}

TEST_CASE("a run that ends with empty places is first looked at where it was busiest") {
  trace_builder run;
  run.at(1).enter("queue", 1).at(2).enter("queue", 2).at(3).enter("queue", 3);
  run.at(4).end("jobs", outcome::ok, 1).at(5).end("jobs", outcome::ok, 2);
  const auto busy = run.done();
  CHECK(telling_moment(timeline(busy)) == cursor_at_end(busy));
  run.at(6).end("jobs", outcome::ok, 3);
  // Refused in the very instant in which they come: that never counts.
  for (int item = 4; item < 10; ++item) {
    run.at(7).enter("queue", item);
  }
  for (int item = 4; item < 10; ++item) {
    run.end("jobs", outcome::rejected, item);
  }
  const auto empty = run.done();
  CHECK(telling_moment(timeline(empty)) == cursor{3, 3});
  trace_builder heap; // a thousand come at once and wait; what the scene is about comes later
  for (int item = 1; item <= 1000; ++item) {
    heap.at(0).enter("heap", item);
  }
  for (int item = 1; item <= 1000; ++item) {
    heap.at(item).enter("worker", item, 4).at(item + 1).end("jobs", outcome::ok, item);
  }
  const auto worked = heap.done();
  CHECK(telling_moment(timeline(worked)).t_ns > 0);
  const trace::recording nothing;
  CHECK(telling_moment(timeline(nothing)) == cursor_at_end(nothing));
}

TEST_CASE("above 64 slots or items a place is a level with a number") {
  trace_builder run;
  for (int i = 1; i <= 70; ++i) {
    run.at(i).enter("backlog", i).enter("big", 1000 + i, 500);
  }
  for (int i = 1; i <= 64; ++i) {
    run.at(70 + i).end("requests", outcome::ok, i);
  }
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto full = flow_at(line, fold, cursor_at_time(trace, 70));
  CHECK(full.places[0].as_level);
  CHECK(full.places[0].count == 70);
  CHECK(full.places[0].fill() == 0);
  CHECK(full.places[1].as_level);
  CHECK(full.places[1].fill() == Approx(70.0 / 500));
  const auto later = flow_at(line, fold, cursor_at_end(trace));
  REQUIRE_FALSE(later.places[0].as_level);
  std::set<std::uint32_t> slots;
  for (const auto& one : later.places[0].items) {
    slots.insert(one.slot);
  }
  CHECK(later.places[0].items.size() == 6);
  CHECK(slots.size() == 6);
  CHECK(*slots.rbegin() < later.places[0].slots);
}

TEST_CASE("the limit of the gauge with a place's subject and role is its capacity from then on") {
  trace_builder run;
  run.source({.kind = trace::source_kind::place,
              .name = "the kitchen",
              .capacity = 8,
              .role = trace::source_role::in_flight,
              .subject = "kitchen"});
  for (const auto role : {trace::source_role::queue, trace::source_role::in_flight}) {
    run.source({.kind = trace::source_kind::gauge,
                .name = role == trace::source_role::queue ? "orders in line" : "dishes begun",
                .capacity = 8,
                .role = role,
                .subject = "kitchen"});
  }
  run.at(1).enter("the kitchen", 1).gauge("orders in line", 1).gauge("dishes begun", 1);
  run.at(2).limit("orders in line", 5).limit("dishes begun", 3);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  CHECK(flow_at(line, fold, cursor_at_time(trace, 1)).places[0].capacity == 8);
  CHECK(flow_at(line, fold, cursor_at_end(trace)).places[0].capacity == 3);
}

TEST_CASE("bins are there from the start and count up; a breaker's window is none") {
  trace_builder run;
  run.at(1).breaker(0, -1);
  run.at(1).enter("queue", 1).end("breaker window", outcome::ok);
  run.at(2).end("requests", outcome::ok, 1).end("requests", outcome::rejected);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto before = flow_at(line, fold, cursor_at_time(trace, 1));
  REQUIRE(before.bins.size() == 2);
  CHECK(before.bins[0].count == 0);
  CHECK(before.bins[0].ends_items);
  const auto after = flow_at(line, fold, cursor_at_end(trace));
  CHECK((after.bins[0].how == outcome::ok && after.bins[0].count == 1));
  CHECK((after.bins[1].how == outcome::rejected && after.bins[1].count == 1));
}

TEST_CASE("items that moved lately are on their way, with where from and where to") {
  trace_builder run;
  run.at(1 * ms).enter("queue", 1);
  run.at(100 * ms).enter("worker", 1);
  run.at(110 * ms).end("requests", outcome::failed, 1);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const flow_options slow{.moving_for = 20 * ms};
  CHECK(flow_at(line, fold, cursor_at_end(trace)).moves.empty());
  const auto picture = flow_at(line, fold, cursor_at_end(trace), slow);
  REQUIRE(picture.moves.size() == 2);
  CHECK((picture.moves[0].from == 0 && picture.moves[0].to == 1));
  CHECK(picture.moves[0].progress == 0.5);
  CHECK((picture.moves[1].from == 1 && picture.moves[1].to == -1 && picture.moves[1].bin == 0));
  CHECK(picture.moves[1].progress == 0);
  CHECK(flow_at(line, fold, cursor_at_end(trace), {.moving_for = 20 * ms, .most_moves = 1})
            .moves.size() == 1);
}

TEST_CASE("counts in the picture agree with the moves up to the cursor, at any cursor") {
  const auto trace = random_trace(41, 8'000);
  const timeline line(trace);
  folder fold(trace);
  std::mt19937_64 random(41);
  for (int i = 0; i < 60; ++i) {
    const auto at = cursor_after_event(trace, random() % trace.events.size());
    const auto picture = flow_at(line, fold, at);
    std::vector<std::int64_t> inside(picture.places.size());
    for (const auto& way : line.moves()) {
      if (way.event < at.event) {
        inside[static_cast<std::size_t>(std::max<std::int16_t>(way.from, 0))] -=
            way.from >= 0 ? 1 : 0;
        inside[static_cast<std::size_t>(std::max<std::int16_t>(way.to, 0))] += way.to >= 0 ? 1 : 0;
      }
    }
    for (std::size_t p = 0; p < inside.size(); ++p) {
      REQUIRE(picture.places[p].count == inside[p]);
      REQUIRE((picture.places[p].as_level ||
               picture.places[p].items.size() == picture.places[p].count));
    }
  }
}

TEST_CASE("places stand in the order of flow, whatever was declared first") {
  trace_builder run;
  run.source(trace::source_kind::place, "dependency");
  for (int i = 1; i <= 10; ++i) {
    run.at(i).enter("client", i).enter("queue", i).enter("dependency", i);
    if (i % 3 == 0) {
      run.enter("client", i); // some come back for another attempt
    }
    run.end("requests", outcome::ok, i);
  }
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.places().size() == 3);
  CHECK(line.places()[0].name == "client");
  CHECK(line.places()[1].name == "queue");
  CHECK(line.places()[2].name == "dependency");
  const auto ways = line.moves_of(1);
  REQUIRE(ways.size() == 4);
  CHECK((ways[0].to == 0 && ways[1].to == 1 && ways[2].to == 2 && ways[3].from == 2));
}

TEST_CASE("a call to a service comes back to its caller; only the request's own outcome ends it") {
  trace_builder run;
  run.gauge("dependency in flight", 0).gauge("dependency queue", 0);
  run.source(trace::source_kind::outcomes, "requests");
  run.at(1).enter("client", 1).enter("dependency", 1).enter("dependency", 1);
  run.at(2).end("dependency", outcome::failed, 1);
  run.at(3).enter("dependency", 1);
  run.at(4).end("dependency", outcome::ok, 1).end("requests", outcome::ok, 1);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto where = [&](nanos t) {
    const auto picture = flow_at(line, fold, cursor_at_time(trace, t));
    return std::pair(picture.places[0].count, picture.places[1].count);
  };
  CHECK(where(1) == std::pair(0U, 1U));
  CHECK(where(2) == std::pair(1U, 0U));
  CHECK(where(3) == std::pair(0U, 1U));
  CHECK(where(4) == std::pair(0U, 0U));
  CHECK(line.main_outcomes()->name == "requests");
  const auto ways = line.moves_of(1);
  REQUIRE(ways.size() == 6);
  CHECK((ways[2].from == 1 && ways[2].to == 0));
  CHECK((ways[5].from == 0 && ways[5].to == -1 && ways[5].bin == outcome::ok));
}

TEST_CASE("where a service's outcomes are the only ones, they end the items") {
  trace_builder run;
  run.gauge("service in flight", 0).gauge("service queue", 0);
  run.at(1).enter("client", 1).enter("service", 1).end("service", outcome::ok, 1);
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.moves_of(1).back().bin == outcome::ok);
  CHECK(line.main_outcomes()->name == "service");
}

TEST_CASE("the way back from a service's visit does not count for the order of places") {
  trace_builder run;
  run.gauge("partner in flight", 0).gauge("partner queue", 0);
  run.source(trace::source_kind::outcomes, "lookups");
  run.source(trace::source_kind::place, "partner");
  for (int i = 1; i <= 10; ++i) {
    run.at(i).enter("searches", i).enter("limiter", i).enter("partner", i);
    run.at(i).end("partner", outcome::ok, i).end("lookups", outcome::ok, i);
  }
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.places().size() == 3);
  CHECK(line.places()[0].name == "searches");
  CHECK(line.places()[1].name == "limiter");
  CHECK(line.places()[2].name == "partner");
  const auto back = line.moves_of(1)[3];
  CHECK((back.from == 2 && back.to == 1 && back.returns));
  CHECK_FALSE(line.moves_of(1)[2].returns);
}

TEST_CASE("a service's visits have no bins beside those of the work itself") {
  trace_builder run;
  run.gauge("partner in flight", 0).gauge("partner queue", 0);
  run.at(1).enter("limiter", 1).enter("partner", 1);
  run.at(2).end("partner", outcome::ok, 1).end("lookups", outcome::ok, 1);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto bins = flow_at(line, fold, cursor_at_end(trace)).bins;
  REQUIRE(bins.size() == 1);
  CHECK((bins[0].name == "lookups" && bins[0].count == 1));
}

TEST_CASE("outcomes that nobody gave hide no bins of a visit") {
  trace_builder run;
  run.gauge("partner in flight", 0).gauge("partner queue", 0);
  run.source(trace::source_kind::outcomes, "lookups");
  run.at(1).enter("limiter", 1).enter("partner", 1).end("partner", outcome::ok, 1);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto bins = flow_at(line, fold, cursor_at_end(trace)).bins;
  REQUIRE(bins.size() == 1);
  CHECK(bins[0].name == "partner");
}

TEST_CASE("who takes over in the same instant takes the slot that comes free") {
  trace_builder run;
  run.at(1).enter("store", 1, 2).enter("store", 2);
  run.at(2).enter("store", 3).end("requests", outcome::ok, 1);
  run.at(3).end("requests", outcome::ok, 2).enter("store", 4);
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto slots = [&](nanos t) {
    std::vector<std::pair<std::int64_t, std::uint32_t>> seen;
    const auto picture = flow_at(line, fold, cursor_at_time(trace, t));
    CHECK(picture.places[0].slots == 2);
    for (const auto& one : picture.places[0].items) {
      seen.emplace_back(one.item, one.slot);
    }
    return seen;
  };
  using all = std::vector<std::pair<std::int64_t, std::uint32_t>>;
  CHECK(slots(2) == all{{2, 1}, {3, 0}});
  CHECK(slots(3) == all{{3, 0}, {4, 1}});
}

TEST_CASE("items stand in the slots of a place, and only those too many beyond them") {
  trace_builder run;
  for (int i = 1; i <= 12; ++i) {
    run.at(i).enter("buffer", i, 4);
  }
  for (int i = 1; i <= 10; ++i) {
    run.at(20 + i).end("requests", outcome::ok, i <= 4 ? i : 15 - i);
  }
  const auto trace = run.done();
  const timeline line(trace);
  folder fold(trace);
  const auto slots = [&](nanos t) {
    return flow_at(line, fold, cursor_at_time(trace, t)).places[0].slots;
  };
  CHECK(slots(12) == 12);
  CHECK(slots(24) == 8);
  CHECK(slots(27) == 5);
  CHECK(slots(28) == 4);
  CHECK(slots(30) == 4);
}

namespace {

trace::recording breaker_run() {
  trace_builder run;
  run.at(0).breaker(0, -1).gauge("breaker window size", 4, 4);
  run.gauge("breaker failure rate", 0, 50).gauge("breaker calls in window", 0, 2);
  run.gauge("breaker probes", 0, 3);
  for (int i = 1; i <= 6; ++i) {
    run.at(i * ms).end("breaker window", i % 2 == 0 ? outcome::ok : outcome::failed);
    run.gauge("breaker calls in window", std::min(i, 4));
    run.gauge("breaker failure rate", 50);
  }
  run.at(10 * ms).gauge("breaker cooldown", 100).breaker(1, 0);
  run.at(110 * ms).breaker(2, 1).gauge("breaker probes", 2);
  run.at(120 * ms).breaker(0, 2).gauge("breaker calls in window", 0);
  return run.done();
}

} // namespace

TEST_CASE("a breaker shows its window, its threshold and how often it has opened") {
  const auto trace = breaker_run();
  const timeline line(trace);
  const auto& which = line.breakers()[0];
  const auto closed = breaker_at(line, which, cursor_at_time(trace, 6 * ms));
  CHECK(closed.state == breaker_state::closed);
  CHECK(closed.window_size == 4);
  CHECK(closed.window ==
        std::vector<outcome>{outcome::failed, outcome::ok, outcome::failed, outcome::ok});
  CHECK(closed.failure_rate == 50);
  CHECK(closed.failure_threshold == 50);
  CHECK(closed.minimum_calls == 2);
  CHECK_FALSE(closed.remaining);
  CHECK(closed.opened == 0);
  CHECK_FALSE(breaker_at(line, which, cursor_at_start()).state);
}

TEST_CASE("an open breaker counts down to half-open; half-open shows its probes") {
  const auto trace = breaker_run();
  const timeline line(trace);
  const auto& which = line.breakers()[0];
  const auto open = breaker_at(line, which, cursor_at_time(trace, 40 * ms));
  CHECK(open.state == breaker_state::open);
  CHECK(open.since_ns == 10 * ms);
  CHECK(open.cooldown == 100 * ms);
  CHECK(open.remaining == 70 * ms);
  CHECK(open.opened == 1);
  const auto half = breaker_at(line, which, cursor_at_time(trace, 115 * ms));
  CHECK(half.state == breaker_state::half_open);
  CHECK(half.label == "half-open");
  CHECK(half.probes == 2);
  CHECK(half.probes_permitted == 3);
  CHECK_FALSE(half.remaining);
  CHECK(breaker_at(line, which, cursor_at_end(trace)).window.empty());
}

} // namespace weir::viz
