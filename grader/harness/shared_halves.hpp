#pragma once

#include <cstddef>
#include <span>

namespace weir::harness {

/// Memory that the window reads finished runs from, in two halves. Mapped for as long as the
/// process lives, and in all that are forked from it.
class shared_halves {
public:
  /// Takes the memfd over. Throws std::runtime_error when it is none.
  explicit shared_halves(int descriptor);

  std::span<std::byte> operator[](std::size_t half) const {
    return all_.subspan(half * (all_.size() / 2), all_.size() / 2);
  }

private:
  std::span<std::byte> all_;
};

} // namespace weir::harness
