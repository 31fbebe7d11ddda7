// attack: templates that double with every level
// accepted: does-not-compile, timed-out
#include "queue.hpp"

template <int Depth, unsigned long Path>
struct doubled {
  static constexpr unsigned long value =
      doubled<Depth - 1, Path * 2>::value + doubled<Depth - 1, Path * 2 + 1>::value;
};

template <unsigned long Path>
struct doubled<0, Path> {
  static constexpr unsigned long value = Path;
};

static_assert(doubled<40, 0>::value != 1);

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
