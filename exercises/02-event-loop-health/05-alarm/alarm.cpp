#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;

/// The mean of a minute: one long handler at night does not wake anybody.
class mean_alarm final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    lags_.push_back(seen.lag_mean);
    sum_ += seen.lag_mean;
    if (lags_.size() > 60) {
      sum_ -= lags_.front();
      lags_.pop_front();
    }
    return sum_ > 100ms * lags_.size();
  }

private:
  std::deque<std::chrono::nanoseconds> lags_;
  std::chrono::nanoseconds sum_{};
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<mean_alarm>();
}
