/// \file
/// Timers of one run and the waits on them. Part of the implementation.
#pragma once

#include <weir/detail/ready_set.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>

namespace weir::detail {

class engine;
class virtual_timer;

/// One pending wait on a timer. Lives in the engine's heap until it expires or is cancelled, then
/// in the ready set.
struct timer_wait {
  using function = void (*)(timer_wait*, ready_action, const boost::system::error_code&);
  function run;
  std::uint32_t task = 0;
  std::uint32_t heap_index = 0;
  virtual_timer* owner = nullptr;
  timer_wait* next = nullptr;
  timer_wait* previous = nullptr;
  timer_wait** cancellation = nullptr; ///< the back reference of a cancellation handler, if any
  bool cancelled = false;
};

/// A timer's share of the engine: its expiry and the list of waits on it. One per timer object.
class virtual_timer {
public:
  explicit virtual_timer(engine& e) noexcept : engine_(&e) {}

  virtual_timer(virtual_timer&& other) noexcept;
  virtual_timer& operator=(virtual_timer&& other) noexcept;
  ~virtual_timer();

  std::size_t cancel() noexcept;
  std::size_t cancel_one() noexcept;

  std::size_t expires_at(std::int64_t when) noexcept {
    const std::size_t cancelled = first_ ? cancel() : 0;
    expiry_ = when;
    return cancelled;
  }

  [[nodiscard]] std::int64_t expiry() const noexcept { return expiry_; }

  [[nodiscard]] engine& owner() const noexcept { return *engine_; }

private:
  friend class engine;
  void adopt(virtual_timer& other) noexcept;
  engine* engine_;
  std::int64_t expiry_ = 0; ///< nanoseconds since the run began
  timer_wait* first_ = nullptr;
  timer_wait* last_ = nullptr;
};

} // namespace weir::detail
