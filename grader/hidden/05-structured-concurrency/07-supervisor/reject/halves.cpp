// reject: escalates
// operator && over halves: an error reaches the other half only when its own half has ended
#include "supervisor.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <queue>
#include <span>

using namespace asio::experimental::awaitable_operators;
using std::chrono::steady_clock;

namespace {

struct record {
  restart_policy policy;
  std::queue<steady_clock::time_point> failures{};
  std::exception_ptr one_too_many{};
};

asio::awaitable<void> again_and_again(const child& work, record& of) {
  const asio::cancellation_state told = co_await asio::this_coro::cancellation_state;
  while (told.cancelled() == asio::cancellation_type::none) {
    bool failed = false;
    try {
      co_await work();
    } catch (...) {
      failed = true;
      if (told.cancelled() == asio::cancellation_type::none) {
        const auto now = steady_clock::now();
        of.failures.push(now);
        while (now - of.failures.front() >= of.policy.period)
          of.failures.pop();
        if (of.failures.size() > of.policy.intensity) {
          if (!of.one_too_many)
            of.one_too_many = std::current_exception();
          throw;
        }
      }
    }
    if (!failed)
      co_return;
    asio::steady_timer pause(co_await asio::this_coro::executor, of.policy.backoff);
    co_await pause.async_wait(asio::use_awaitable);
  }
  throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> side_by_side(std::span<const child> some, record& of) {
  if (some.size() == 1) {
    co_await again_and_again(some.front(), of);
    co_return;
  }
  const std::size_t half = some.size() / 2;
  co_await (side_by_side(some.first(half), of) && side_by_side(some.subspan(half), of));
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  if (children.empty())
    co_return;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  record all{policy};
  try {
    co_await side_by_side(children, all);
  } catch (...) {
    if (caller.cancelled() == asio::cancellation_type::none && all.one_too_many)
      std::rethrow_exception(all.one_too_many);
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  // Cancelled children may all have returned.
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
}
