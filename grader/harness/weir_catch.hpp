/// \file
/// Catch2, and the words hidden tests are written in.
#pragma once

#include "testing/catch.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace weir::harness {

inline explore_options named(std::string name) {
  explore_options options;
  options.name = std::move(name);
  return options;
}

inline explore_options named(explore_options options) {
  return options;
}

/// With so many schedules and no more: where little can come in another order, or where there is
/// very much of something.
inline explore_options few(std::size_t schedules, std::string name) {
  explore_options options = named(std::move(name));
  options.search.schedules = schedules;
  return options;
}

/// Explores for the test case that is running, and keeps what was found: with the runner's settings
/// where `options` leave them open. Belongs to the program that loads the tests, and is found there
/// whatever else is loaded.
exploration explore_as_told(explore_options options, const scenario& body);

/// Explores, and fails the running test case with the exploration's report when a schedule fails.
template <typename NameOrOptions>
void explore_here(NameOrOptions&& what, const scenario& body) {
  const exploration found = explore_as_told(named(std::forward<NameOrOptions>(what)), body);
  if (found) {
    SUCCEED(found.name);
  } else {
    FAIL(found.report());
  }
}

} // namespace weir::harness

/// `WEIR_EXPLORE("push waits while the queue is full", []() -> asio::awaitable<void> { … })`, or
/// with `weir::explore_options` in place of the name.
#define WEIR_EXPLORE(...) ::weir::harness::explore_here(__VA_ARGS__)

/// Outside an exploration: fails the test with a finding for people ("{}" takes the values).
#define WEIR_EXPECT(held, ...)                                                                     \
  do {                                                                                             \
    if (held) {                                                                                    \
      SUCCEED();                                                                                   \
    } else {                                                                                       \
      FAIL(::weir::text(__VA_ARGS__));                                                             \
    }                                                                                              \
  } while (false)
