// accept: as in the chapter: windows of ten seconds, on after three in a row above 100 ms, off
// after six below 50
#include "alarm.hpp"

#include <algorithm>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class three_windows final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (begin_ && seen.at - *begin_ > 60s)
      high_ = low_ = 0; // nobody knows what was in between
    if (begin_ && seen.at - *begin_ >= 10s)
      close();
    if (!begin_ || seen.at - *begin_ >= 10s) {
      begin_ = seen.at;
      most_ = {};
    }
    if (seen.uptime > 25s)
      most_ = std::max(most_, seen.lag_p99);
    return on_;
  }

private:
  void close() {
    high_ = most_ > 100ms ? high_ + 1 : 0;
    low_ = most_ < 50ms ? low_ + 1 : 0;
    if (!on_ && high_ >= 3)
      on_ = true;
    else if (on_ && low_ >= 6)
      on_ = false;
  }

  std::optional<seconds> begin_;
  nanoseconds most_{};
  int high_ = 0;
  int low_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<three_windows>();
}
