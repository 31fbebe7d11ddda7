/// \file
/// The scenarios of `offload`.
#pragma once

#include "storm.hpp"

#include <weir/explore.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// A scenario: in it, what breaks `promise` is a finding.
inline asio::awaitable<void> calls(std::string_view promise, plan what) {
  weir::name_this_task("the test");
  const auto executor = co_await asio::this_coro::executor;
  offload_run run(executor, std::move(what), promise);
  (void)co_await held(run, promise);
}

/// Ten thousand wait, and nine of ten leave in one instant.
inline asio::awaitable<void> crowd() {
  weir::name_this_task("the test");

  class two_threads final : public threads {
  public:
    asio::any_io_executor executor() override { return pool_.get_executor(); }

    [[nodiscard]] std::size_t count() const override { return 2; }

    void join() override { pool_.join(); }

  private:
    weir::world::thread_pool pool_{2, "threads"};
  } beside;

  constexpr std::size_t many = 10'000;
  const auto jobs = make_offloader(beside, many);
  weir::testing::driver test(co_await asio::this_coro::executor);
  std::vector<weir::testing::operation<std::string>*> all;
  std::size_t called = 0;
  for (std::size_t i = 0; i < many; ++i)
    all.push_back(&test.start("a call", [&] {
      return jobs->run([&](const std::stop_token&) {
        ++called;
        weir::world::occupy_loop(1ms);
        return std::string();
      });
    }));
  for (std::size_t i = 2; i < many; ++i)
    if (i % 10 != 0)
      all[i]->cancel();
  co_await weir::testing::pass(900us);
  weir::expect(jobs->waiting() == 999 && test.pending() == 1'001,
               "of 9998 calls that waited 8999 were cancelled: {} wait, {} have not ended",
               jobs->waiting(), test.pending());
  co_await test.finish();
  weir::expect(called == 1'001, "of 10000 calls 8999 were withdrawn, and {} jobs called", called);
}

/// Two offloaders, each with threads of its own, of which neither knows the other.
inline asio::awaitable<void> two_of_them() {
  weir::name_this_task("the test");
  const auto executor = co_await asio::this_coro::executor;
  weir::testing::driver test(executor);
  const auto half = [](plan what) {
    return [what = std::move(what)] {
      return calls(everything, what);
    };
  };
  test.start("the one half",
             half({.limit = 1, .commands = {call(), call(), call(), cancel(1), close()}}));
  test.start("the other half",
             half({.threads = 2, .limit = 0, .commands = {call(), call(), call(), cancel()}}));
  co_await test.finish();
}

/// A scenario with few orders that differ.
inline weir::explore_options few(std::string name, std::size_t schedules = 80) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = schedules;
  options.determinism_every = schedules == 1 ? 0 : options.determinism_every;
  return options;
}

inline asio::awaitable<void> storm(std::string_view promise, weather how) {
  return calls(promise, draw_storm(how));
}

} // namespace weir_hidden
