// reject: peak
// serial ^ failures modulo 1000 looks random, and a client's pauses hardly change
#include "backoff.hpp"

#include <algorithm>
#include <cmath>

namespace {

using std::chrono::nanoseconds;
using seconds = std::chrono::duration<double>;

/// From 0 to 1, and for a client's n-th failure always the same.
double share(std::uint64_t serial, unsigned failures) {
  return static_cast<double>((serial ^ failures) % 1000) / 1000;
}

class computed_pause final : public backoff {
public:
  explicit computed_pause(const client& self) : self_(self) {}

  nanoseconds pause(unsigned failures) override {
    const seconds cap(2 * static_cast<double>(self_.among.clients) / self_.among.capacity);
    const seconds ceiling = std::min(cap, seconds(std::exp2(std::min(failures, 40U)) * 0.1));
    return std::chrono::duration_cast<nanoseconds>(ceiling * share(self_.serial, failures));
  }

private:
  client self_;
};

} // namespace

std::unique_ptr<backoff> make_backoff(const client& self) {
  return std::make_unique<computed_pause>(self);
}
