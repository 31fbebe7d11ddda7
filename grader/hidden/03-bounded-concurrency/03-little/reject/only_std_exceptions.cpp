// reject: failure
// what is no std::exception is taken for an answer
#include "bound.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <vector>

using std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

namespace {

/// What the workers of a measurement share.
struct stock {
  std::size_t calls_left = 0;
  seconds spent{};
};

/// Begins the next call as soon as the last one has ended, while there are calls left to make.
asio::awaitable<void> call_on(downstream& to, stock& shared) {
  while (shared.calls_left > 0) {
    --shared.calls_left;
    const steady_clock::time_point begin = steady_clock::now();
    try {
      co_await to.call();
    } catch (const std::exception&) {
      throw;
    } catch (...) {
    }
    shared.spent += steady_clock::now() - begin;
  }
}

} // namespace

asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  stock shared{.calls_left = calls};
  const auto start = [&] {
    return asio::co_spawn(executor, call_on(to, shared), asio::deferred);
  };
  std::vector<decltype(start())> workers;
  for (std::size_t i = 0; i < std::min(in_flight, calls); ++i)
    workers.push_back(start());

  // An error cancels the other workers; either way this goes on when the last one has ended.
  const steady_clock::time_point begin = steady_clock::now();
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

/// Throughput and latency of one measurement multiply to the concurrency that was put in, whatever
/// that was. The two have to come from different ones: the latency from a call that meets nobody,
/// the throughput from where more calls no longer bring more.
asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls) {
  const auto steps = static_cast<std::size_t>(std::bit_width(pool)) + 1; // 1, 2, 4, ..., pool
  const std::size_t share = calls / steps;

  const measurement alone = co_await measure(to, 1, share);
  double most = alone.throughput;
  for (std::size_t in_flight = 1; in_flight < pool;) {
    in_flight = std::min(in_flight * 2, pool);
    const measurement seen = co_await measure(to, in_flight, share);
    const bool grows = seen.throughput > 1.1 * most;
    most = std::max(most, seen.throughput);
    if (!grows)
      break;
  }
  // No less than 1: `most` is what one call at a time brought, or more.
  const long bound = std::lround(most * alone.latency.count());
  co_return std::min(static_cast<std::size_t>(bound), pool);
}
