// reject: lone-failure
// full jitter over the whole cap from the first failure: it is spread best of all
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

class full_jitter final : public backoff {
public:
  full_jitter(nanoseconds cap, std::uint64_t serial) : cap_(cap), random_(serial) {}

  nanoseconds pause(unsigned) override {
    const nanoseconds ceiling = cap_;
    return nanoseconds(
        std::uniform_int_distribution<nanoseconds::rep>(0, ceiling.count())(random_));
  }

private:
  nanoseconds cap_;
  std::mt19937_64 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  const double round = static_cast<double>(self.among.clients) / self.among.capacity;
  return std::make_unique<full_jitter>(nanoseconds(static_cast<nanoseconds::rep>(2e9 * round)),
                                       self.serial);
}
