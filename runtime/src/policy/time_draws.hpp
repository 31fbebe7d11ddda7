#pragma once

#include <weir/random.hpp>

#include <cstddef>
#include <cstdint>

namespace weir {

/// How random policies let time go on. Numbers of its own, so that a run in which time stands still
/// is the same whether or not it could move.
class time_draws {
public:
  void begin_run(std::uint64_t seed) noexcept {
    random_ = random_stream(seed, "time");
    one_in_ = std::uint64_t{2} << 2 * random_.below(3); // 2, 8 or 32
  }

  /// 0 most of the time, and the others with equal probability.
  std::size_t choose(std::size_t size) noexcept {
    return random_.below(one_in_) == 0 ? 1 + random_.below(size - 1) : 0;
  }

private:
  random_stream random_{0};
  std::uint64_t one_in_ = 8;
};

} // namespace weir
