// reject: warns
// the objective itself, in a shorter window: one request of a hundred in the last minute was slow
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;

class slow_share final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    last_.push_back(seen);
    requests_ += seen.requests;
    slow_ += seen.slow;
    while (last_.front().at <= seen.at - 60s) {
      requests_ -= last_.front().requests;
      slow_ -= last_.front().slow;
      last_.pop_front();
    }
    on_ = requests_ >= 600 && slow_ * (on_ ? 200 : 100) > requests_;
    return on_;
  }

private:
  std::deque<sample> last_;
  std::size_t requests_ = 0;
  std::size_t slow_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<slow_share>();
}
