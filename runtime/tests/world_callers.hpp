#pragma once

#include "world_support.hpp"

#include <weir/world/service.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Callers of a service, for its tests.
namespace world_test {

namespace asio = boost::asio;
namespace world = weir::world;
using namespace asio::experimental::awaitable_operators;

/// Calls and writes down when the call ended and how.
struct caller {
  world::service& service;
  std::vector<std::string> log = {};

  asio::awaitable<void> call(std::uint64_t id) {
    auto exchange = service.try_call({.id = id});
    const world::call_result result = co_await std::move(exchange);
    log.push_back(
        weir::text("{} {} at {}", id, result ? "ok" : result.error.message(), weir::now()));
  }

  asio::awaitable<void> call_at_once(std::uint64_t count) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    for (std::uint64_t id = 1; id <= count; ++id) {
      asio::co_spawn(executor, call(id), asio::detached);
    }
    while (log.size() < count) {
      auto slept = sleep(1ms);
      co_await std::move(slept);
    }
  }
};

/// Gives up after `patience`; true if an answer came first.
inline asio::awaitable<bool> call_impatiently(world::service& service, std::uint64_t id,
                                              std::chrono::nanoseconds patience) {
  auto both = service.try_call({.id = id}) || sleep(patience);
  const auto first = co_await std::move(both);
  co_return first.index() == 0;
}

inline std::vector<std::string> log_of(world::service_options options, std::uint64_t calls) {
  std::vector<std::string> log;
  run_once([&]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, options);
    caller callers{service};
    auto called = callers.call_at_once(calls);
    co_await std::move(called);
    log = callers.log;
  });
  return log;
}

using lines = std::vector<std::string>;

} // namespace world_test
