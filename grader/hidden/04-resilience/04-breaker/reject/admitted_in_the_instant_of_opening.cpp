// reject: late-results failed
// Late is what was admitted before the last change. What of the instant of that change?
#include "breaker.hpp"

#include <deque>
#include <numeric>

namespace {

std::uint64_t number_of(time_point when) {
  return static_cast<std::uint64_t>(when.time_since_epoch().count());
}

time_point time_of(ticket of) {
  return time_point(time_point::duration(static_cast<time_point::rep>(of.number)));
}

/// What happened in one period. A change of state replaces all of it.
struct period {
  breaker_state state = breaker_state::closed;
  time_point began = time_point::min();
  std::deque<int> failures; ///< closed: 1 for a failure, 0 for a success
  std::size_t admitted = 0;
  std::size_t abandoned = 0;
  std::size_t succeeded = 0;

  [[nodiscard]] std::size_t failed() const {
    return std::accumulate(failures.begin(), failures.end(), std::size_t{0});
  }
};

class dated_breaker final : public circuit_breaker {
public:
  explicit dated_breaker(const breaker_options& options) : options_(options) {}

  admission admit(time_point now) override {
    admission answer;
    if (current_.state == breaker_state::open && now - current_.began >= options_.cooldown)
      answer.changed = begin(breaker_state::half_open, now);
    if (!has_room())
      return answer;
    ++current_.admitted;
    answer.permit = ticket{number_of(now)};
    return answer;
  }

  effect report(ticket of, call_result result, time_point now) override {
    if (time_of(of) < current_.began)
      return {};
    if (result == call_result::abandoned) {
      ++current_.abandoned;
      return {};
    }
    take(result);
    const breaker_state next = judged(result);
    if (next == current_.state)
      return {.counted = true};
    return {.counted = true, .changed = begin(next, now)};
  }

  [[nodiscard]] breaker_state state() const override { return current_.state; }

  [[nodiscard]] tally window() const override {
    if (current_.state == breaker_state::open)
      return reason_;
    if (current_.state == breaker_state::half_open)
      return {.calls = current_.succeeded, .failures = 0};
    return {.calls = current_.failures.size(), .failures = current_.failed()};
  }

private:
  [[nodiscard]] bool has_room() const {
    if (current_.state == breaker_state::half_open)
      return current_.admitted - current_.abandoned < options_.probes;
    return current_.state == breaker_state::closed;
  }

  void take(call_result result) {
    current_.succeeded += result == call_result::succeeded ? 1 : 0;
    current_.failures.push_back(result == call_result::failed ? 1 : 0);
    if (current_.failures.size() > options_.window)
      current_.failures.pop_front();
  }

  [[nodiscard]] breaker_state judged(call_result latest) const {
    if (current_.state == breaker_state::half_open) {
      if (latest == call_result::failed)
        return breaker_state::open;
      return current_.succeeded == options_.probes ? breaker_state::closed
                                                   : breaker_state::half_open;
    }
    const std::size_t seen = current_.failures.size();
    const bool enough = seen >= options_.minimum_calls;
    const bool bad = current_.failed() * 100 >= seen * options_.threshold;
    return enough && bad ? breaker_state::open : breaker_state::closed;
  }

  transition begin(breaker_state next, time_point now) {
    const transition change{.from = current_.state, .to = next, .at = now};
    reason_ = {.calls = current_.failures.size(), .failures = current_.failed()};
    current_ = period{};
    current_.state = next;
    current_.began = now;
    return change;
  }

  const breaker_options options_;
  period current_;
  tally reason_;
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<dated_breaker>(options);
}
