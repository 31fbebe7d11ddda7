// reject: first-success
// looks for the winner in the list, from its beginning: what came late stands there, too
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
asio::awaitable<lease> run(replica& from) {
  const lease granted = co_await from.open();
  co_return granted;
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  if (replicas.empty())
    throw all_failed({}); // an empty group would never end
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  const auto start = [&](replica* each) {
    return asio::co_spawn(executor, run(*each), asio::deferred);
  };
  std::vector<decltype(start(nullptr))> runners;
  for (replica* const each : replicas)
    runners.push_back(start(each));

  // A success cancels the others; so does a cancellation of the caller. Whatever it was, this goes
  // on when all have ended.
  auto race = asio::experimental::make_parallel_group(std::move(runners));
  const auto [order, errors, leases] =
      co_await race.async_wait(asio::experimental::wait_for_one_success(), asio::use_awaitable);

  co_await asio::this_coro::throw_if_cancelled(false);
  std::size_t winner = replicas.size();
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (errors[i])
      continue;
    if (winner == replicas.size())
      winner = i;
    else
      co_await replicas[i]->give_back(leases[i]);
  }
  if (winner != replicas.size())
    co_return leases[winner];
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(errors);
}
