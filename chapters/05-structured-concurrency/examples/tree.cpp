// A request of three steps, the second of which asks two: deadlines for each, and one for all.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using time_point = asio::steady_timer::time_point;

int asked = 0;

asio::awaitable<void> until(time_point end) {
  asio::steady_timer timer(co_await asio::this_coro::executor, end);
  co_await timer.async_wait(asio::use_awaitable);
}

// [step]
/// One call of a service, which should take 150 ms and today takes 190.
asio::awaitable<void> call(time_point end) {
  ++asked;
  const auto answer = steady_clock::now() + 190ms;
  const auto first = co_await (until(answer) || until(end));
  if (first.index() == 1)
    throw boost::system::system_error(asio::error::timed_out);
}

time_point within(milliseconds own, time_point parent) {
  return std::min(steady_clock::now() + own, parent);
}

// [/step]

// [request]
asio::awaitable<void> request(time_point end) {
  co_await call(within(200ms, end)); // who is it?
  auto stock = call(within(200ms, end));
  auto prices = call(within(200ms, end));
  co_await (std::move(stock) && std::move(prices));
  co_await call(within(200ms, end)); // a window
}

// [/request]

struct outcome {
  bool answered = false;
  long took = 0; // ms
  int calls = 0;
};

outcome measure(milliseconds deadline) {
  outcome seen;
  asked = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    try {
      const time_point end = deadline > 0ms ? steady_clock::now() + deadline : time_point::max();
      co_await request(end);
      seen.answered = true;
    } catch (const std::exception&) {
    }
    seen.took = static_cast<long>(weir::now() / 1ms);
  };
  const auto fifo = weir::make_fifo();
  const auto result = weir::run(scenario, *fifo); // fails if anything is left
  seen.calls = result ? asked : -1;
  return seen;
}

int main() {
  std::printf("steps of 200 ms at most      ends after   calls made\n");
  const auto row = [](const char* what, milliseconds deadline) {
    const outcome seen = measure(deadline);
    std::printf("%-28s %7ld ms %12d   %s\n", what, seen.took, seen.calls,
                seen.answered ? "answered" : "timed out");
    return seen;
  };
  const outcome alone = row("and no more", 0ms);
  const outcome tree = row("and 300 ms for the tree", 300ms);
  return alone.took == 570 && alone.calls == 4 && tree.took == 300 && tree.calls == 3 ? 0 : 1;
}
