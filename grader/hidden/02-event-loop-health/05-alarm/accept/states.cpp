// accept: a state machine: quiet, suspicious, ringing, each with what it has to know
#include "alarm.hpp"

#include <variant>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

struct quiet {};

struct suspicious {
  seconds last; ///< bad second
  int bad = 1;  ///< so many, with no long lull in between
};

struct ringing {
  seconds last;
};

class state_machine final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const bool bad = seen.uptime > 30s && seen.lag_p99 > 90ms;
    if (auto* now = std::get_if<suspicious>(&state_)) {
      if (seen.at - now->last > 12s)
        state_ = quiet{}; // a lull as long as this is no part of an incident
    } else if (auto* still = std::get_if<ringing>(&state_)) {
      if (bad)
        still->last = seen.at;
      else if (seen.at - still->last >= 40s)
        state_ = quiet{};
    }
    if (bad)
      count(seen.at);
    return std::holds_alternative<ringing>(state_);
  }

private:
  void count(seconds at) {
    if (std::holds_alternative<quiet>(state_)) {
      state_ = suspicious{.last = at};
    } else if (auto* now = std::get_if<suspicious>(&state_)) {
      now->last = at;
      if (++now->bad >= 8)
        state_ = ringing{at};
    }
  }

  std::variant<quiet, suspicious, ringing> state_;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<state_machine>();
}
