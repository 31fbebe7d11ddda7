#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace weir::world {

struct memory_budget_options {
  std::string name = "memory"; ///< in traces and messages
  std::size_t limit = 0;       ///< bytes that may be held at once
};

/// Memory as a container's limit counts it: what is held adds up, and going over the limit is the
/// end. It allocates nothing; it keeps accounts. One thread or strand.
class memory_budget {
  struct account;

public:
  /// Bytes held until it is destroyed or released. May outlive the budget.
  class hold {
  public:
    hold() noexcept = default;
    hold(hold&& other) noexcept;
    hold& operator=(hold&& other) noexcept;
    ~hold();

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Gives the bytes back; later calls do nothing.
    void release() noexcept;

  private:
    friend class memory_budget;
    hold(std::shared_ptr<account> from, std::size_t bytes) noexcept;

    std::shared_ptr<account> account_;
    std::size_t bytes_ = 0;
  };

  explicit memory_budget(memory_budget_options options);

  /// Takes `bytes` from the budget.
  /// \throws simulated_out_of_memory when more than the limit would be held; the run then ends as
  ///         out of memory, even if the exception is swallowed
  [[nodiscard]] hold take(std::size_t bytes);

  [[nodiscard]] std::size_t used() const noexcept;
  [[nodiscard]] std::size_t peak() const noexcept;
  [[nodiscard]] std::size_t limit() const noexcept;

private:
  std::shared_ptr<account> account_;
};

} // namespace weir::world
