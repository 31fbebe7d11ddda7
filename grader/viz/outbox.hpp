#pragma once

#include "protocol/feed.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <string>

namespace weir::grader {
namespace asio = boost::asio;
}

namespace weir::grader::viz {

/// What is to be said to the window, in order. One thread.
class outbox {
public:
  using socket = asio::local::stream_protocol::socket;

  explicit outbox(const asio::any_io_executor& executor);

  void say(const protocol::feed_message& message);

  /// Writes what is said until the window is gone, or cancelled.
  asio::awaitable<void> write_to(socket& connection);

private:
  std::deque<std::string> lines_;
  asio::steady_timer news_; ///< never expires; cancelled when there is something to write
};

} // namespace weir::grader::viz
