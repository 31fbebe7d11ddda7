// accept: hand-made queues, timers as condition variables, operator&& and a note of who was first
#include "stages.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>

using boost::system::error_code;

namespace {

/// A bounded queue for one producer and one consumer. An empty item is the end.
class belt {
public:
  belt(asio::any_io_executor executor, std::size_t capacity)
      : capacity_(capacity), changed_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<void> push(std::optional<int> item) {
    while (items_.size() == capacity_)
      co_await change();
    items_.push_back(item);
    changed_.cancel();
  }

  asio::awaitable<std::optional<int>> pop() {
    while (items_.empty())
      co_await change();
    const std::optional<int> item = items_.front();
    items_.pop_front();
    changed_.cancel();
    co_return item;
  }

private:
  asio::awaitable<void> change() {
    error_code woken;
    co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }

  std::size_t capacity_;
  asio::steady_timer changed_;
  std::deque<std::optional<int>> items_;
};

asio::awaitable<void> read_all(reader& from, belt& out) {
  for (;;) {
    const std::optional<int> item = co_await from.read();
    co_await out.push(item);
    if (!item)
      co_return;
  }
}

asio::awaitable<void> transform_all(belt& in, transformer& by, belt& out) {
  for (;;) {
    std::optional<int> item = co_await in.pop();
    if (item)
      item = co_await by.transform(*item);
    co_await out.push(item);
    if (!item)
      co_return;
  }
}

asio::awaitable<void> write_all(belt& in, writer& to) {
  while (const std::optional<int> item = co_await in.pop())
    co_await to.write(*item);
}

/// Notes the first error, and lets it go on, so that the others are cancelled.
asio::awaitable<void> noting(asio::awaitable<void> stage, std::exception_ptr& first) {
  try {
    co_await std::move(stage);
  } catch (...) {
    if (!first)
      first = std::current_exception();
    throw;
  }
}

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  using namespace asio::experimental::awaitable_operators;
  const auto executor = co_await asio::this_coro::executor;
  belt raw(executor, capacity);
  belt done(executor, capacity);
  std::exception_ptr first;
  asio::awaitable<void> reading = noting(read_all(from, raw), first);
  asio::awaitable<void> transforming = noting(transform_all(raw, by, done), first);
  asio::awaitable<void> writing = noting(write_all(done, to), first);
  try {
    co_await (std::move(reading) && std::move(transforming) && std::move(writing));
  } catch (...) {
    std::rethrow_exception(first ? first : std::current_exception());
  }
}
