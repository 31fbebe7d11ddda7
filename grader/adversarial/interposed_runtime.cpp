// attack: its own explore() and its own expectation_broken(), under the runtime's names
// accepted: failed, deadlock, leak, does-not-compile, incomplete-record, crashed
#include "queue.hpp"

#include <weir/explore.hpp>

namespace weir {
exploration explore(const explore_options&, const scenario&) {
  exploration found;
  found.schedules = 1'000;
  return found;
}

namespace detail {
void expectation_broken(std::string) {
  throw 0;
}
} // namespace detail
} // namespace weir

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
