#include "model/pyramid.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace weir::viz {

namespace {

struct points {
  std::vector<nanos> times;
  std::vector<double> values;
  std::vector<std::uint32_t> events;

  [[nodiscard]] step_series series() const { return {times, values, events}; }

  void add(nanos t, double value) {
    times.push_back(t);
    values.push_back(value);
    events.push_back(static_cast<std::uint32_t>(events.size()));
  }
};

points random_points(std::mt19937_64& random, std::size_t count) {
  points result;
  nanos t = static_cast<nanos>(random() % 1000);
  for (std::size_t i = 0; i < count; ++i) {
    result.add(t, static_cast<double>(random() % 1'000'000) - 500'000);
    t += random() % 3 == 0 ? 0 : static_cast<nanos>(random() % 2000);
  }
  return result;
}

/// What a column has to show, by looking at every point.
column slow_column(const points& all, nanos begin, nanos end, bool rightmost) {
  column result;
  const auto show = [&](double value) {
    if (!result.has_value) {
      result = {true, result.points, value, value, value, value};
    }
    result.min = std::min(result.min, value);
    result.max = std::max(result.max, value);
    result.last = value;
  };
  std::size_t i = 0;
  for (; i < all.times.size() && all.times[i] < begin; ++i) {
  }
  const auto inside = [&](std::size_t k) {
    return k < all.times.size() && (rightmost ? all.times[k] <= end : all.times[k] < end);
  };
  if (i > 0 && (!inside(i) || all.times[i] > begin)) {
    show(all.values[i - 1]);
  }
  for (; inside(i); ++i) {
    show(all.values[i]);
    ++result.points;
  }
  return result;
}

time_range random_range(std::mt19937_64& random, nanos end) {
  const auto length = static_cast<std::uint64_t>(std::max<nanos>(end, 1));
  auto from = static_cast<nanos>(random() % length);
  auto to = static_cast<nanos>(random() % (length + length / 4 + 1));
  if (to < from) {
    std::swap(from, to);
  }
  return {from, to + 1};
}

} // namespace

TEST_CASE("no zoom loses a maximum, a minimum or the last value") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 150; ++round) {
    const auto all = random_points(random, random() % 3000);
    const auto series = all.series();
    const nanos end = all.times.empty() ? 1000 : all.times.back();
    for (int zoom = 0; zoom < 6; ++zoom) {
      const auto range = zoom == 0 ? time_range{0, end + 1} : random_range(random, end);
      std::vector<column> columns(1 + random() % 200);
      static_cast<void>(series.columns(range, columns));
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const bool rightmost = i + 1 == columns.size();
        const auto to = rightmost ? range.to_ns : column_start(range, i + 1, columns.size());
        const auto expected =
            slow_column(all, column_start(range, i, columns.size()), to, rightmost);
        REQUIRE(columns[i] == expected);
      }
    }
  }
}

TEST_CASE("a query of the whole run finds the extremes of all points") {
  std::mt19937_64 random(11);
  const auto all = random_points(random, 12'345);
  const auto series = all.series();
  std::vector<column> columns(640);
  static_cast<void>(series.columns({0, all.times.back()}, columns));
  double highest = std::numeric_limits<double>::lowest();
  std::size_t seen = 0;
  for (const auto& one : columns) {
    highest = one.has_value ? std::max(highest, one.max) : highest;
    seen += one.points;
  }
  CHECK(highest == *std::ranges::max_element(all.values));
  CHECK(highest == series.extent().max);
  CHECK(series.extent().min == *std::ranges::min_element(all.values));
  CHECK(seen == all.times.size());
}

TEST_CASE("what a query looks at grows with its columns, not with the points") {
  std::mt19937_64 random(3);
  const auto few = random_points(random, 10'000);
  const auto many = random_points(random, 640'000);
  const auto visited = [](const points& all) {
    std::vector<column> columns(500);
    return all.series().columns({0, all.times.back()}, columns).visited;
  };
  CHECK(visited(few) < 500 * 30);
  CHECK(visited(many) < 500 * 60);
}

TEST_CASE("a range of the pyramid is that of its points, wherever it begins and ends") {
  std::mt19937_64 random(5);
  const auto all = random_points(random, 300);
  const pyramid index(all.values);
  for (std::size_t from = 0; from < 300; ++from) {
    for (std::size_t to = from + 1; to <= 300; to += 1 + random() % 5) {
      const auto [low, high] =
          std::minmax_element(all.values.begin() + static_cast<std::ptrdiff_t>(from),
                              all.values.begin() + static_cast<std::ptrdiff_t>(to));
      REQUIRE(index.range(from, to) == pyramid::extent{*low, *high});
    }
  }
}

TEST_CASE("a step series stands at a value until its next point") {
  points all;
  all.add(10, 1);
  all.add(20, 5);
  all.add(20, 3);
  all.add(40, 0);
  const auto series = all.series();
  CHECK(series.at_time(9, -1) == -1);
  CHECK(series.at_time(10) == 1);
  CHECK(series.at_time(20) == 3);
  CHECK(series.at_time(100) == 0);
  CHECK(series.at_event(2) == 5);
  CHECK(series.at_event(0, 9) == 9);
  CHECK(series.mean({10, 40}) == Approx((10 * 1 + 20 * 3) / 30.0));
  CHECK(series.mean({0, 20}) == Approx(1));
  CHECK(series.share_at_least(3, {0, 40}) == Approx(0.5));
  CHECK(series.share_at_least(3, {30, 50}) == Approx(0.5));
}

TEST_CASE("an empty series has no columns and no extremes") {
  const step_series nothing;
  std::vector<column> columns(10);
  CHECK(nothing.columns({0, 100}, columns).visited <= 10);
  CHECK(std::ranges::none_of(columns, &column::has_value));
  CHECK(nothing.extent() == pyramid::extent{});
  CHECK(nothing.mean({0, 100}) == 0);
}

} // namespace weir::viz
