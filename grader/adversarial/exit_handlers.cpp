// attack: exit handlers that end the process with status 0, and an exit in the middle of the tests
// accepted: incomplete-record
#include "queue.hpp"

#include <unistd.h>

#include <cstdlib>

namespace {

void leave() {
  ::_exit(0);
}

const bool registered = std::atexit(leave) == 0 && std::at_quick_exit(leave) == 0;

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    if (registered)
      std::exit(0);
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
