// reject: few-calls
// each client gets a share of its own, once: a small one calls all the time
#include "backoff.hpp"

#include <algorithm>
#include <cmath>

namespace {

using std::chrono::nanoseconds;
using seconds = std::chrono::duration<double>;

/// splitmix64: every bit of the result depends on every bit of what goes in.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

/// From 0 to 1, and for a client's n-th failure always the same.
double share(std::uint64_t serial, unsigned failures) {
  return static_cast<double>(mixed(mixed(serial) + failures) >> 11U) * 0x1.0p-53;
}

class computed_pause final : public backoff {
public:
  explicit computed_pause(const client& self) : self_(self) {}

  nanoseconds pause(unsigned failures) override {
    const seconds cap(2 * static_cast<double>(self_.among.clients) / self_.among.capacity);
    const seconds ceiling = std::min(cap, seconds(std::exp2(std::min(failures, 40U)) * 0.1));
    return std::chrono::duration_cast<nanoseconds>(ceiling * share(self_.serial, 0));
  }

private:
  client self_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  return std::make_unique<computed_pause>(self);
}
