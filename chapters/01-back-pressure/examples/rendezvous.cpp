// What a place in the buffer buys: a producer and a consumer of the same speed,
// with and without variance, and four capacities between them. The clock is
// virtual.
#include <weir/policy.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <random>

using boost::system::error_code;
using namespace std::chrono_literals;
using queue = asio::experimental::channel<void(error_code, int)>;
using seconds = std::chrono::duration<double>;

constexpr int items = 1000;
constexpr seconds mean = 20ms;

/// How long one item takes on one side: always the mean, or anything from next
/// to nothing to much more (an exponential distribution, which is what waiting
/// for others looks like).
class work {
public:
  work(bool varies, unsigned seed) : varies_(varies), random_(seed) {}

  asio::awaitable<void> do_one() {
    const seconds takes =
        varies_ ? seconds(-std::log(uniform())) * mean.count() : mean;
    asio::steady_timer timer(
        co_await asio::this_coro::executor,
        std::chrono::duration_cast<std::chrono::nanoseconds>(takes));
    co_await timer.async_wait(asio::use_awaitable);
  }

private:
  // Not std::exponential_distribution: its figures differ from library to
  // library.
  double uniform() {
    return (static_cast<double>(random_()) + 1.0) / 4294967297.0;
  }

  bool varies_;
  std::mt19937 random_;
};

asio::awaitable<void> produce(queue& out, work& preparing) {
  for (int item = 0; item != items; ++item) {
    co_await preparing.do_one();
    co_await out.async_send(error_code{}, item, asio::use_awaitable);
  }
}

seconds run(std::size_t capacity, bool varies) {
  seconds took{};
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    queue between(executor, capacity);
    work preparing(varies, 1);
    work using_it(varies, 2);
    asio::co_spawn(executor, produce(between, preparing), asio::detached);
    for (int item = 0; item != items; ++item) {
      co_await between.async_receive(asio::use_awaitable);
      co_await using_it.do_one();
    }
    took = weir::now();
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return took;
}

int main() {
  std::printf("capacity   20 ms each   20 ms on average, varying\n");
  std::array<seconds, 4> varying{};
  bool overlap = true;
  std::size_t row = 0;
  for (const std::size_t capacity : {0U, 1U, 4U, 64U}) {
    const seconds regular = run(capacity, false);
    varying.at(row) = run(capacity, true);
    std::printf("%8zu   %8.2f s   %23.2f s\n", capacity, regular.count(),
                varying.at(row).count());
    overlap = overlap && regular < 1.01 * items * mean; // at capacity 0 already
    ++row;
  }
  const auto saved = [&](std::size_t by) {
    return varying.at(by - 1) - varying.at(by);
  };
  // The first place saves more than the next three, and those more than the
  // next sixty.
  return overlap && saved(1) > saved(2) && saved(2) > saved(3) ? 0 : 1;
}
