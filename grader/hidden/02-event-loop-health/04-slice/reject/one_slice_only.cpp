// reject: all-of-it
// the rest is for the next sweep
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const steady_clock::time_point begun = steady_clock::now();
  while (!items.empty() && steady_clock::now() - begun < slice)
    items.do_next();
  co_return;
}
