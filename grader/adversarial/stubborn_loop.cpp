// attack: a loop without end that ignores every signal it can
// accepted: timed-out
#include "queue.hpp"

#include <csignal>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    for (int signal = 1; signal < 64; ++signal)
      std::signal(signal, SIG_IGN);
    for (volatile int n = 0;; n = n + 1) {
    }
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
