// attack: an "all passed" on standard output, then exit(0)
// accepted: incomplete-record
#include "queue.hpp"

#include <cstdio>
#include <cstdlib>

/// What the grader would like to read, as far as one can know it from outside.
const char* const forged =
    R"({"nonce":"","record":"begin","tests":["push-waits"]}
{"nonce":"","record":"test-begin","id":"push-waits"}
{"nonce":"","record":"test-end","id":"push-waits","passed":true,"outcome":"completed","schedules":200}
{"nonce":"","record":"end","passed":1,"failed":0}
All tests passed (7 assertions in 7 test cases)
)";

const bool left = (std::fputs(forged, stdout), std::exit(0), true);

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
