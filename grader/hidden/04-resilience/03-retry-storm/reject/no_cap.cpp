// reject: recovery
// it doubles and doubles: the longer it lasts, the more patience
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

class full_jitter final : public backoff {
public:
  explicit full_jitter(std::uint64_t serial) : random_(serial) {}

  nanoseconds pause(unsigned failures) override {
    nanoseconds ceiling = base;
    for (unsigned i = 1; i < failures && ceiling < longest; ++i)
      ceiling *= 2;
    return nanoseconds(
        std::uniform_int_distribution<nanoseconds::rep>(0, ceiling.count())(random_));
  }

private:
  static constexpr nanoseconds base = std::chrono::milliseconds(100);
  static constexpr nanoseconds longest = std::chrono::minutes(5);

  std::mt19937_64 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  return std::make_unique<full_jitter>(self.serial);
}
