// accept: a random place within the round, once; then one call a round, in which the fleet keeps
// spread out
#include "backoff.hpp"

#include <random>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Everybody calls once a round, each at a moment of its own.
class own_slot final : public backoff {
public:
  own_slot(nanoseconds round, std::uint64_t serial) : round_(round), random_(serial) {}

  nanoseconds pause(unsigned failures) override {
    switch (failures) {
    case 1:
      return up_to(400ms);
    case 2:
      return up_to(2s);
    case 3:
      return up_to(round_);
    default:
      return round_;
    }
  }

private:
  nanoseconds up_to(nanoseconds most) {
    return nanoseconds(std::uniform_int_distribution<nanoseconds::rep>(0, most.count())(random_));
  }

  nanoseconds round_;
  std::mt19937_64 random_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  const std::chrono::duration<double> round(static_cast<double>(self.among.clients) /
                                            self.among.capacity);
  return std::make_unique<own_slot>(std::chrono::duration_cast<nanoseconds>(round), self.serial);
}
