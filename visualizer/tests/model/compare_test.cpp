#include "model/compare.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>

namespace weir::viz {

using namespace test;
using trace::outcome;
using trace::span_role;

namespace {

trace::recording run_of(int count, std::int64_t latency, int rejecting) {
  trace_builder run;
  run.recorder().header().seed = 5;
  run.recorder().header().knobs = {{"capacity", std::to_string(rejecting)}, {"rate", "100/s"}};
  for (int i = 0; i < count; ++i) {
    run.at(i * 10 * ms);
    const auto request = run.begin_span("request", span_role::request);
    run.gauge("queue depth", i % 10);
    const auto how = i % rejecting == 0 ? outcome::rejected : outcome::ok;
    run.at(i * 10 * ms + latency).end_span(request, how).end("requests", how);
  }
  run.at(count * 10 * ms).run_end("completed");
  return run.done();
}

const comparison_row* row(const comparison& of, std::string_view name) {
  const auto found = std::ranges::find(of.rows, name, &comparison_row::name);
  return found == of.rows.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("headline figures are what the trace adds up to") {
  const auto trace = run_of(100, 2 * ms, 10);
  const timeline line(trace);
  const auto figures = headline_of(line);
  CHECK(figures.length_s == Approx(1));
  CHECK(figures.offered_per_s == Approx(100));
  CHECK(figures.throughput_per_s == Approx(90));
  CHECK(figures.error_share == Approx(0.1));
  CHECK(figures.p50 == 2 * ms);
  CHECK(figures.mean_latency == 2 * ms);
  CHECK(figures.mean_in_flight.value() == Approx(0.18)); // ten of the hundred were turned away
  CHECK(figures.deepest_queue == 9);
  CHECK_FALSE(figures.amplification);
  CHECK_FALSE(figures.breaker_opened);
}

TEST_CASE("what is turned away at the door counts as offered, though no span begins for it") {
  trace_builder run;
  for (int i = 1; i <= 100; ++i) {
    run.at(i * 10 * ms).enter("client", i);
    if (i % 2 == 0) {
      run.end_span(run.begin_span("request", span_role::request));
    }
    run.end("requests", i % 2 == 0 ? outcome::ok : outcome::rejected, i);
  }
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(headline_of(line).offered_per_s == Approx(100));
  CHECK(headline_of(line).throughput_per_s == Approx(50));
}

TEST_CASE("a run compared with itself is the same in every row") {
  const auto trace = run_of(100, 2 * ms, 10);
  const timeline line(trace);
  const auto both = compare(line, line);
  CHECK(both.same_seed);
  CHECK(both.other_knobs.empty());
  CHECK(both.rows.size() >= 6);
  CHECK(std::ranges::all_of(both.rows, [](const comparison_row& one) {
    return one.right_is == verdict::same && one.difference.empty() && one.left == one.right;
  }));
}

TEST_CASE("what got better or worse is told by what one wants of it") {
  const auto slow = run_of(100, 8 * ms, 2);
  const auto fast = run_of(100, 2 * ms, 10);
  const timeline left(slow);
  const timeline right(fast);
  const auto both = compare(left, right);
  CHECK(row(both, "throughput")->right_is == verdict::better);
  CHECK(row(both, "throughput")->difference == "+80 %");
  CHECK(row(both, "p99 of served")->right_is == verdict::better);
  CHECK(row(both, "p99 of served")->left == "8 ms");
  CHECK(row(both, "not ok")->difference == "−40 %");
  CHECK(row(both, "offered")->right_is == verdict::same);
  CHECK(compare(right, left).rows.size() == both.rows.size());
  CHECK(row(compare(right, left), "p99 of served")->right_is == verdict::worse);
  CHECK(both.other_knobs == std::vector<std::string>{"capacity: 2 | 10"});
}

TEST_CASE("counters stand beside each other by name, sizes in the units that people read") {
  const auto run_with = [](int sent, std::string_view other) {
    trace_builder run;
    run.at(ms).count("sent", sent).count(other, 3);
    run.count("never", 0);
    const auto depth = run.source(trace::source_kind::gauge, "queue depth", 0, "B");
    run.add(depth, trace::event_kind::gauge, trace::to_bits(1024.0 * sent));
    return run.done();
  };
  const auto left = run_with(20, "of the left");
  const auto right = run_with(30, "of the right");
  const auto both = compare(timeline(left), timeline(right));
  REQUIRE(row(both, "sent") != nullptr);
  CHECK(row(both, "sent")->left == "20");
  CHECK(row(both, "sent")->right == "30");
  CHECK(row(both, "sent")->right_is == verdict::different);
  REQUIRE(row(both, "of the right") != nullptr);
  CHECK(row(both, "of the right")->left == "–");
  CHECK(row(both, "of the left")->right == "–");
  CHECK(row(both, "never") == nullptr);
  CHECK(row(both, "deepest queue")->right == "30 KiB");
}

TEST_CASE("figures that one run lacks are shown as missing") {
  const auto with = run_of(100, 2 * ms, 10);
  trace_builder empty;
  empty.at(3 * s).note("nothing");
  const auto without = empty.done();
  const timeline left(with);
  const timeline right(without);
  const auto both = compare(left, right);
  CHECK(row(both, "p99 of served")->right == "–");
  CHECK(row(both, "p99 of served")->difference.empty());
  CHECK(both.axis == time_range{0, 3 * s});
  CHECK_FALSE(both.same_seed);
}

} // namespace weir::viz
