// reject: memory
// samples are numbered, in 16 bits: more than anybody will look back on
#include "alarm.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class numbered final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto passed = last_ ? seen.at - *last_ : seconds(1);
    last_ = seen.at;
    now_ = static_cast<std::uint16_t>(now_ + passed.count());
    if (passed > 60s)
      bad_.clear();
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(now_);
    while (!bad_.empty() && bad_.front() + 45 <= now_)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] + 20 > now_;
    return on_;
  }

private:
  std::optional<seconds> last_;
  std::deque<std::uint16_t> bad_;
  std::uint16_t now_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<numbered>();
}
