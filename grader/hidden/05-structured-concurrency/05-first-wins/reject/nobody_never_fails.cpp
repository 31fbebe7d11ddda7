// reject: all-failed crashed
// of no replicas none ends, so the race among them does not either
#include "first_wins.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>

namespace {

/// One runner of the race. Whoever is granted a lease settles here, where it comes, what becomes of
/// it: the first one keeps it, and all others have lost, and give it back.
asio::awaitable<lease> run(replica& from, bool& won) {
  const asio::cancellation_state called_off = co_await asio::this_coro::cancellation_state;
  const lease granted = co_await from.open();
  if (!won && called_off.cancelled() == asio::cancellation_type::none) {
    won = true;
    co_return granted;
  }
  // A coroutine that has been cancelled awaits nothing any more, and this must be awaited. So it
  // begins anew as one that can't be cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await from.give_back(granted);
  throw boost::system::system_error(asio::error::operation_aborted);
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  bool won = false;
  const auto start = [&](replica* each) {
    return asio::co_spawn(executor, run(*each, won), asio::deferred);
  };
  std::vector<decltype(start(nullptr))> runners;
  for (replica* const each : replicas)
    runners.push_back(start(each));

  // A success cancels the others; so does a cancellation of the caller. Whatever it was, this goes
  // on when all have ended.
  auto race = asio::experimental::make_parallel_group(std::move(runners));
  const auto [order, errors, leases] =
      co_await race.async_wait(asio::experimental::wait_for_one_success(), asio::use_awaitable);

  for (const std::size_t each : order)
    if (!errors[each])
      co_return leases[each];
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(errors);
}
