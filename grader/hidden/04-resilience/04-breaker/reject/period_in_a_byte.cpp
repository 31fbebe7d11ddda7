// reject: late-results
// a byte is enough to tell this period from the last one
#include "breaker.hpp"

#include <deque>

namespace {

/// The newest results, at most `size` of them.
class sliding_window {
public:
  explicit sliding_window(std::size_t size) : size_(size) {}

  void add(bool failed) {
    results_.push_back(failed);
    seen_.failures += failed ? 1 : 0;
    if (results_.size() > size_) {
      seen_.failures -= results_.front() ? 1 : 0;
      results_.pop_front();
    }
    seen_.calls = results_.size();
  }

  void clear() {
    results_.clear();
    seen_ = {};
  }

  [[nodiscard]] tally seen() const { return seen_; }

private:
  std::size_t size_;
  std::deque<bool> results_; ///< true: failed
  tally seen_;
};

/// A ticket carries the number of the period in which it was given out, and that is all it takes to
/// recognise a late result. Nothing is ever admitted while open, so whatever carries the present
/// number is the result of a closed or of a half-open breaker's own call.
class period_breaker final : public circuit_breaker {
public:
  explicit period_breaker(const breaker_options& options)
      : options_(options), results_(options.window) {}

  admission admit(time_point now) override {
    admission answer;
    if (state_ == breaker_state::open && now - opened_at_ >= options_.cooldown)
      answer.changed = change_to(breaker_state::half_open, now);
    if (state_ == breaker_state::open)
      return answer;
    if (state_ == breaker_state::half_open && probes_out_ == options_.probes)
      return answer;
    if (state_ == breaker_state::half_open)
      ++probes_out_;
    answer.permit = ticket{period_};
    return answer;
  }

  effect report(ticket of, call_result result, time_point now) override {
    if (of.number != period_)
      return {};
    if (result == call_result::abandoned) {
      if (state_ == breaker_state::half_open)
        --probes_out_;
      return {};
    }
    const bool failed = result == call_result::failed;
    return {.counted = true,
            .changed = state_ == breaker_state::closed ? judge_window(failed, now)
                                                       : judge_probes(failed, now)};
  }

  [[nodiscard]] breaker_state state() const override { return state_; }

  [[nodiscard]] tally window() const override { return seen_; }

private:
  std::optional<transition> judge_window(bool failed, time_point now) {
    results_.add(failed);
    seen_ = results_.seen();
    if (seen_.calls < options_.minimum_calls ||
        seen_.failures * 100 < options_.threshold * seen_.calls)
      return {};
    return change_to(breaker_state::open, now);
  }

  std::optional<transition> judge_probes(bool failed, time_point now) {
    ++seen_.calls;
    if (failed) {
      ++seen_.failures;
      return change_to(breaker_state::open, now);
    }
    if (seen_.calls == options_.probes)
      return change_to(breaker_state::closed, now);
    return {};
  }

  transition change_to(breaker_state next, time_point now) {
    const transition change{.from = state_, .to = next, .at = now};
    state_ = next;
    ++period_;
    probes_out_ = 0;
    results_.clear();
    if (next == breaker_state::open)
      opened_at_ = now;
    else
      seen_ = {};
    return change;
  }

  const breaker_options options_;
  sliding_window results_; ///< of this period, if it is a closed one
  tally seen_;             ///< of this period; while open, of the one before
  breaker_state state_ = breaker_state::closed;
  std::uint8_t period_ = 0;
  std::size_t probes_out_ = 0; ///< admitted in this period and not abandoned
  time_point opened_at_;
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<period_breaker>(options);
}
