#include "stages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

using boost::system::error_code;

namespace {

using belt = asio::experimental::channel<void(error_code, int)>;

/// The two channels, and why it ended.
struct line {
  line(asio::any_io_executor executor, std::size_t capacity)
      : raw(executor, capacity), done(executor, capacity) {}

  /// Keeps the first error, and stops everybody.
  void fail(std::exception_ptr error) {
    if (!failure)
      failure = error;
    raw.close();
    done.close();
  }

  belt raw;  ///< from the reader to the transformer
  belt done; ///< from the transformer to the writer
  std::exception_ptr failure;
};

asio::awaitable<void> read_all(reader& from, line& l) {
  try {
    while (const std::optional<int> item = co_await from.read())
      co_await l.raw.async_send(error_code{}, *item, asio::use_awaitable);
    l.raw.close(); // that was all
  } catch (...) {
    l.fail(std::current_exception());
  }
}

asio::awaitable<void> transform_all(transformer& by, line& l) {
  try {
    for (;;) {
      const auto [closed, item] = co_await l.raw.async_receive(asio::as_tuple(asio::use_awaitable));
      if (closed)
        break;
      const int transformed = co_await by.transform(item);
      co_await l.done.async_send(error_code{}, transformed, asio::use_awaitable);
    }
    l.done.close(); // that was all
  } catch (...) {
    l.fail(std::current_exception());
  }
}

asio::awaitable<void> write_all(writer& to, line& l) {
  try {
    for (;;) {
      const auto [closed, item] =
          co_await l.done.async_receive(asio::as_tuple(asio::use_awaitable));
      if (closed)
        break;
      co_await to.write(item);
    }
  } catch (...) {
    l.fail(std::current_exception());
  }
}

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  using namespace asio::experimental::awaitable_operators;
  line l(co_await asio::this_coro::executor, capacity);
  co_await (read_all(from, l) && transform_all(by, l) && write_all(to, l));
  if (l.failure)
    std::rethrow_exception(l.failure);
}
