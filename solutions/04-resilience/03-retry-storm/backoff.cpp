#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

/// Exponential backoff with full jitter. The seed is what tells one client from all others: not the
/// time, which they share when they start together.
class full_jitter final : public backoff {
public:
  full_jitter(std::uint64_t seed, nanoseconds cap) : cap_(cap), random_(seed) {}

  nanoseconds pause(unsigned failures) override {
    nanoseconds ceiling = base;
    for (unsigned i = 1; i < failures && ceiling < cap_; ++i)
      ceiling *= 2;
    ceiling = std::min(ceiling, cap_);
    return nanoseconds(
        std::uniform_int_distribution<nanoseconds::rep>(0, ceiling.count())(random_));
  }

private:
  static constexpr nanoseconds base = std::chrono::milliseconds(100);

  nanoseconds cap_;
  std::mt19937_64 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  // The pauses of a client are half as long as the cap on average, so together they call
  // 2 * clients / cap times a second. That should be what the dependency can serve.
  const double cap = 2 * static_cast<double>(self.among.clients) / self.among.capacity;
  const nanoseconds whole(static_cast<nanoseconds::rep>(cap * 1e9));
  return std::make_unique<full_jitter>(self.serial, whole);
}
