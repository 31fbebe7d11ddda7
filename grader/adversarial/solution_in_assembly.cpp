// attack: the solution's text, read by the assembler and printed at run time; where the sandbox
// hides it, it
//         does not even compile
// accepted: does-not-compile, failed
// secret in the sandbox
#include "queue.hpp"

#include <cstdio>

asm(R"(
.section .rodata
.global stolen_text
stolen_text: .incbin "@ROOT@/solutions/01-back-pressure/01-bounded-queue/queue.cpp"
.byte 0
.text
)");
extern "C" const char stolen_text[];
const int shown = std::printf("LEAKED %.40s\n", stolen_text);

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
