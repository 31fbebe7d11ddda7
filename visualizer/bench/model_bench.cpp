// What a new run costs before it can be drawn, and what a frame costs after that. Sizes are events.

#include "model/advice.hpp"
#include "model/compare.hpp"
#include "model/cursor.hpp"
#include "model/events.hpp"
#include "model/flow.hpp"
#include "model/fold.hpp"
#include "model/timeline.hpp"
#include "model/trace_builder.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace {

using namespace weir::viz;

const weir::trace::recording& trace_of(std::int64_t events) {
  static std::map<std::int64_t, weir::trace::recording> made;
  auto& one = made[events];
  if (one.events.empty()) {
    one = test::random_trace(1, static_cast<std::size_t>(events));
  }
  return one;
}

void build_timeline(benchmark::State& state) {
  const auto& trace = trace_of(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const timeline line(trace);
    bytes = line.bytes();
    benchmark::DoNotOptimize(line.range());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(trace.events.size()) * state.iterations());
  state.counters["MiB"] = static_cast<double>(bytes) / (1 << 20);
}

BENCHMARK(build_timeline)->Arg(50'000)->Arg(500'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// The second argument: how many times narrower than the run the view is.
void query_columns(benchmark::State& state) {
  const timeline line(trace_of(state.range(0)));
  const auto& depth = line.gauge("queue depth")->value;
  const auto length = line.range().length() / state.range(1);
  std::vector<column> columns(1920);
  std::size_t visited = 0;
  std::size_t queries = 0;
  nanos from = 0;
  for (auto _ : state) {
    visited += depth.columns({from, from + length}, columns).visited;
    ++queries;
    from = state.range(1) == 1 ? 0 : (from + length / 3) % (line.range().length() - length);
    benchmark::DoNotOptimize(columns.data());
  }
  state.counters["points"] = static_cast<double>(depth.size());
  state.counters["visited"] = static_cast<double>(visited) / static_cast<double>(queries);
}

BENCHMARK(query_columns)
    ->ArgsProduct({{50'000, 500'000, 1'000'000}, {1, 10, 100, 1000}})
    ->Unit(benchmark::kMicrosecond);

/// A frame's worth of lanes: the first 40, as wide as a window. The second argument as above.
void draw_lanes(benchmark::State& state) {
  const timeline line(trace_of(state.range(0)));
  const time_range range{0, line.range().length() / state.range(1)};
  std::vector<drawn_bar> bars;
  std::size_t visited = 0;
  std::size_t frames = 0;
  for (auto _ : state) {
    bars.clear();
    for (std::uint32_t lane = 0; lane < std::min(line.lanes(), 40U); ++lane) {
      visited += line.lane_bars(lane, range, 1920, bars).visited;
    }
    ++frames;
    benchmark::DoNotOptimize(bars.data());
  }
  state.counters["spans"] = static_cast<double>(line.spans().size());
  state.counters["visited"] = static_cast<double>(visited) / static_cast<double>(frames);
  state.counters["drawn"] = static_cast<double>(bars.size());
}

BENCHMARK(draw_lanes)
    ->ArgsProduct({{50'000, 500'000, 1'000'000}, {1, 100}})
    ->Unit(benchmark::kMicrosecond);

void filter(benchmark::State& state) {
  const auto& trace = trace_of(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(filter_events(trace, {.text = "queue 17"}).size());
  }
}

BENCHMARK(filter)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void advise_and_compare(benchmark::State& state) {
  const timeline line(trace_of(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(advise(line).size());
    benchmark::DoNotOptimize(compare(line, line).rows.size());
  }
}

BENCHMARK(advise_and_compare)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void first_fold(benchmark::State& state) {
  const auto& trace = trace_of(state.range(0));
  std::size_t checkpoints = 0;
  for (auto _ : state) {
    folder fold(trace);
    benchmark::DoNotOptimize(fold.at(trace.events.size()).events());
    checkpoints = fold.checkpoints();
  }
  state.counters["checkpoints"] = static_cast<double>(checkpoints);
}

BENCHMARK(first_fold)->Arg(50'000)->Arg(500'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void seek(benchmark::State& state) {
  const auto& trace = trace_of(state.range(0));
  folder fold(trace);
  static_cast<void>(fold.at(trace.events.size()));
  std::mt19937_64 random(1);
  std::size_t applied = 0;
  std::size_t seeks = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fold.at(random() % trace.events.size()).events());
    applied += fold.last_seek_cost();
    ++seeks;
  }
  state.counters["applied"] = static_cast<double>(applied) / static_cast<double>(seeks);
}

BENCHMARK(seek)->Arg(50'000)->Arg(500'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void picture_at_a_cursor(benchmark::State& state) {
  const auto& trace = trace_of(state.range(0));
  const timeline line(trace);
  folder fold(trace);
  std::mt19937_64 random(1);
  const auto end = static_cast<std::uint64_t>(line.range().to_ns);
  for (auto _ : state) {
    const auto at = cursor_at_time(line.trace(), static_cast<nanos>(random() % end));
    benchmark::DoNotOptimize(flow_at(line, fold, at, {.moving_for = 50'000'000}).places.size());
    benchmark::DoNotOptimize(breaker_at(line, line.breakers().front(), at).opened);
  }
}

BENCHMARK(picture_at_a_cursor)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
