#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace asio = boost::asio;

/// What a buffer does when more is offered than is taken.
enum class overflow {
  buffer_then_error, ///< keeps up to `capacity` items in order; then says no, so that the caller
                     ///< can act
  drop_newest, ///< keeps up to `capacity` items in order; then drops what is offered, and counts it
  keep_latest, ///< only the newest item is worth anything
  fail_fast,   ///< an item is taken over by a waiting taker now, or the caller is told no now
};

/// Who uses the buffer. Their stories stand in the brief.
enum class product { audit_log, telemetry, dashboard, payments };

/// What became of the items that were offered. At any moment
/// offered = delivered + held (`event_buffer::size`) + dropped + refused.
struct tally {
  std::uint64_t offered = 0;   ///< calls of `offer`
  std::uint64_t delivered = 0; ///< handed to a taker
  std::uint64_t dropped = 0;   ///< lost, and nobody was told
  std::uint64_t refused = 0;   ///< the caller was told no
};

/// A buffer between a source that can't be made to wait and takers who are slower at times.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
/// Lifetime: nobody is inside `take` when the buffer is destroyed. Takers are never cancelled.
class event_buffer {
public:
  virtual ~event_buffer() = default;

  /// Offers an item; never waits. No error: there is nothing for the caller to do, the item was
  /// taken over, or dropped where the policy drops. An error: the item is refused and still the
  /// caller's, with
  /// - `asio::error::no_buffer_space` by `buffer_then_error`, when the buffer is full,
  /// - `asio::error::would_block` by `fail_fast`, when nobody waits for the item.
  [[nodiscard]] virtual boost::system::error_code offer(int item) = 0;

  /// Takes the item that is due by the policy; waits while there is none, and goes on in the
  /// instant in which there is one. Any number may wait.
  virtual asio::awaitable<int> take() = 0;

  /// How many items are held: not refused, not dropped, and not yet with a taker.
  [[nodiscard]] virtual std::size_t size() const = 0;

  [[nodiscard]] virtual tally counts() const = 0;
};

/// The policy that a product's story asks for.
[[nodiscard]] overflow policy_for(product user);

/// An empty buffer. `capacity` (>= 1) is the bound for the policies that buffer in order; the
/// others have no use for it.
std::unique_ptr<event_buffer> make_event_buffer(asio::any_io_executor executor, overflow policy,
                                                std::size_t capacity);
