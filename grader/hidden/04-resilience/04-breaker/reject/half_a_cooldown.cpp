// reject: probes-decide failed
// The time of opening is set where the window trips, and a failed probe does not come by there.
#include "breaker.hpp"

#include <deque>

namespace {

class window_breaker final : public circuit_breaker {
public:
  explicit window_breaker(const breaker_options& options) : options_(options) {}

  admission admit(time_point now) override {
    std::optional<transition> changed;
    if (state_ == breaker_state::open) {
      if (now - opened_at_ < options_.cooldown)
        return {};
      changed = become(breaker_state::half_open, now);
    }
    if (state_ == breaker_state::half_open) {
      if (probes_ == options_.probes)
        return {};
      ++probes_;
    }
    return {.permit = ticket{period_}, .changed = changed};
  }

  effect report(ticket of, call_result result, time_point now) override {
    if (of.number != period_)
      return {};
    if (result == call_result::abandoned) {
      if (state_ == breaker_state::half_open)
        --probes_;
      return {};
    }
    if (state_ == breaker_state::half_open)
      return {.counted = true, .changed = probe_ended(result, now)};
    remember(result == call_result::failed);
    if (too_many_failures())
      return {.counted = true, .changed = become(breaker_state::open, now)};
    return {.counted = true};
  }

  [[nodiscard]] breaker_state state() const override { return state_; }

  [[nodiscard]] tally window() const override {
    if (state_ == breaker_state::half_open)
      return {.calls = succeeded_, .failures = 0};
    return {.calls = failed_.size(), .failures = failures_};
  }

private:
  std::optional<transition> probe_ended(call_result result, time_point now) {
    if (result == call_result::failed)
      return become(breaker_state::open, now);
    if (++succeeded_ == options_.probes)
      return become(breaker_state::closed, now);
    return {};
  }

  void remember(bool failed) {
    failed_.push_back(failed);
    failures_ += failed ? 1 : 0;
    if (failed_.size() > options_.window) {
      failures_ -= failed_.front() ? 1 : 0;
      failed_.pop_front();
    }
  }

  [[nodiscard]] bool too_many_failures() const {
    return failed_.size() >= options_.minimum_calls &&
           failures_ * 100 >= failed_.size() * options_.threshold;
  }

  transition become(breaker_state next, time_point now) {
    const transition change{.from = state_, .to = next, .at = now};
    if (state_ == breaker_state::closed)
      opened_at_ = now;
    state_ = next;
    ++period_;
    if (next == breaker_state::half_open) {
      probes_ = 0;
      succeeded_ = 0;
    }
    if (next == breaker_state::closed) {
      failed_.clear();
      failures_ = 0;
    }
    return change;
  }

  const breaker_options options_;
  breaker_state state_ = breaker_state::closed;
  std::uint64_t period_ = 0;
  std::deque<bool> failed_; ///< oldest first
  std::size_t failures_ = 0;
  std::size_t probes_ = 0; ///< admitted and not abandoned
  std::size_t succeeded_ = 0;
  time_point opened_at_;
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<window_breaker>(options);
}
