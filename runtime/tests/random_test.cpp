#include "testing/catch.hpp"

#include <weir/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using weir::random_stream;

namespace {

template <class Generator>
std::vector<std::uint64_t> first(std::size_t count, Generator generator) {
  std::vector<std::uint64_t> numbers(count);
  std::generate(numbers.begin(), numbers.end(), generator);
  return numbers;
}

/// Kolmogorov and Smirnov's distance between samples and a distribution function, times sqrt(n).
/// Above 1.95 with probability 0.001 when the samples do follow it.
double kolmogorov_distance(std::vector<double> samples, const std::function<double(double)>& cdf) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double distance = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double expected = cdf(samples[i]);
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, expected - rank / n, (rank + 1) / n - expected});
  }
  return distance * std::sqrt(n);
}

constexpr double kolmogorov_999 = 1.95;

std::vector<double> draws(const std::function<double(random_stream&)>& draw) {
  random_stream random{2024};
  std::vector<double> samples(20'000);
  std::generate(samples.begin(), samples.end(), [&] { return draw(random); });
  return samples;
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

} // namespace

TEST_CASE("splitmix64 gives the reference implementation's numbers", "[random]") {
  CHECK(first(5, weir::splitmix64{1234567}) ==
        std::vector<std::uint64_t>{6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                   4593380528125082431U, 16408922859458223821U});
}

TEST_CASE("xoshiro256** gives the reference implementation's numbers", "[random]") {
  CHECK(first(10, random_stream::from_state({1, 2, 3, 4})) ==
        std::vector<std::uint64_t>{11520U, 0U, 1509978240U, 1215971899390074240U,
                                   1216172134540287360U, 607988272756665600U, 16172922978634559625U,
                                   8476171486693032832U, 10595114339597558777U,
                                   2904607092377533576U});
}

TEST_CASE("the stable hash is FNV-1a", "[random]") {
  STATIC_REQUIRE(weir::stable_hash("") == 0xcbf29ce484222325U);
  STATIC_REQUIRE(weir::stable_hash("a") == 0xaf63dc4c8601ec8cU);
  STATIC_REQUIRE(weir::stable_hash("foobar") == 0x85944171f73967e8U);
}

TEST_CASE("a stream depends on the seed and on the name, and on nothing else", "[random]") {
  const auto numbers = first(4, random_stream{42, "payments"});
  CHECK(numbers == first(4, random_stream{42, "payments"}));
  CHECK(numbers != first(4, random_stream{42, "payment"}));
  CHECK(numbers != first(4, random_stream{43, "payments"}));
}

TEST_CASE("splitting a stream does not move it, and the parts differ", "[random]") {
  const random_stream whole{7};
  CHECK(whole.split("a") == whole.split("a"));
  CHECK_FALSE(whole.split("a") == whole.split("b"));
  CHECK_FALSE(whole.split("a") == whole);
  CHECK(whole == random_stream{7});
}

TEST_CASE("distributions give the same bits on every platform", "[random]") {
  random_stream random{42};
  CHECK(random.uniform() == 0x1.5780b2e0c2ecp-4);
  CHECK(random.exponential(1) == 0x1.e7d36873b4ac6p-2);
  CHECK(random.normal() == 0x1.c5e21f7812a4cp-3);
  CHECK(random.lognormal(0, 1) == 0x1.9738714515a9dp+0);
  CHECK(random.pareto(1, 2) == 0x1.0607bea3f524bp+1);
  CHECK(random.uniform(3, 9) == 0x1.a001920f330f9p+2);
  CHECK(random.below(10) == 6);
}

TEST_CASE("the logarithm and the exponential are right to a few units in the last place",
          "[random]") {
  random_stream random{1};
  double worst_log = 0;
  double worst_exp = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double power = random.uniform(-700, 700);
    const double x = std::exp(power);
    worst_exp = std::max(worst_exp, std::abs(weir::detail::portable_exp(power) / x - 1));
    const double near_one = 1 - random.uniform() / 2;
    for (const double argument : {x, near_one}) {
      const double expected = std::log(argument);
      if (expected != 0) {
        worst_log =
            std::max(worst_log, std::abs(weir::detail::portable_log(argument) / expected - 1));
      }
    }
  }
  CHECK(worst_log < 5e-16);
  CHECK(worst_exp < 5e-16);
  CHECK(weir::detail::portable_log(1) == 0);
  CHECK(weir::detail::portable_exp(0) == 1);
}

TEST_CASE("below stays below, reaches everything, and is even", "[random]") {
  random_stream random{5};
  CHECK(random.below(0) == 0);
  CHECK(random.below(1) == 0);
  std::array<int, 10> counts{};
  constexpr int draws = 100'000;
  for (int i = 0; i < draws; ++i) {
    ++counts.at(random.below(counts.size()));
  }
  double chi_squared = 0;
  for (const int count : counts) {
    constexpr double expected = draws / 10.0;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  CHECK(chi_squared < 27.88); // 99.9 % quantile, 9 degrees of freedom
}

TEST_CASE("below has no bias where the range does not divide 2^64", "[random]") {
  // Multiplying without rejection would give one residue in three half of the draws.
  constexpr std::uint64_t range = 3ULL << 62U;
  random_stream random{6};
  std::array<int, 3> counts{};
  constexpr int draws = 30'000;
  for (int i = 0; i < draws; ++i) {
    ++counts.at(random.below(range) % 3);
  }
  for (const int count : counts) {
    CHECK(std::abs(count - draws / 3) < 269); // 3.29 standard deviations: 99.9 %
  }
}

TEST_CASE("bernoulli is never at 0, always at 1 and draws one number each time", "[random]") {
  random_stream random{8};
  random_stream other{8};
  for (int i = 0; i < 1000; ++i) {
    REQUIRE_FALSE(random.bernoulli(0));
    REQUIRE(random.bernoulli(1));
    other();
    other();
  }
  CHECK(random == other);
}

TEST_CASE("samples follow their distribution functions (99.9 %)", "[random]") {
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.uniform(); }),
                            [](double x) { return x; }) < kolmogorov_999);
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.exponential(3); }),
                            [](double x) { return 1 - std::exp(-x / 3); }) < kolmogorov_999);
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.normal(5, 2); }),
                            [](double x) { return normal_cdf((x - 5) / 2); }) < kolmogorov_999);
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.lognormal(1, 0.5); }), [](double x) {
          return normal_cdf((std::log(x) - 1) / 0.5);
        }) < kolmogorov_999);
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.pareto(2, 1.5); }),
                            [](double x) { return 1 - std::pow(2 / x, 1.5); }) < kolmogorov_999);
}

TEST_CASE("the test of distributions notices a mean that is 5 % off", "[random]") {
  CHECK(kolmogorov_distance(draws([](auto& r) { return r.exponential(3.15); }),
                            [](double x) { return 1 - std::exp(-x / 3); }) > kolmogorov_999);
}
