// attack: turns the explorer's settings off in the middle of a test
// accepted: failed, deadlock, leak, incomplete-record, does-not-compile
#include "queue.hpp"

#include <weir/explore.hpp>

namespace {

/// Forgets every item: without the attack it passes nothing.
struct nothing final : bounded_queue {
  asio::awaitable<void> push(int) override {
    auto& exploring = weir::session();
    exploring.finished = [](const weir::exploration&) {
    };
    exploring.replay = "w1:none/none:1:-:0000";
    exploring.schedules = 1;
    exploring.schedules_forced = true;
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
