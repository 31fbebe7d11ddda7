/// \file
/// The handlers of one run that may run now. Part of the implementation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace weir::detail {

/// What to do with a ready handler: run it, or free it without running it.
enum class ready_action { invoke, destroy };

/// A handler that may run now. Eight bytes of payload are stored in place; they are moved bitwise,
/// so only pointers and Asio's `executor_function` (one owning pointer) are put there.
struct ready_item {
  using function = void (*)(void* payload, ready_action);
  alignas(void*) unsigned char payload[sizeof(void*)];
  function run;
  std::uint32_t task;
  /// Timers that expired together have one number, which no other has; 0 for what is no timer.
  std::uint32_t tie = 0;
};

/// The ready handlers, oldest first. Any of them can be taken; the order of the others is kept, so
/// that "index 0" always means "what a first-in-first-out loop would run".
///
/// The items stay where they are; the order is kept apart, as indices. Those behind the one that is
/// taken move up in blocks of constant size, past the end if need be: which handler a random policy
/// takes then costs no mispredicted branch. Taking is O(1) for the oldest and O(n / block) for the
/// others.
class ready_set {
public:
  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }

  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }

  [[nodiscard]] const ready_item& operator[](std::size_t i) const noexcept {
    return items_[order_[head_ + i]];
  }

  void push(const ready_item& item) {
    if (tail_ + block >= order_.size())
      make_room();
    std::uint32_t at;
    if (free_.empty()) {
      at = static_cast<std::uint32_t>(items_.size());
      items_.push_back(item);
    } else {
      at = free_.back();
      free_.pop_back();
      items_[at] = item;
    }
    order_[tail_++] = at;
  }

  ready_item take(std::size_t index) {
    const std::uint32_t at = order_[head_ + index];
    if (index == 0) {
      ++head_;
    } else {
      for (std::size_t i = head_ + index; i < tail_; i += block)
        std::memmove(&order_[i], &order_[i + 1], block * sizeof(std::uint32_t));
      --tail_;
    }
    if (head_ == tail_)
      head_ = tail_ = 0;
    free_.push_back(at);
    return items_[at];
  }

private:
  static constexpr std::size_t block = 32;

  void make_room() {
    if (head_ > order_.size() / 2) {
      std::copy(order_.begin() + static_cast<std::ptrdiff_t>(head_),
                order_.begin() + static_cast<std::ptrdiff_t>(tail_), order_.begin());
      tail_ -= head_;
      head_ = 0;
    } else {
      order_.resize(2 * order_.size() + 4 * block);
    }
  }

  std::vector<ready_item> items_;
  std::vector<std::uint32_t> free_;  ///< indices into `items_`
  std::vector<std::uint32_t> order_; ///< indices into `items_`: live ones in [head_, tail_)
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

} // namespace weir::detail
