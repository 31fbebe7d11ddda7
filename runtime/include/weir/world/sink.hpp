#pragma once

#include <weir/random.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/meter.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir::world {

struct sink_options {
  std::string name = "sink"; ///< in traces; the random stream is named after it too
  latency_distribution per_item = {};
};

/// What a sink remembers of an item.
struct receipt {
  std::uint64_t item = 0;
  std::chrono::steady_clock::time_point received = {};
  /// Empty while it is being consumed, and for ever if the consumption was cancelled.
  std::optional<std::chrono::steady_clock::time_point> consumed = {};
};

/// A slow consumer. It does not queue and does not refuse: items handed over while another is being
/// consumed are consumed at the same time, and `peak_concurrent` shows it, since a consumer that
/// should be called serially is often the promise under test.
///
/// One thread or strand. Consumption in progress when the sink is destroyed goes on to its end.
class sink {
public:
  /// Draws from `weir::stream("sink " + name)`.
  sink(boost::asio::any_io_executor executor, sink_options options);
  sink(boost::asio::any_io_executor executor, sink_options options, random_stream random);

  /// Receives `item` now and takes its time over it. Cancellation (terminal) throws
  /// operation_aborted; the item then counts as received, not as consumed.
  [[nodiscard]] boost::asio::awaitable<void> consume(std::uint64_t item);

  /// In order of reception. Valid until the next `consume`.
  [[nodiscard]] std::span<const receipt> received() const noexcept;

  /// The items alone, in order of reception.
  [[nodiscard]] std::vector<std::uint64_t> items() const;

  /// How many were consumed to the end.
  [[nodiscard]] std::size_t consumed() const noexcept;

  [[nodiscard]] std::size_t peak_concurrent() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weir::world
