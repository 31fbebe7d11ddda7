// accept: two windows, as burn rates have them: a long one for evidence, a short one for now
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

/// For how many of the last seconds it was so; a second without a sample counts as one that was
/// not.
class share_of_seconds {
public:
  explicit share_of_seconds(seconds window) : window_(window) {}

  void add(seconds at, bool bad) {
    if (bad)
      bad_.push_back(at);
    while (!bad_.empty() && bad_.front() <= at - window_)
      bad_.pop_front();
  }

  [[nodiscard]] double value() const {
    return static_cast<double>(bad_.size()) / static_cast<double>(window_.count());
  }

private:
  seconds window_;
  std::deque<seconds> bad_;
};

class two_windows final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const bool bad = seen.uptime > 30s && seen.lag_p99 > 80ms;
    long_.add(seen.at, bad);
    short_.add(seen.at, bad);
    if (on_)
      on_ = long_.value() > 0.05;
    else
      on_ = long_.value() >= 0.15 && short_.value() >= 0.3;
    return on_;
  }

private:
  share_of_seconds long_{60s};
  share_of_seconds short_{10s};
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<two_windows>();
}
