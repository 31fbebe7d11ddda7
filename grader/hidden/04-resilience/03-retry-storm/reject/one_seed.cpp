// reject: peak
// a fixed seed, so that what happened can be computed again: and it is the same for every client
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

class full_jitter final : public backoff {
public:
  full_jitter(nanoseconds cap, std::uint64_t serial) : cap_(cap), random_(5489U + 0 * serial) {}

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
  const double round = static_cast<double>(self.among.clients) / self.among.capacity;
  return std::make_unique<full_jitter>(nanoseconds(static_cast<nanoseconds::rep>(2e9 * round)),
                                       self.serial);
}
