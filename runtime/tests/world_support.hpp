#pragma once

#include "testing/catch.hpp"

#include <weir/policy.hpp>
#include <weir/run.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

/// What the tests of the world models share.
namespace world_test {

using namespace std::chrono_literals;

/// Runs `body` once, first in first out, and wants it to complete.
inline weir::run_result run_once(const weir::scenario& body, std::uint64_t seed = 1) {
  const auto policy = weir::make_fifo();
  weir::run_options options;
  options.seed = seed;
  options.limits.steps = 10'000'000;
  weir::run_result result = weir::run(body, *policy, options);
  INFO(result.message);
  CHECK(result.outcome == weir::run_outcome::completed);
  return result;
}

inline boost::asio::awaitable<void> sleep(std::chrono::nanoseconds duration) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, duration);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

} // namespace world_test
