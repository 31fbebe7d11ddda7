// attack: a failing run whose last word, by a destructor, is exit status 0
// accepted: failed, deadlock, leak
#include "queue.hpp"

#include <unistd.h>

struct last_words {
  ~last_words() { ::_exit(0); }
} const at_the_end;

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override { co_return; }

  asio::awaitable<std::optional<int>> pop() override { co_return std::nullopt; }

  void close() override {}

  [[nodiscard]] std::size_t size() const override { return 0; }
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor, std::size_t) {
  return std::make_unique<nothing>();
}
