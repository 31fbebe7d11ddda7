#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

namespace weir {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014;
/// constants as in Vigna's public-domain splitmix64.c). Used to turn one seed into the state of a
/// larger generator.
class splitmix64 {
public:
  explicit constexpr splitmix64(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t operator()() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

private:
  std::uint64_t state_;
};

/// FNV-1a, 64 bits (Fowler, Noll, Vo). Stable over platforms and releases: tokens and seeds rest on
/// it.
[[nodiscard]] constexpr std::uint64_t stable_hash(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

/// A stream of random numbers that is the same on every machine: generator *and* distributions are
/// implemented here, because the standard leaves the distributions' algorithms open. Floating point
/// uses only operations that IEEE 754 rounds correctly (+ - * / sqrt), never the C library's `log`
/// or `exp`.
///
/// Generator: xoshiro256** 1.0 (Blackman, Vigna: "Scrambled linear pseudorandom number generators",
/// ACM TOMS 2021), 32 bytes of state, period 2^256 - 1. Not for cryptography.
///
/// A value type: a copy goes on with the same numbers. No member throws. One thread at a time. All
/// draws are O(1), `below` and `normal` in expectation.
class random_stream {
public:
  using result_type = std::uint64_t;
  using state_type = std::array<std::uint64_t, 4>;

  /// State filled by four draws of SplitMix64, as the generator's authors recommend.
  explicit constexpr random_stream(std::uint64_t seed) noexcept : random_stream(splitmix64{seed}) {}

  /// The stream called `name` under `seed`. Streams of different names are independent of each
  /// other for every practical purpose; the same pair always gives the same stream.
  constexpr random_stream(std::uint64_t seed, std::string_view name) noexcept
      : random_stream(splitmix64{splitmix64{seed}() ^ stable_hash(name)}) {}

  /// Continues from a state given in full. At least one word must be other than 0.
  [[nodiscard]] static constexpr random_stream from_state(state_type state) noexcept {
    random_stream made{0};
    made.state_ = state;
    return made;
  }

  [[nodiscard]] static constexpr result_type min() noexcept { return 0; }

  [[nodiscard]] static constexpr result_type max() noexcept {
    return std::numeric_limits<result_type>::max();
  }

  /// The next 64 bits, all equally likely.
  constexpr result_type operator()() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// An integer in [0, n), without bias; 0 for n = 0.
  /// Lemire: "Fast random integer generation in an interval", ACM TOMACS 2019.
  constexpr std::uint64_t below(std::uint64_t n) noexcept {
    __extension__ using wide = unsigned __int128;
    wide product = static_cast<wide>((*this)()) * n;
    if (auto low = static_cast<std::uint64_t>(product); low < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (low < threshold) {
        product = static_cast<wide>((*this)()) * n;
        low = static_cast<std::uint64_t>(product);
      }
    }
    return static_cast<std::uint64_t>(product >> 64U);
  }

  /// A multiple of 2^-53 in [0, 1).
  constexpr double uniform() noexcept { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }

  /// A number in [low, high); `low` if the two are equal. Rounding may give `high` itself when the
  /// range is wide.
  double uniform(double low, double high) noexcept;

  /// True with probability `p`: never for p <= 0, always for p >= 1. Draws one number whatever `p`
  /// is.
  constexpr bool bernoulli(double p) noexcept { return uniform() < p; }

  /// Exponential with the given mean (>= 0), by inversion: one draw, and a larger mean scales the
  /// same numbers.
  double exponential(double mean) noexcept;

  /// Normal with the given mean and standard deviation (>= 0).
  /// Marsaglia's polar method (Marsaglia, Bray: SIAM Review 1964); the second number of each pair
  /// is not kept, so that the stream's state is the generator's state and nothing else.
  double normal(double mean = 0, double deviation = 1) noexcept;

  /// exp(N(mu, sigma)): the median is exp(mu).
  double lognormal(double mu, double sigma) noexcept;

  /// Pareto of the first kind: `minimum` > 0, `shape` > 0; the mean is finite only for shape > 1.
  /// By inversion.
  double pareto(double minimum, double shape) noexcept;

  /// A stream of its own, determined by this stream's state and `name`; this stream does not move.
  [[nodiscard]] constexpr random_stream split(std::string_view name) const noexcept {
    return random_stream{splitmix64{state_[0] + std::rotl(state_[3], 29)}() ^
                             splitmix64{state_[1] ^ state_[2]}(),
                         name};
  }

  friend constexpr bool operator==(const random_stream&, const random_stream&) noexcept = default;

private:
  explicit constexpr random_stream(splitmix64 seeds) noexcept
      : state_{seeds(), seeds(), seeds(), seeds()} {} // braces: evaluated left to right

  state_type state_;
};

namespace detail {

/// Natural logarithm of a positive normal number, within 2 ulp, the same bits everywhere. Argument
/// reduction to [sqrt(1/2), sqrt(2)) and the series 2 artanh(s), s = (m - 1)/(m + 1).
[[nodiscard]] double portable_log(double x) noexcept;

/// e^x within 2 ulp for |x| <= 700, the same bits everywhere; outside it is held at the range's
/// ends.
[[nodiscard]] double portable_exp(double x) noexcept;

} // namespace detail

} // namespace weir
