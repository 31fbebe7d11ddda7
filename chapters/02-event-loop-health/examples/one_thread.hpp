// How the examples of this chapter run: as one thread would run them on an io_context.
#pragma once

#include <weir/policy.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

/// First come, first served; and after each handler, those whose timer is due join the line. The
/// default of a run is to look at timers only when nobody is in the line.
class one_thread_policy final : public weir::policy {
public:
  bool begin_run(std::uint64_t) override { return true; }

  std::size_t choose(const weir::choice_point& point) override {
    // Of the four: "a moment passes, and what is due is ready".
    return point.kind() == weir::choice_kind::time && point.size() == 4 ? 2 : 0;
  }
};

/// What is left when `scenario` has returned is destroyed.
inline void run_on_one_thread(const weir::scenario& scenario) {
  one_thread_policy policy;
  weir::run(scenario, policy,
            {.limits = {.steps = 100'000'000},
             .leaks = weir::leak_check::ignore,
             .model = {.order = weir::order_model::one_thread,
                       .time = weir::time_model::moves,
                       .jitter = std::chrono::nanoseconds(1)}});
}
