// attack: explicit specialisations of weir::expect that let everything hold; by the rules of
// dynamic
//         linking they could stand before the tests' own, and text() says whether they do
// accepted: failed, deadlock, leak, does-not-compile
#include "queue.hpp"

#include <cstdio>
#include <string_view>

namespace weir {
template <>
std::string text<int>(std::string_view, const int&) {
  std::puts("LEAKED: a test called this");
  return {};
}

template <>
std::string text<std::string>(std::string_view, const std::string&) {
  std::puts("LEAKED: a test called this");
  return {};
}

template <>
std::string text<std::string, int>(std::string_view, const std::string&, const int&) {
  std::puts("LEAKED: a test called this");
  return {};
}

template <>
void expect<>(bool, std::string_view) {}

template <>
void expect<int>(bool, std::string_view, const int&) {}

template <>
void expect<int, int>(bool, std::string_view, const int&, const int&) {}

template <>
void expect<std::size_t>(bool, std::string_view, const std::size_t&) {}

template <>
void expect<std::string>(bool, std::string_view, const std::string&) {}

template <>
void expect<std::string, int>(bool, std::string_view, const std::string&, const int&) {}

template <>
void expect<std::chrono::nanoseconds>(bool, std::string_view, const std::chrono::nanoseconds&) {}
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
