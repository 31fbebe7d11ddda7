// reject: long-outage
// the ceiling is doubled as often as it failed, and capped afterwards
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

class full_jitter final : public backoff {
public:
  full_jitter(nanoseconds cap, std::uint64_t serial) : cap_(cap), random_(serial) {}

  nanoseconds pause(unsigned failures) override {
    auto doubled = static_cast<std::uint64_t>(base.count());
    for (unsigned i = 1; i < failures; ++i)
      doubled *= 2;
    const nanoseconds ceiling =
        std::clamp(nanoseconds(static_cast<nanoseconds::rep>(doubled)), nanoseconds(0), cap_);
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
