#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// What waits can be cancelled, with the type `terminal` (part of what `||` and a deadline send),
/// and then throws `boost::system::system_error` with `asio::error::operation_aborted`.

/// What the partner says to a request.
struct answer {
  static constexpr int too_many_requests = 429;

  int status = 200; ///< HTTP's
  /// With status 429 the value of `Retry-After`, counted from the arrival of the answer; at least
  /// 0. Otherwise it means nothing.
  std::chrono::nanoseconds retry_after{};
  int body = 0;
};

/// Somebody else's service. Calls may overlap.
class partner {
public:
  virtual ~partner() = default;

  /// Sends the request, in the instant of the call, and waits for the answer. When the connection
  /// breaks, awaiting it throws, whatever that may be; the call itself never does.
  virtual asio::awaitable<answer> send(int request) = 0;
};

/// The one way through which a program talks to its partner.
class client {
public:
  virtual ~client() = default;

  /// Sends the request when its turn has come, as often as it is refused, and returns the first
  /// answer that is not a 429. Throws what `send` throws. Any number may wait in here.
  ///
  /// Cancelled while it waits for its turn, it throws at once. Cancelled while its request is on
  /// the way, it passes that on to `send`.
  virtual asio::awaitable<answer> ask(int request) = 0;
};

/// A client that has sent nothing yet. `interval`, greater than 0, is the time between two
/// requests that was agreed with the partner.
///
/// `to` outlives the client, and nobody is inside when the client is destroyed.
std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    std::chrono::nanoseconds interval);
