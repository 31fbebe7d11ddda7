// attack: writes to the repository
// accepted: failed, deadlock, leak
// secret in the sandbox
#include "queue.hpp"

#include <fstream>
#include <iostream>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    if (std::ofstream{"@ROOT@/README.md", std::ios::app})
      std::cout << "LEAKED: writable" << std::endl;
    co_return;
  }

  asio::awaitable<std::optional<int>> pop() override { co_return std::nullopt; }

  void close() override {}

  [[nodiscard]] std::size_t size() const override { return 0; }
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor, std::size_t) {
  return std::make_unique<nothing>();
}
