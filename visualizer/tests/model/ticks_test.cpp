#include "model/ticks.hpp"
#include "testing/catch.hpp"

#include <cmath>
#include <random>
#include <set>

namespace weir::viz {

namespace {

std::vector<std::string> labels(const std::vector<tick>& ticks) {
  std::vector<std::string> result;
  for (const auto& one : ticks) {
    result.push_back(one.label);
  }
  return result;
}

} // namespace

TEST_CASE("times get round ticks in a unit that suits them") {
  CHECK(labels(time_ticks({0, 10'000'000'000}, 6)) ==
        std::vector<std::string>{"0 s", "2 s", "4 s", "6 s", "8 s", "10 s"});
  CHECK(labels(time_ticks({0, 50'000'000}, 6)) ==
        std::vector<std::string>{"0 ms", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"});
  CHECK(labels(time_ticks({1'000'000'000, 1'020'000'000}, 3)) ==
        std::vector<std::string>{"1.00 s", "1.01 s", "1.02 s"});
}

TEST_CASE("ticks lie in the range, are no more than asked for, and differ in their labels") {
  std::mt19937_64 random(6);
  for (int i = 0; i < 2'000; ++i) {
    const auto from = static_cast<nanos>(random() % 20'000'000'000ULL);
    const auto length = static_cast<nanos>(
        std::exp(static_cast<double>(random() % 1000) / 1000 * std::log(1e10)) + 100);
    const std::size_t most = 2 + random() % 12;
    const auto ticks = time_ticks({from, from + length}, most);
    std::set<std::string> distinct;
    for (const auto& one : ticks) {
      REQUIRE(one.at >= static_cast<double>(from) - 1e-3 * static_cast<double>(length));
      REQUIRE(one.at <= static_cast<double>(from + length) * (1 + 1e-9));
      distinct.insert(one.label);
    }
    REQUIRE(distinct.size() == ticks.size());
    REQUIRE(ticks.size() <= most);
    REQUIRE((most < 5 || !ticks.empty()));
  }
}

TEST_CASE("values get round ticks too") {
  CHECK(labels(value_ticks(0, 64, 5)) == std::vector<std::string>{"0", "20", "40", "60"});
  CHECK(labels(value_ticks(0, 1, 3)) == std::vector<std::string>{"0.0", "0.5", "1.0"});
  CHECK(labels(value_ticks(0, 100'000, 3)) == std::vector<std::string>{"0", "50 k", "100 k"});
  CHECK_FALSE(value_ticks(3, 3, 4).empty());
}

TEST_CASE("the top of a chart is the next 1, 2 or 5") {
  CHECK(nice_ceiling(64) == 100);
  CHECK(nice_ceiling(20) == 20);
  CHECK(nice_ceiling(0.003) == Approx(0.005));
  CHECK(nice_ceiling(0) == 1);
}

TEST_CASE("numbers are short and keep three digits") {
  CHECK(format_number(0) == "0");
  CHECK(format_number(3.14159) == "3.14");
  CHECK(format_number(12) == "12");
  CHECK(format_number(0.042) == "0.042");
  CHECK(format_number(1234) == "1234");
  CHECK(format_number(12'345) == "12.3 k");
  CHECK(format_number(3'400'000) == "3.4 M");
  CHECK(format_number(-2.5) == "-2.5");
}

TEST_CASE("a time is shown as finely as the view needs it") {
  CHECK(format_time(1'234'567'890) == "1.235 s");
  CHECK(format_time(1'234'567'890, 1'000) == "1.234568 s");
  CHECK(format_time(0, 1'000'000'000) == "0 s");
}

TEST_CASE("one of a unit is no plural") {
  CHECK(unit_of(1, "calls") == "call");
  CHECK(unit_of(1, "queries") == "query");
  CHECK(unit_of(2, "calls") == "calls");
  CHECK(unit_of(1, "ms") == "ms");
  CHECK(unit_of(1, "%") == "%");
}

TEST_CASE("bytes are counted in powers of 1024") {
  CHECK(format_bytes(512, "B") == "512 B");
  CHECK(format_bytes(1536, "B") == "1.5 KiB");
  CHECK(format_bytes(64.0 * 1024 * 1024, "B/s") == "64 MiB/s");
  CHECK_FALSE(counts_bytes("bars"));
}

} // namespace weir::viz
