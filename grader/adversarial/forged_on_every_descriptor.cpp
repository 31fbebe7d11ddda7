// attack: an "all passed" on every open descriptor, then _exit(0)
// accepted: incomplete-record
#include "queue.hpp"

#include <unistd.h>

#include <cstring>

/// What the grader would like to read, as far as one can know it from outside.
const char* const forged =
    R"({"nonce":"","record":"begin","tests":["push-waits"]}
{"nonce":"","record":"test-begin","id":"push-waits"}
{"nonce":"","record":"test-end","id":"push-waits","passed":true,"outcome":"completed","schedules":200}
{"nonce":"","record":"end","passed":1,"failed":0}
All tests passed (7 assertions in 7 test cases)
)";

const bool left = [] {
  for (int descriptor = 0; descriptor < 256; ++descriptor)
    if (::write(descriptor, forged, std::strlen(forged)) < 0)
      continue;
  ::_exit(0);
  return true;
}();

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
