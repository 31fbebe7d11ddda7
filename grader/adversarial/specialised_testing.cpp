// attack: explicit specialisations of the test kit, by which every operation has returned what is
//         wanted; by the rules of dynamic linking they could stand before the tests' own
// accepted: failed, deadlock, leak, does-not-compile
#include "queue.hpp"

#include <weir/testing.hpp>

#include <cstdio>

namespace weir::testing {
template <>
bool fate_of<void>::pending() const noexcept {
  std::puts("LEAKED: a test called this");
  return false;
}

template <>
bool fate_of<void>::returned() const noexcept {
  std::puts("LEAKED: a test called this");
  return true;
}

template <>
bool fate_of<std::optional<int>>::returned() const noexcept {
  std::puts("LEAKED: a test called this");
  return true;
}

template <>
std::string operation<void>::text() const {
  std::puts("LEAKED: a test called this");
  return {};
}

template <>
void operation<void>::end(fate_of<void>) {
  std::puts("LEAKED: a test called this");
  note_end();
}

template <>
void operation<std::optional<int>>::end(fate_of<std::optional<int>>) {
  std::puts("LEAKED: a test called this");
  note_end();
}
} // namespace weir::testing

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
