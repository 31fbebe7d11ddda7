// reject: opens failed
// 29 of 50 are 57.99999999999999 per cent, which is less than 58.
#include "breaker.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace {

/// Results, newest over oldest.
class ring {
public:
  explicit ring(std::size_t size) : size_(size) { slots_.reserve(size); }

  void put(bool failure) {
    if (slots_.size() < size_)
      slots_.push_back(failure);
    else
      slots_[next_] = failure;
    next_ = (next_ + 1) % size_;
  }

  [[nodiscard]] tally count() const {
    return {.calls = slots_.size(),
            .failures = static_cast<std::size_t>(std::ranges::count(slots_, true))};
  }

private:
  std::size_t size_;
  std::size_t next_ = 0;
  std::vector<bool> slots_;
};

struct closed {
  ring results;
};

struct open {
  tally reason;
  time_point until;
};

struct half_open {
  std::size_t places_left = 0;
  std::size_t successes_wanted = 0;
};

using any_state = std::variant<closed, open, half_open>;

class variant_breaker final : public circuit_breaker {
public:
  explicit variant_breaker(const breaker_options& options)
      : options_(options), state_(closed{ring(options.window)}) {}

  admission admit(time_point now) override {
    admission answer;
    if (const auto* waiting = std::get_if<open>(&state_); waiting && now >= waiting->until)
      answer.changed = enter(half_open{options_.probes, options_.probes}, now);
    if (std::holds_alternative<open>(state_))
      return answer;
    if (auto* trying = std::get_if<half_open>(&state_)) {
      if (trying->places_left == 0)
        return answer;
      --trying->places_left;
    }
    answer.permit = ticket{next_call_++};
    return answer;
  }

  effect report(ticket of, call_result result, time_point now) override {
    if (of.number < first_of_period_)
      return {};
    const auto visitor = [&](auto& current) {
      return step(current, result, now);
    };
    return std::visit(visitor, state_);
  }

  [[nodiscard]] breaker_state state() const override {
    return static_cast<breaker_state>(state_.index());
  }

  [[nodiscard]] tally window() const override {
    if (const auto* counting = std::get_if<closed>(&state_))
      return counting->results.count();
    if (const auto* waiting = std::get_if<open>(&state_))
      return waiting->reason;
    return {.calls = options_.probes - std::get<half_open>(state_).successes_wanted, .failures = 0};
  }

private:
  effect step(closed& now_closed, call_result result, time_point now) {
    if (result == call_result::abandoned)
      return {};
    now_closed.results.put(result == call_result::failed);
    const tally seen = now_closed.results.count();
    effect done{.counted = true};
    if (seen.calls >= options_.minimum_calls &&
        static_cast<double>(seen.failures) / static_cast<double>(seen.calls) * 100 >=
            options_.threshold)
      done.changed = enter(open{seen, now + options_.cooldown}, now);
    return done;
  }

  effect step(half_open& trying, call_result result, time_point now) {
    effect done{.counted = result != call_result::abandoned};
    if (result == call_result::abandoned)
      ++trying.places_left;
    else if (result == call_result::failed)
      done.changed = enter(open{{.calls = 1, .failures = 1}, now + options_.cooldown}, now);
    else if (--trying.successes_wanted == 0)
      done.changed = enter(closed{ring(options_.window)}, now);
    return done;
  }

  static effect step(open&, call_result, time_point) {
    return {}; // nothing is admitted while it is open, hence nothing can count
  }

  transition enter(any_state next, time_point now) {
    const breaker_state before = state();
    state_ = std::move(next);
    first_of_period_ = next_call_;
    return {.from = before, .to = state(), .at = now};
  }

  const breaker_options options_;
  any_state state_;
  std::uint64_t next_call_ = 0;
  std::uint64_t first_of_period_ = 0; ///< calls with a smaller number are of an earlier one
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<variant_breaker>(options);
}
