// reject: lone-failure
// decorrelated jitter as in the article, which never starts over after a success
// two rounds
#include "backoff.hpp"

#include <algorithm>
#include <random>

using std::chrono::nanoseconds;

namespace {

class decorrelated_jitter final : public backoff {
public:
  decorrelated_jitter(nanoseconds cap, std::uint64_t serial) : cap_(cap), random_(serial) {}

  nanoseconds pause(unsigned) override {
    const nanoseconds most = std::min(cap_, 3 * last_);
    last_ = nanoseconds(
        std::uniform_int_distribution<nanoseconds::rep>(base.count(), most.count())(random_));
    return last_;
  }

private:
  static constexpr nanoseconds base = std::chrono::milliseconds(100);

  nanoseconds cap_;
  nanoseconds last_ = base;
  std::mt19937_64 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  const double round = static_cast<double>(self.among.clients) / self.among.capacity;
  return std::make_unique<decorrelated_jitter>(
      nanoseconds(static_cast<nanoseconds::rep>(2.5e9 * round)), self.serial);
}
