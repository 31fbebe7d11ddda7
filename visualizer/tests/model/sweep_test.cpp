#include "model/sweep.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace weir::viz {

using namespace test;
using trace::span_role;

namespace {

/// A service with `servers` that takes 10 ms a call, under `limit` calls at once.
sweep_point closed_loop(double limit, double servers) {
  sweep_point point{.value = limit};
  const double rate = std::min(limit, servers) / 0.010;
  point.figures.throughput_per_s = rate;
  point.figures.latency_ended_per_s = rate;
  point.figures.mean_latency = static_cast<nanos>(limit / rate * 1e9);
  point.figures.mean_in_flight = limit;
  return point;
}

} // namespace

TEST_CASE("the knee of a curve that rises to a ceiling is where it reaches it") {
  std::vector<sweep_point> points;
  for (int limit = 1; limit <= 40; ++limit) {
    points.push_back(closed_loop(limit, 8));
  }
  const auto result = analyse_sweep(points);
  REQUIRE(result.knee);
  CHECK(result.points[*result.knee].value == 8);
  const auto power = analyse_sweep(points, knee_method::power);
  REQUIRE(power.knee);
  CHECK(power.points[*power.knee].value == 8);
  CHECK(result.little_bound.value() == Approx(8).epsilon(0.01));
}

TEST_CASE("what Little's law asks for counts the work, not the wait in one's own line") {
  // The line before the permits grows, whatever their number; a call takes 80 ms, less while the
  // server is idle, and with 4 permits hardly anything is done.
  const auto point = [](double permits, double rate, nanos service) {
    sweep_point one{.value = permits};
    one.figures.throughput_per_s = rate;
    one.figures.mean_latency = 3 * s;
    one.figures.mean_service = service;
    return one;
  };
  const auto result = analyse_sweep({point(4, 80, 50 * ms), point(16, 197, 80 * ms),
                                     point(32, 200, 160 * ms), point(64, 190, 320 * ms)});
  CHECK(result.little_bound.value() == Approx(16));
}

TEST_CASE("the work of a request is its attempts, else what runs, else all of it") {
  const auto mean = [](span_role inner) {
    trace_builder run;
    for (int i = 0; i < 10; ++i) {
      run.at(i * 100 * ms);
      const auto request = run.begin_span("request", span_role::request);
      const auto wait = run.begin_span("line", span_role::waiting, request);
      run.at(i * 100 * ms + 60 * ms).end_span(wait);
      const auto work = run.begin_span("call", inner, request);
      run.at(i * 100 * ms + 80 * ms).end_span(work).end_span(request);
    }
    const auto trace = run.done();
    return headline_of(timeline(trace)).mean_service;
  };
  CHECK(mean(span_role::attempt) == 20 * ms);
  CHECK(mean(span_role::running) == 20 * ms);
  CHECK(mean(span_role::work) == 80 * ms);
}

TEST_CASE("the knee of the paper's own example is near its closed form") {
  // y = 1 - exp(-5 x) has the largest distance from the diagonal at x = ln(5 / (1 - e^-5)) / 5.
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i <= 100; ++i) {
    x.push_back(i / 100.0);
    y.push_back(1 - std::exp(-5 * x.back()));
  }
  const auto knee = find_knee(x, y);
  REQUIRE(knee);
  CHECK(x[*knee] == Approx(std::log(5 / (1 - std::exp(-5))) / 5).margin(0.011));
}

TEST_CASE("noise of a few percent doesn't move the knee far") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 1; i <= 40; ++i) {
      x.push_back(i);
      y.push_back(std::min(i, 10) * (1 + (static_cast<double>(random() % 100) - 50) / 2500));
    }
    const auto knee = find_knee(x, y);
    REQUIRE(knee);
    CHECK(x[*knee] >= 8);
    CHECK(x[*knee] <= 13);
  }
}

TEST_CASE("a straight, a flat, a falling and a short curve have no knee") {
  std::vector<double> x;
  std::vector<double> straight;
  std::vector<double> flat;
  std::vector<double> falling;
  for (int i = 0; i < 20; ++i) {
    x.push_back(i);
    straight.push_back(3 * i);
    flat.push_back(7);
    falling.push_back(100 - i);
  }
  CHECK_FALSE(find_knee(x, straight));
  CHECK_FALSE(find_knee(x, flat));
  CHECK_FALSE(find_knee(x, falling));
  CHECK_FALSE(find_knee(std::vector<double>{1, 2, 3}, std::vector<double>{1, 9, 10}));
}

TEST_CASE("a curve that collapses after its top still has its knee before the top") {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 1; i <= 30; ++i) {
    x.push_back(i);
    y.push_back(i <= 8 ? i : 8 - 0.2 * (i - 8));
  }
  const auto knee = find_knee(x, y);
  REQUIRE(knee);
  CHECK(x[*knee] == 8);
}

TEST_CASE("points come back in order of their value, each with Little's law beside it") {
  const auto result = analyse_sweep({closed_loop(8, 4), closed_loop(2, 4), closed_loop(4, 4)});
  CHECK(result.points[0].value == 2);
  CHECK(result.points[2].value == 8);
  for (const auto& one : result.littles) {
    CHECK(one.predicted() == Approx(one.in_flight));
    CHECK(std::abs(one.deviation()) < 0.001);
  }
  CHECK(analyse_sweep({}).points.empty());
}

TEST_CASE("Little's law holds for a trace within what its ends leave open") {
  const auto trace = random_trace(51, 50'000);
  const timeline line(trace);
  const auto result = analyse_sweep({{.value = 1, .figures = headline_of(line)}});
  CHECK(result.littles[0].in_flight > 1);
  CHECK(std::abs(result.littles[0].deviation()) < 0.02);
}

TEST_CASE("values for a sweep reach both ends and are distinct") {
  const knob_info whole{.name = "limit", .kind = knob_kind::integer, .min = 1, .max = 6};
  CHECK(sweep_values(whole, 20) == std::vector<double>{1, 2, 3, 4, 5, 6});
  const knob_info real{.name = "rate", .kind = knob_kind::real, .min = 0, .max = 1};
  CHECK(sweep_values(real, 3) == std::vector<double>{0, 0.5, 1});
  const knob_info wide{.name = "timeout", .kind = knob_kind::duration, .min = 1e6, .max = 1e10};
  const auto by_ratio = sweep_values(wide, 5);
  CHECK(by_ratio == std::vector<double>{1e6, 1e7, 1e8, 1e9, 1e10});
  const knob_info choice{.name = "policy",
                         .kind = knob_kind::choice,
                         .min = 0,
                         .max = 2,
                         .choices = {"drop", "wait", "reject"}};
  CHECK(sweep_values(choice, 50) == std::vector<double>{0, 1, 2});
}

TEST_CASE("a sweep asks for values that a hand on the slider could have chosen") {
  const knob_info high{.name = "high",
                       .kind = knob_kind::integer,
                       .min = 1024,
                       .max = 1024 * 1024,
                       .step = 1024,
                       .unit = "B"};
  const auto values = sweep_values(high, 20);
  CHECK(values.front() == 1024);
  CHECK(values.back() == 1024 * 1024);
  for (const double each : values) {
    CHECK(std::fmod(each, 1024) == 0);
  }
  CHECK(std::ranges::adjacent_find(values, std::greater_equal<>{}) == values.end());
}

} // namespace weir::viz
