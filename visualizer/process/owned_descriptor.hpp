#pragma once

#include <unistd.h>

#include <utility>

namespace weir::viz {

/// A file descriptor that is closed at the end of its owner's life.
class owned_descriptor {
public:
  owned_descriptor() = default;

  explicit owned_descriptor(int number) noexcept : number_(number) {}

  owned_descriptor(owned_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  owned_descriptor& operator=(owned_descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  ~owned_descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  [[nodiscard]] int get() const noexcept { return number_; }

  explicit operator bool() const noexcept { return number_ >= 0; }

private:
  int number_ = -1;
};

} // namespace weir::viz
