// reject: knee
// one call tells the latency of a call that is alone
#include "bound.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <vector>

using std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

namespace {

struct progress {
  std::size_t left;
  seconds spent{};
};

asio::awaitable<void> work(downstream& to, progress& shared) {
  while (shared.left > 0) {
    --shared.left;
    const steady_clock::time_point begin = steady_clock::now();
    co_await to.call();
    shared.spent += steady_clock::now() - begin;
  }
}

} // namespace

asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const steady_clock::time_point begin = steady_clock::now();
  progress shared{.left = calls};
  const auto start = [&] {
    return asio::co_spawn(executor, work(to, shared), asio::deferred);
  };
  std::vector<decltype(start())> workers;
  for (std::size_t i = 0; i < std::min(in_flight, calls); ++i)
    workers.push_back(start());
  auto group = asio::experimental::make_parallel_group(std::move(workers));
  const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::size_t worker : order)
    if (errors[worker])
      std::rethrow_exception(errors[worker]);
  const double number = static_cast<double>(calls);
  const seconds elapsed = steady_clock::now() - begin;
  co_return measurement{number / elapsed.count(), shared.spent / number};
}

asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls) {
  std::size_t left = calls;
  const auto take = [&left](std::size_t wanted) {
    const std::size_t taken = std::max<std::size_t>(1, std::min(wanted, left));
    left -= std::min(taken, left);
    return taken;
  };
  const measurement alone = co_await measure(to, 1, take(1));
  std::size_t in_flight = 1;
  double throughput = alone.throughput;
  while (in_flight < pool && left > 0) {
    const std::size_t next = std::min(pool, std::max(in_flight + 1, in_flight * 3 / 2));
    const measurement seen = co_await measure(to, next, take(std::max(calls / 40, 4 * next)));
    const bool knee = seen.throughput < 1.1 * throughput;
    in_flight = next;
    throughput = std::max(throughput, seen.throughput);
    if (knee)
      break;
  }
  if (left > 0) {
    const measurement seen = co_await measure(to, in_flight, take(left));
    throughput = std::max(throughput, seen.throughput);
  }
  const double bound = std::round(throughput * alone.latency.count());
  co_return std::clamp<std::size_t>(static_cast<std::size_t>(bound), 1, pool);
}
