#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.

/// Where the items come from, one by one: a cursor, a file, a page of a listing.
class item_source {
public:
  virtual ~item_source() = default;

  /// The next item, at once; empty when there are no more, as often as it is called. Any int may be
  /// one. Throws when it can't read on.
  virtual std::optional<int> next() = 0;
};

/// What is to be done with each: a lookup over the network.
class mapping {
public:
  virtual ~mapping() = default;

  /// Gives the result for `item`. May be called while other calls run; may end at once. When it
  /// fails, awaiting it throws, whatever that may be; the call itself never does. Can be cancelled,
  /// with the type `terminal` (part of what `||` and a deadline send): it then tidies up, which may
  /// take a while, and throws, as a rule `asio::error::operation_aborted`.
  virtual asio::awaitable<int> call(int item) = 0;
};

/// Calls `with` for every item of `from`, at most `limit` at a time, and returns the results in the
/// order of the items.
///
/// Throws the first error, of `call` or of `next`, once every call has ended. Cancelled (with the
/// type `terminal`), it cancels the calls that run and throws `boost::system::system_error` with
/// `asio::error::operation_aborted` once they have ended. However it ends, nothing that it called
/// runs any longer.
///
/// `limit` is at least 1. `from` and `with` live until it has ended, and no longer.
asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit);
