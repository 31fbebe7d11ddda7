#include "request_scope.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

using boost::system::system_error;
using std::chrono::steady_clock;

namespace {

/// The work, or `timed_out` at the deadline: whichever is first, the other is cancelled and
/// awaited.
asio::awaitable<int> within(time_point until, asio::awaitable<int> work) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, until);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred), timer.async_wait(asio::deferred));
  const auto [order, failure, value, stopped] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 1 && !stopped)
    throw system_error(asio::error::timed_out);
  if (failure)
    std::rethrow_exception(failure);
  co_return value;
}

/// A part that may be missing has a deadline of its own.
asio::awaitable<std::optional<int>> ask(part what, int request, time_point deadline) {
  if (!what.at_most) {
    const int value = co_await within(deadline, what.from->ask(request, deadline));
    co_return value;
  }
  const time_point until = steady_clock::now() + *what.at_most;
  try {
    const int value = co_await within(until, what.from->ask(request, until));
    co_return value;
  } catch (const system_error& error) {
    if (error.code() != asio::error::timed_out)
      throw;
  }
  co_return std::nullopt;
}

} // namespace

asio::awaitable<answers> answer(gate& entrance, std::vector<part> parts, int request,
                                time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  const int seat = co_await within(deadline, entrance.take_seat(deadline));

  if (parts.empty()) {
    entrance.give_back(seat);
    co_return answers{};
  }
  const auto start = [&](const part& one) {
    return asio::co_spawn(executor, ask(one, request, deadline), asio::deferred);
  };
  std::vector<decltype(start(parts.front()))> tasks;
  for (const part& one : parts)
    tasks.push_back(start(one));
  auto group = asio::experimental::make_parallel_group(std::move(tasks));
  auto [order, failures, values] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::exception_ptr& failure : failures)
    if (failure)
      std::rethrow_exception(failure);
  entrance.give_back(seat);
  co_return std::move(values);
}
