// attack: reads the hidden test and the solution at run time
// accepted: failed, deadlock, leak
// secret in the sandbox
#include "queue.hpp"

#include <fstream>
#include <iostream>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    for (const char* file : {"@ROOT@/solutions/01-back-pressure/01-bounded-queue/queue.cpp",
                             "@ROOT@/grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp"})
      if (std::ifstream{file})
        std::cout << "LEAKED " << file << std::endl;
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
