#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::viz {

/// From a 64-bit id to a 32-bit index: open addressing, linear probing, no allocation but to grow.
/// For hot loops over ids that may be anything. All operations O(1) on average.
class flat_map {
public:
  static constexpr std::uint32_t none = 0xffffffffU;

  /// `none` when absent.
  [[nodiscard]] std::uint32_t find(std::int64_t id) const noexcept {
    if (cells_.empty()) {
      return none;
    }
    for (std::size_t i = home(id);; i = (i + 1) & mask_) {
      if (cells_[i].value == none || cells_[i].id == id) {
        return cells_[i].value;
      }
    }
  }

  /// Adds it or changes its value, which must not be `none`.
  void set(std::int64_t id, std::uint32_t value) {
    if (2 * (size_ + 1) > cells_.size()) {
      grow();
    }
    std::size_t i = home(id);
    while (cells_[i].value != none && cells_[i].id != id) {
      i = (i + 1) & mask_;
    }
    size_ += cells_[i].value == none ? 1 : 0;
    cells_[i] = {id, value};
  }

  void erase(std::int64_t id) noexcept {
    if (find(id) == none) {
      return;
    }
    std::size_t hole = home(id);
    while (cells_[hole].id != id) {
      hole = (hole + 1) & mask_;
    }
    // Those behind the hole that may move up do, so that no search ends too early.
    for (std::size_t i = (hole + 1) & mask_; cells_[i].value != none; i = (i + 1) & mask_) {
      if (((i - home(cells_[i].id)) & mask_) >= ((i - hole) & mask_)) {
        cells_[hole] = cells_[i];
        hole = i;
      }
    }
    cells_[hole] = {};
    --size_;
  }

  void reserve(std::size_t entries) {
    while (cells_.size() < 2 * (entries + 1)) {
      grow();
    }
  }

  void clear() noexcept {
    cells_.clear();
    mask_ = 0;
    size_ = 0;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  struct cell {
    std::int64_t id = 0;
    std::uint32_t value = none;
  };

  [[nodiscard]] std::size_t home(std::int64_t id) const noexcept {
    // Fibonacci hashing (Knuth, TAOCP 3, 6.4); consecutive ids spread well.
    return static_cast<std::size_t>((static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15ULL) >>
                                    32) &
           mask_;
  }

  void grow() {
    std::vector<cell> before(cells_.empty() ? 64 : cells_.size() * 2);
    before.swap(cells_);
    mask_ = cells_.size() - 1;
    size_ = 0;
    for (const cell& one : before) {
      if (one.value != none) {
        set(one.id, one.value);
      }
    }
  }

  std::vector<cell> cells_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

} // namespace weir::viz
