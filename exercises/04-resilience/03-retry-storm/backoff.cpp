#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// Exponential backoff with full jitter.
class full_jitter final : public backoff {
public:
  explicit full_jitter(nanoseconds cap)
      : cap_(cap), random_(static_cast<unsigned>(steady_clock::now().time_since_epoch().count())) {}

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
  std::mt19937 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  // Everybody once in that time, and the dependency can just serve them.
  const double cap = static_cast<double>(self.among.clients) / self.among.capacity;
  return std::make_unique<full_jitter>(nanoseconds(static_cast<nanoseconds::rep>(cap * 1e9)));
}
