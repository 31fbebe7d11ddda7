// Fused multiply-add would give other bits on machines that have it.
#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "weir/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace weir {

namespace detail {

namespace {
// ln 2 in two parts: the first has enough trailing zeros for its product with any exponent to be
// exact.
constexpr double ln2_high = 0x1.62e42feep-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
constexpr double sqrt2 = 0x1.6a09e667f3bcdp+0;
constexpr int exponent_bias = 1023;
constexpr unsigned mantissa_bits = 52;
} // namespace

double portable_log(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> mantissa_bits) - exponent_bias;
  double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
  if (mantissa > sqrt2) {
    mantissa *= 0.5;
    ++exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  const double z = s * s; // below 0.0295: eleven terms reach the last bit
  double series = 0;
  for (int k = 11; k >= 1; --k) {
    series = (series + 1.0 / (2 * k + 1)) * z;
  }
  const double scale = exponent;
  return scale * ln2_high + (2 * s + (2 * s * series + scale * ln2_low));
}

double portable_exp(double x) noexcept {
  x = std::clamp(x, -700.0, 700.0);
  const double scaled = x * 0x1.71547652b82fep+0;
  const int exponent = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double remainder = (x - exponent * ln2_high) - exponent * ln2_low; // at most ln 2 / 2
  double series = 1;
  for (int k = 14; k >= 1; --k) {
    series = 1 + series * remainder / k;
  }
  const auto power = static_cast<std::uint64_t>(exponent + exponent_bias) << mantissa_bits;
  return series * std::bit_cast<double>(power);
}

} // namespace detail

double random_stream::uniform(double low, double high) noexcept {
  return low + (high - low) * uniform();
}

double random_stream::exponential(double mean) noexcept {
  return mean * -detail::portable_log(1 - uniform()); // 1 - u lies in (0, 1]
}

double random_stream::normal(double mean, double deviation) noexcept {
  for (;;) {
    const double x = uniform(-1, 1);
    const double y = uniform(-1, 1);
    const double radius = x * x + y * y;
    if (radius > 0 && radius < 1) {
      return mean + deviation * (x * std::sqrt(-2 * detail::portable_log(radius) / radius));
    }
  }
}

double random_stream::lognormal(double mu, double sigma) noexcept {
  return detail::portable_exp(normal(mu, sigma));
}

double random_stream::pareto(double minimum, double shape) noexcept {
  return minimum * detail::portable_exp(-detail::portable_log(1 - uniform()) / shape);
}

} // namespace weir
