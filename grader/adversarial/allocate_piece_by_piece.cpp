// attack: allocates and touches memory until there is none
// accepted: out-of-memory
#include "queue.hpp"

#include <vector>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    static std::vector<std::vector<char>> all;
    for (;;)
      all.emplace_back(std::size_t{16} << 20, 'x');
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
