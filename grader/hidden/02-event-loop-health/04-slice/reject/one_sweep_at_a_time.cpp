// reject: full-slices
// one after the other, so that slices do not add up: the next one asks again and again whether it
// may
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

namespace {

bool busy = false;

struct its_turn {
  its_turn() { busy = true; }

  its_turn(const its_turn&) = delete;
  its_turn& operator=(const its_turn&) = delete;

  ~its_turn() { busy = false; }
};

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  while (busy)
    co_await asio::post(executor, asio::use_awaitable);
  const its_turn mine;
  steady_clock::time_point begun = steady_clock::now();
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < slice)
      continue;
    co_await asio::post(executor, asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
  }
}
