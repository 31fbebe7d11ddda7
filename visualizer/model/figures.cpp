#include "model/figures.hpp"

#include "model/roles.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

using trace::source_role;

template <class Wanted>
const gauge_series* first(const timeline& line, Wanted wanted) noexcept {
  for (const auto& gauge : line.gauges()) {
    if (wanted(gauge)) {
      return &gauge;
    }
  }
  return nullptr;
}

std::optional<nanos> mean_of(const latency_series* series) {
  return series == nullptr || series->overall.count == 0
             ? std::optional<nanos>()
             : static_cast<nanos>(series->served_ns / series->overall.count);
}

/// The most frequent spans of that role; nullptr when there are none.
const latency_series* busiest(const timeline& line, trace::span_role role) {
  const latency_series* found = nullptr;
  for (const auto& one : line.latencies()) {
    if (one.role == role && one.overall.count > (found == nullptr ? 0 : found->overall.count)) {
      found = &one;
    }
  }
  return found;
}

void add_latency(const timeline& line, headline& result) {
  const auto* latency = line.main_latency();
  if (latency == nullptr || latency->overall.count == 0) {
    return;
  }
  result.p50 = latency->overall.p50;
  result.p99 = latency->overall.p99;
  result.mean_latency = mean_of(latency);
  const auto attempt = mean_of(busiest(line, trace::span_role::attempt));
  const auto running = mean_of(busiest(line, trace::span_role::running));
  result.mean_service = attempt ? attempt : running ? running : result.mean_latency;
  if (line.range().length() > 0) {
    result.latency_ended_per_s = latency->overall.count / result.length_s;
    result.mean_in_flight =
        (latency->served_ns + latency->open_ns) / static_cast<double>(line.range().length());
  }
}

std::optional<double> largest(const gauge_series* gauge) {
  return gauge == nullptr || gauge->value.empty() ? std::optional<double>()
                                                  : gauge->value.extent().max;
}

std::optional<std::uint32_t> times_opened(const timeline& line) {
  if (line.breakers().empty()) {
    return {};
  }
  std::uint32_t opened = 0;
  for (const auto& breaker : line.breakers()) {
    const auto& state = line.states()[static_cast<std::size_t>(breaker.state)];
    opened += static_cast<std::uint32_t>(
        std::ranges::count_if(state.transitions, [&](const transition& one) {
          return one.from >= 0 && state.of_breaker(one.to) == breaker_state::open;
        }));
  }
  return opened;
}

} // namespace

const gauge_series* main_queue(const timeline& line) noexcept {
  const auto* const queue =
      first(line, [](const gauge_series& gauge) { return gauge.role == source_role::queue; });
  return queue != nullptr ? queue : first(line, [](const gauge_series& gauge) {
    return gauge.has_limit() && is_of_work(gauge.role) && !says_where_work_is(gauge.role);
  });
}

const gauge_series* main_in_flight(const timeline& line) noexcept {
  return first(line,
               [](const gauge_series& gauge) { return gauge.role == source_role::in_flight; });
}

headline headline_of(const timeline& line) {
  headline result;
  result.length_s = static_cast<double>(line.range().length()) / 1e9;
  const double per_second = result.length_s > 0 ? 1 / result.length_s : 0;
  if (const auto* outcomes = line.main_outcomes()) {
    result.by_outcome = outcomes->counts(0, outcomes->kinds.size());
  } else if (const auto* latency = line.main_latency()) {
    for (const auto how : latency->how) {
      ++result.by_outcome[how];
    }
  }
  result.ended = total(result.by_outcome);
  const auto ok = result.by_outcome[static_cast<std::size_t>(trace::outcome::ok)];
  result.throughput_per_s = ok * per_second;
  result.error_share =
      result.ended == 0 ? 0 : 1 - static_cast<double>(ok) / static_cast<double>(result.ended);
  // A request that is turned away at the door may have no span, and one without a place no item.
  const std::uint64_t begun = std::max<std::uint64_t>(line.requests(), line.items());
  const std::uint64_t offered = begun != 0 ? begun : result.ended;
  result.offered_per_s = static_cast<double>(offered) * per_second;
  add_latency(line, result);
  if (line.retries().attempted != 0) {
    result.amplification = line.retries().ratio();
  }
  result.deepest_queue = largest(main_queue(line));
  result.most_in_flight = largest(main_in_flight(line));
  result.breaker_opened = times_opened(line);
  if (const auto lag = largest(line.loop_lag())) {
    result.worst_loop_lag = static_cast<nanos>(*lag * 1e6);
  }
  if (const auto& block = line.longest_block()) {
    result.worst_loop_lag = std::max(result.worst_loop_lag.value_or(0), block->amount);
  }
  return result;
}

} // namespace weir::viz
