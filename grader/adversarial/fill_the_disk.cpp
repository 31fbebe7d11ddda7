// attack: a file without end
// accepted: output-limit
#include "queue.hpp"

#include <fstream>
#include <string>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    const std::string piece(1 << 20, 'x');
    for (std::ofstream file{"large"}; file; file.flush())
      file << piece;
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
