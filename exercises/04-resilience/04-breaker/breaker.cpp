#include "breaker.hpp"

#include <deque>

namespace {

class window_breaker final : public circuit_breaker {
public:
  explicit window_breaker(const breaker_options& options) : options_(options) {}

  admission admit(time_point now) override {
    switch (state_) {
    case breaker_state::closed:
      return {.permit = ticket{++calls_}};
    case breaker_state::open:
      if (now - opened_at_ < options_.cooldown)
        return {};
      probes_ = 1;
      succeeded_ = 0;
      return {.permit = ticket{++calls_}, .changed = change_to(breaker_state::half_open, now)};
    case breaker_state::half_open:
      if (probes_ == options_.probes)
        return {};
      ++probes_;
      return {.permit = ticket{++calls_}};
    }
    return {};
  }

  effect report(ticket, call_result result, time_point now) override {
    switch (state_) {
    case breaker_state::closed:
      if (result == call_result::abandoned)
        return {};
      add(result);
      if (too_many_failures())
        return {.counted = true, .changed = change_to(breaker_state::open, now)};
      return {.counted = true};
    case breaker_state::open:
      return {}; // whoever was under way when it opened: no news
    case breaker_state::half_open:
      if (result == call_result::abandoned) {
        --probes_;
        return {};
      }
      if (result == call_result::failed)
        return {.counted = true, .changed = change_to(breaker_state::open, now)};
      if (++succeeded_ < options_.probes)
        return {.counted = true};
      results_.clear();
      failures_ = 0;
      return {.counted = true, .changed = change_to(breaker_state::closed, now)};
    }
    return {};
  }

  [[nodiscard]] breaker_state state() const override { return state_; }

  [[nodiscard]] tally window() const override {
    if (state_ == breaker_state::half_open)
      return {.calls = succeeded_, .failures = 0};
    return {.calls = results_.size(), .failures = failures_};
  }

private:
  void add(call_result result) {
    results_.push_back(result);
    failures_ += result == call_result::failed ? 1 : 0;
    if (results_.size() > options_.window) {
      failures_ -= results_.front() == call_result::failed ? 1 : 0;
      results_.pop_front();
    }
  }

  [[nodiscard]] bool too_many_failures() const {
    return results_.size() >= options_.minimum_calls &&
           failures_ * 100 >= results_.size() * options_.threshold;
  }

  transition change_to(breaker_state next, time_point now) {
    const transition change{.from = state_, .to = next, .at = now};
    state_ = next;
    if (next == breaker_state::open)
      opened_at_ = now;
    return change;
  }

  const breaker_options options_;
  breaker_state state_ = breaker_state::closed;
  std::deque<call_result> results_;
  std::size_t failures_ = 0;
  std::size_t probes_ = 0;    ///< admitted since it is half-open
  std::size_t succeeded_ = 0; ///< of them
  time_point opened_at_;
  std::uint64_t calls_ = 0;
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<window_breaker>(options);
}
