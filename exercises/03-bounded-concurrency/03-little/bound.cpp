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

asio::awaitable<void> timed_call(downstream& to, seconds& spent) {
  const steady_clock::time_point begin = steady_clock::now();
  co_await to.call();
  spent += steady_clock::now() - begin;
}

/// Makes `count` calls at the same time. The first error cancels the others.
asio::awaitable<void> call_together(downstream& to, std::size_t count, seconds& spent) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto start = [&] {
    return asio::co_spawn(executor, timed_call(to, spent), asio::deferred);
  };
  std::vector<decltype(start())> calls;
  for (std::size_t i = 0; i < count; ++i)
    calls.push_back(start());
  auto group = asio::experimental::make_parallel_group(std::move(calls));
  const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::size_t call : order)
    if (errors[call])
      std::rethrow_exception(errors[call]);
}

} // namespace

asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls) {
  const steady_clock::time_point begin = steady_clock::now();
  seconds spent{};
  for (std::size_t made = 0; made < calls; made += in_flight)
    co_await call_together(to, std::min(in_flight, calls - made), spent);
  const double number = static_cast<double>(calls);
  const seconds elapsed = steady_clock::now() - begin;
  co_return measurement{number / elapsed.count(), spent / number};
}

/// By Little's law: concurrency = throughput x latency.
asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls) {
  const measurement seen = co_await measure(to, pool, calls);
  const long bound = std::lround(seen.throughput * seen.latency.count());
  co_return std::clamp<std::size_t>(static_cast<std::size_t>(bound), 1, pool);
}
