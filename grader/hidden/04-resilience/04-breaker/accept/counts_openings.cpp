// accept: counts openings instead of periods: when it closes, no probe is out
#include "breaker.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace {

class opening_breaker final : public circuit_breaker {
public:
  explicit opening_breaker(const breaker_options& options)
      : options_(options), slots_(options.window) {}

  admission admit(time_point now) override {
    if (state_ == breaker_state::closed)
      return {.permit = here()};
    if (state_ == breaker_state::half_open)
      return take_place() ? admission{.permit = here()} : admission{};
    if (now < quiet_until_)
      return {};
    good_ = 0;
    free_places_ = options_.probes - 1;
    return {.permit = here(), .changed = to(breaker_state::half_open, now)};
  }

  effect report(ticket of, call_result result, time_point now) override {
    const bool late = of.number != openings_;
    if (late)
      return {};
    const bool probe = state_ == breaker_state::half_open;
    switch (result) {
    case call_result::abandoned:
      free_places_ += probe ? 1 : 0;
      return {};
    case call_result::failed:
      if (!probe)
        put(1);
      return {true, probe || bad_enough() ? std::optional(trip(now)) : std::nullopt};
    case call_result::succeeded:
      if (!probe) {
        put(0);
        return {true, bad_enough() ? std::optional(trip(now)) : std::nullopt};
      }
      if (++good_ < options_.probes)
        return {.counted = true};
      calls_ = 0;
      bad_ = 0;
      return {.counted = true, .changed = to(breaker_state::closed, now)};
    }
    return {};
  }

  [[nodiscard]] breaker_state state() const override { return state_; }

  [[nodiscard]] tally window() const override {
    if (state_ == breaker_state::half_open)
      return {.calls = good_, .failures = 0};
    return {.calls = in_window(), .failures = bad_};
  }

private:
  [[nodiscard]] ticket here() const { return {openings_}; }

  bool take_place() {
    if (free_places_ == 0)
      return false;
    --free_places_;
    return true;
  }

  [[nodiscard]] std::size_t in_window() const { return std::min(calls_, slots_.size()); }

  [[nodiscard]] bool bad_enough() const {
    const std::size_t seen = in_window();
    return seen >= options_.minimum_calls && 100 * bad_ >= options_.threshold * seen;
  }

  void put(std::uint8_t failure) {
    auto& slot = slots_[calls_ % slots_.size()];
    if (calls_ >= slots_.size())
      bad_ -= slot;
    slot = failure;
    bad_ += failure;
    ++calls_;
  }

  transition trip(time_point now) {
    ++openings_;
    quiet_until_ = now + options_.cooldown;
    return to(breaker_state::open, now);
  }

  transition to(breaker_state next, time_point now) {
    const transition change{state_, next, now};
    state_ = next;
    return change;
  }

  const breaker_options options_;
  breaker_state state_ = breaker_state::closed;
  std::vector<std::uint8_t> slots_; ///< 1: failed
  std::size_t calls_ = 0;           ///< since it closed
  std::size_t bad_ = 0;
  std::size_t good_ = 0;
  std::size_t free_places_ = 0;
  std::uint64_t openings_ = 0;
  time_point quiet_until_;
};

} // namespace

std::unique_ptr<circuit_breaker> make_breaker(const breaker_options& options) {
  return std::make_unique<opening_breaker>(options);
}
