#include "viz/outbox.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace weir::grader::viz {

outbox::outbox(const asio::any_io_executor& executor)
    : news_{executor, asio::steady_timer::time_point::max()} {}

void outbox::say(const protocol::feed_message& message) {
  lines_.push_back(to_line(message) + '\n');
  news_.cancel();
}

asio::awaitable<void> outbox::write_to(socket& connection) {
  for (;;) {
    while (!lines_.empty()) {
      const std::string line = std::move(lines_.front());
      lines_.pop_front();
      const auto bytes = asio::buffer(line);
      const auto [error, size] =
          co_await asio::async_write(connection, bytes, asio::as_tuple(asio::use_awaitable));
      if (error) {
        co_return; // the window is gone, and whoever reads notices
      }
    }
    co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

} // namespace weir::grader::viz
