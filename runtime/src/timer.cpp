#include "thread_crew.hpp"

#include <weir/prelude.hpp>

namespace weir::detail {

virtual_timer::virtual_timer(virtual_timer&& other) noexcept : engine_(other.engine_) {
  adopt(other);
}

virtual_timer& virtual_timer::operator=(virtual_timer&& other) noexcept {
  if (this != &other) {
    cancel();
    engine_ = other.engine_;
    adopt(other);
  }
  return *this;
}

virtual_timer::~virtual_timer() {
  cancel();
}

void virtual_timer::adopt(virtual_timer& other) noexcept {
  expiry_ = other.expiry_;
  first_ = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, nullptr);
  for (timer_wait* wait = first_; wait; wait = wait->next)
    wait->owner = this;
}

std::size_t virtual_timer::cancel() noexcept {
  std::size_t cancelled = 0;
  while (cancel_one() != 0)
    ++cancelled;
  return cancelled;
}

std::size_t virtual_timer::cancel_one() noexcept {
  if (first_ == nullptr)
    return 0;
  engine_->cancel_wait(*first_);
  return 1;
}

void wait_canceller::cancel() noexcept {
  wait_->owner->owner().cancel_wait(*wait_);
}

void block_until(const virtual_timer& timer) noexcept {
  const std::chrono::nanoseconds left(timer.expiry() - timer.owner().now());
  if (auto* member = crew_member::current())
    member->block_quietly(left);
  else
    timer.owner().block(left);
}

void note_wait_location(engine& e, const std::source_location& where) noexcept {
  e.waits_at(where);
}

suspension::suspension(const void* bottom_frame, void* top_frame, const std::type_info& operation)
    : engine_(engine::current()) {
  if (engine_ == nullptr)
    return;
  outer_ = engine_->current_task();
  task_ = engine_->suspending(bottom_frame, top_frame, operation);
  engine_->current_task(task_);
}

suspension::~suspension() {
  if (engine_ == nullptr)
    return;
  engine_->current_task(outer_);
}

resumption::resumption(std::uint32_t task) noexcept
    : engine_(task != 0 ? engine::current() : nullptr), task_(task) {
  if (engine_ == nullptr)
    return;
  outer_ = engine_->current_task();
  engine_->resumed(task_);
}

resumption::~resumption() {
  if (engine_ == nullptr)
    return;
  engine_->returned(task_);
  engine_->current_task(outer_);
}

} // namespace weir::detail

namespace boost::asio {

template class basic_waitable_timer<std::chrono::steady_clock,
                                    wait_traits<std::chrono::steady_clock>, any_io_executor>;

} // namespace boost::asio
