// accept: a table of ceilings, made in advance; seed_seq from both halves of the serial number
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>
#include <vector>

using std::chrono::nanoseconds;

namespace {

class full_jitter final : public backoff {
public:
  full_jitter(nanoseconds cap, std::uint64_t serial) {
    for (nanoseconds step = base; step < cap; step *= 2)
      ceilings_.push_back(step);
    ceilings_.push_back(cap);
    std::seed_seq seed{static_cast<std::uint32_t>(serial),
                       static_cast<std::uint32_t>(serial >> 32U)};
    random_.seed(seed);
  }

  nanoseconds pause(unsigned failures) override {
    const nanoseconds ceiling =
        failures < ceilings_.size() ? ceilings_[failures - 1] : ceilings_.back();
    return nanoseconds(
        std::uniform_int_distribution<nanoseconds::rep>(0, ceiling.count())(random_));
  }

private:
  static constexpr nanoseconds base = std::chrono::milliseconds(100);

  std::vector<nanoseconds> ceilings_;
  std::mt19937 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  const double round = static_cast<double>(self.among.clients) / self.among.capacity;
  return std::make_unique<full_jitter>(nanoseconds(static_cast<nanoseconds::rep>(2e9 * round)),
                                       self.serial);
}
