#pragma once

#include "support/unique_fd.hpp"

#include <cstddef>
#include <span>

namespace weir::viz {

/// Memory that a child process may map too. Its size is sealed: a child that cuts it off could
/// otherwise end this process with SIGBUS. Pages cost nothing until something is written to them.
class shared_memory {
public:
  /// Throws std::system_error.
  explicit shared_memory(std::size_t size);
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;
  ~shared_memory();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// To be handed to the child.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

private:
  support::unique_fd descriptor_;
  std::span<const std::byte> bytes_;
};

} // namespace weir::viz
