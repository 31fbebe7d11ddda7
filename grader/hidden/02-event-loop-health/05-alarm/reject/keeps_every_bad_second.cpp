// reject: memory
// all bad seconds are kept, and those of the last 20 s are looked for among all of them
#include "alarm.hpp"

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    const auto since = [&](seconds when) {
      return std::ranges::count_if(bad_, [when](seconds one) { return one > when; });
    };
    on_ = on_ ? since(seen.at - 45s) > 0 : since(seen.at - 20s) >= 6;
    return on_;
  }

private:
  std::deque<seconds> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
