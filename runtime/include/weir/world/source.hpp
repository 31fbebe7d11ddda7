#pragma once

#include <weir/random.hpp>
#include <weir/world/arrivals.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weir::world {

struct source_options {
  /// What traces call it. The random stream is named after it too: two sources of the same name in
  /// one run see the same numbers.
  std::string name = "source";
  arrival_process arrivals = {};
  /// How many items at most; without it, as long as the arrivals last.
  std::optional<std::uint64_t> count = {};
  /// Nothing arrives later than this after the source was made.
  std::optional<std::chrono::nanoseconds> lasting = {};
};

/// One thing that arrived.
struct item {
  std::uint64_t number = 0;                       ///< 1, 2, 3, ... in order of arrival
  std::chrono::steady_clock::time_point due = {}; ///< when it arrived, however late it is looked at
};

/// Work that arrives by the clock, whatever becomes of it (an open workload). Item times count from
/// construction. They do not depend on when anybody asks, so a slow consumer cannot slow the source
/// down: it merely gets its items late (`peak_lateness`).
///
/// One waiter at a time; one thread or strand. A coroutine that is still waiting when the source is
/// destroyed may go on to wait.
class source {
public:
  /// Draws from `weir::stream("source " + name)`.
  source(boost::asio::any_io_executor executor, source_options options);
  source(boost::asio::any_io_executor executor, source_options options, random_stream random);

  /// Waits for the next item, at least one turn of the loop; empty at the end. Cancellation
  /// (terminal) throws operation_aborted and loses nothing: the item is the next call's.
  /// \throws std::logic_error when another call is waiting already
  [[nodiscard]] boost::asio::awaitable<std::optional<item>> next();

  /// Hands each item to `take` as it arrives and does not wait for what becomes of it, like a
  /// network that cannot be told to slow down. Ends with the arrivals, or by what `take` throws.
  [[nodiscard]] boost::asio::awaitable<void> push_to(std::function<void(item)> take);

  /// Hands each item to `take` and waits until it is done before it looks at the next: pressure
  /// reaches the source, and shows as lateness. Ends with the arrivals, or by what `take` throws.
  [[nodiscard]] boost::asio::awaitable<void>
  offer_to(std::function<boost::asio::awaitable<void>(item)> take);

  /// Items handed out so far.
  [[nodiscard]] std::uint64_t offered() const noexcept;

  /// True once the end has been handed out.
  [[nodiscard]] bool exhausted() const noexcept;

  /// The longest that an item was handed out after it was due.
  [[nodiscard]] std::chrono::nanoseconds peak_lateness() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weir::world
