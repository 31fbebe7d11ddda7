// The engine's clock and its timers.
#include "thread_crew.hpp"

#include <weir/detail/engine.hpp>
#include <weir/policy.hpp>
#include <weir/trace/recorder.hpp>

#include <algorithm>

namespace weir::detail {

namespace {

using trace::event_kind;

/// What a `clock_advanced` event says in `b`.
enum clock_reason : std::int64_t { nothing_ready = 0, handlers_took_time = 1, woke_late = 2 };

/// How late a loop is that is late by next to nothing: as every real one is.
constexpr std::int64_t hair = 1'000;

/// So many handlers in a row without a moment of time, and the loop is taken to spin: it waits for
/// time to pass, and would wait for good.
constexpr std::uint64_t patience = 1'000;

} // namespace

void engine::start_wait(virtual_timer& timer, timer_wait& wait) {
  wait.task = current_task_;
  wait.owner = &timer;
  wait.previous = timer.last_;
  (timer.last_ ? timer.last_->next : timer.first_) = &wait;
  timer.last_ = &wait;
  heap_insert({make_key(timer.expiry_, sequence_++), &wait});
}

void engine::make_ready(timer_wait& wait, std::uint32_t tie) {
  if (wait.cancellation) {
    *wait.cancellation = nullptr;
    wait.cancellation = nullptr;
  }
  if (virtual_timer* timer = wait.owner) {
    (wait.previous ? wait.previous->next : timer->first_) = wait.next;
    (wait.next ? wait.next->previous : timer->last_) = wait.previous;
    wait.owner = nullptr;
  }
  ready_item item;
  timer_wait* pointer = &wait;
  std::memcpy(item.payload, &pointer, sizeof pointer);
  item.run = &run_wait;
  item.task = wait.task;
  item.tie = tie;
  ready_.push(item);
}

void engine::cancel_wait(timer_wait& wait) noexcept {
  heap_remove(wait.heap_index);
  wait.cancelled = true;
  make_ready(wait, 0);
}

// ---- the clock
// ------------------------------------------------------------------------------------

bool engine::is_due() const noexcept {
  return !heap_.empty() && heap_.front().when() <= now_;
}

void engine::move_clock(std::int64_t to, std::int64_t why) {
  if (to == now_)
    return;
  if (auto* r = trace::current_recorder())
    r->append({.t_ns = to, .kind = event_kind::clock_advanced, .a = now_, .b = why});
  now_ = to;
  steps_at_tick_ = steps_;
  mix(static_cast<std::uint64_t>(now_));
}

/// Makes ready what is due, in the order of expiry.
void engine::release_due() {
  released_by_ = 0;
  std::int64_t expiry = -1;
  while (is_due()) {
    if (heap_.front().when() != expiry) {
      expiry = heap_.front().when();
      ++tie_;
    }
    if (ties_are_open_) {
      release_in_any_order(expiry);
    } else {
      timer_wait& wait = *heap_.front().wait;
      heap_remove(0);
      make_ready(wait, tie_);
    }
  }
}

/// Timers of one expiry, for an order that says nothing about them: Asio keeps timers in a heap.
/// The waits of one timer keep their order.
void engine::release_in_any_order(std::int64_t expiry) {
  tied_.clear();
  while (!heap_.empty() && heap_.front().when() == expiry) {
    tied_.push_back(heap_.front().wait);
    heap_remove(0);
  }
  while (!tied_.empty()) {
    tied_tasks_.clear();
    tied_first_.clear();
    for (std::size_t i = 0; i < tied_.size(); ++i)
      if (tied_[i]->previous == nullptr) { // the first wait of its timer
        tied_tasks_.push_back(tied_[i]->task);
        tied_first_.push_back(i);
      }
    const bool open = tied_tasks_.size() > 1;
    const std::size_t at = tied_first_[open ? decide(choice_point(tied_tasks_)) : 0];
    timer_wait& wait = *tied_[at];
    tied_.erase(tied_.begin() + static_cast<std::ptrdiff_t>(at));
    make_ready(wait, tie_);
  }
}

bool engine::advance(std::int64_t limit) {
  const std::int64_t next = std::max(heap_.front().when(), now_);
  if (next > limit)
    return false;
  if (next != now_) {
    waited_at_ = next;
    steps_at_wait_ = steps_;
    leap_ = 0;
  }
  const std::int64_t late = time_moves_ ? lateness(next, limit) : 0;
  move_clock(next + late, late == 0 ? nothing_ready : woke_late);
  release_due();
  return true;
}

/// By how much a loop that waits for `expiry` wakes up after it: not at all, by a hair, or by the
/// whole jitter.
std::int64_t engine::lateness(std::int64_t expiry, std::int64_t limit) {
  const std::int64_t most = std::min(jitter_, limit - expiry);
  if (most <= 0)
    return 0;
  ++time_choices_;
  switch (decide(choice_point(choice_kind::time, most > hair ? 3 : 2))) {
  case 0:
    return 0;
  case 1:
    return std::min(most, hair);
  default:
    return most;
  }
}

/// What the handler that has just run took, and whether the loop now looks at its timers. By
/// number: no time; up to the next expiry, if the jitter reaches it, and the timer is ready; the
/// whole jitter, and what is due is ready; the whole jitter, and the loop doesn't look.
void engine::pass_time(std::int64_t limit) {
  if (steps_ - steps_at_tick_ >= patience)
    leap(limit);
  if (ready_.empty() || steps_ == 0)
    return;
  // A loop looks at its timers once in a round of what is ready, so nothing is overlooked for
  // longer.
  if (!is_due())
    released_by_ = 0;
  else if (released_by_ == 0)
    released_by_ = steps_ + ready_.size();
  else if (steps_ >= released_by_) {
    release_due();
    return;
  }
  const std::int64_t most = std::min(jitter_, limit - now_);
  if (most <= 0)
    return;
  const bool reached = !heap_.empty() && heap_.front().when() - now_ <= most;
  ++time_choices_;
  const std::size_t chosen = decide(choice_point(choice_kind::time, reached ? 4 : 2));
  if (chosen == 0)
    return;
  move_clock(chosen == 1 && reached ? std::max(heap_.front().when(), now_) : now_ + most,
             handlers_took_time);
  if (chosen <= 2)
    release_due();
}

/// A loop that spins takes time after all: up to the next expiry, if its handlers can have taken
/// that long, in steps that grow.
void engine::leap(std::int64_t limit) {
  const auto handlers = static_cast<std::int64_t>(steps_ - steps_at_tick_);
  const std::int64_t longest = jitter_ > std::numeric_limits<std::int64_t>::max() / handlers
                                   ? std::numeric_limits<std::int64_t>::max()
                                   : jitter_ * handlers;
  leap_ =
      std::clamp(leap_ <= longest / 2 ? 2 * leap_ : longest, std::min(jitter_, longest), longest);
  std::int64_t by = std::min(leap_, limit - now_);
  if (!heap_.empty() && !is_due())
    by = std::min(by, heap_.front().when() - now_);
  if (by <= 0)
    return;
  move_clock(now_ + by, handlers_took_time);
  release_due();
}

void engine::block(std::chrono::nanoseconds d) noexcept {
  if (d.count() <= 0)
    return;
  if (crew_)
    crew_->block_loop(d);
  else
    now_ += d.count();
  mix(static_cast<std::uint64_t>(now_));
  if (auto* r = trace::current_recorder())
    r->append(
        {.t_ns = now_, .task = current_task_, .kind = event_kind::loop_blocked, .a = d.count()});
}

void engine::heap_insert(const heap_entry& entry) {
  heap_.push_back(entry);
  entry.wait->heap_index = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(heap_.size() - 1);
}

void engine::heap_remove(std::size_t index) noexcept {
  const heap_entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size())
    return;
  place(index, last);
  if (sift_up(index) == index)
    sift_down(index);
}

std::size_t engine::sift_up(std::size_t index) noexcept {
  const heap_entry moving = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 4;
    if (moving.key >= heap_[parent].key)
      break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, moving);
  return index;
}

void engine::sift_down(std::size_t index) noexcept {
  heap_entry* const heap = heap_.data();
  const std::size_t size = heap_.size();
  const heap_entry moving = heap[index];
  for (;;) {
    const std::size_t first = 4 * index + 1;
    std::size_t least = first;
    if (first + 4 <= size) {
      const std::size_t left = first + (heap[first + 1].key < heap[first].key);
      const std::size_t right = first + 2 + (heap[first + 3].key < heap[first + 2].key);
      least = heap[right].key < heap[left].key ? right : left;
    } else {
      if (first >= size)
        break;
      for (std::size_t child = first + 1; child < size; ++child)
        if (heap[child].key < heap[least].key)
          least = child;
    }
    if (moving.key <= heap[least].key)
      break;
    place(index, heap[least]);
    index = least;
  }
  place(index, moving);
}

} // namespace weir::detail
