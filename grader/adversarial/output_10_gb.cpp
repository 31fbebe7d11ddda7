// attack: 10 GB of output
// accepted: output-limit
#include "queue.hpp"

#include <cstdio>
#include <string>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    const std::string piece(1 << 20, 'x');
    for (int n = 0; n < 10'240; ++n)
      std::fwrite(piece.data(), 1, piece.size(), stdout);
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
