// reject: one-deadline
// a limit is computed in seconds, as a floating-point number
#include "request_scope.hpp"

#include <boost/asio/cancellation_state.hpp>
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

/// Goes back whichever way the request ends, and after all that it asked for has.
struct seat_kept {
  seat_kept(gate& from, int its_number) : of(from), number(its_number) {}

  seat_kept(const seat_kept&) = delete;
  seat_kept& operator=(const seat_kept&) = delete;

  gate& of;
  int number;

  ~seat_kept() { of.give_back(number); }
};

/// The work, cancelled at `until`, and awaited. What has come counts, however late it is; an error
/// does not where it is the echo of that cancellation.
asio::awaitable<std::optional<int>> within(time_point until, asio::awaitable<int> work) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, until);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred), timer.async_wait(asio::deferred));
  const auto [order, failure, value, stopped] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!failure)
    co_return value;
  if (stopped) // so it was not the limit
    std::rethrow_exception(failure);
  co_return std::nullopt;
}

/// No limit goes beyond the request's own.
time_point limit_of(const part& what, time_point deadline) {
  const auto left = deadline - steady_clock::now();
  if (!what.at_most || *what.at_most >= left)
    return deadline;
  const std::chrono::duration<double> seconds = *what.at_most;
  return steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(seconds);
}

asio::awaitable<std::optional<int>> ask(part what, int request, time_point deadline) {
  const time_point until = limit_of(what, deadline);
  const std::optional<int> got = co_await within(until, what.from->ask(request, until));
  if (!got && until == deadline)
    throw system_error(asio::error::timed_out);
  co_return got;
}

} // namespace

asio::awaitable<answers> answer(gate& entrance, std::vector<part> parts, int request,
                                time_point deadline) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  const auto was_cancelled = [&caller] {
    return caller.cancelled() != asio::cancellation_type::none;
  };
  if (was_cancelled())
    throw system_error(asio::error::operation_aborted);
  if (deadline <= steady_clock::now())
    throw system_error(asio::error::timed_out);

  std::optional<int> seat;
  try {
    seat = co_await within(deadline, entrance.take_seat(deadline));
  } catch (...) {
    if (was_cancelled())
      throw system_error(asio::error::operation_aborted);
    throw;
  }
  std::optional<seat_kept> mine; // no co_await since the seat has come: that could throw
  if (seat)
    mine.emplace(entrance, *seat);
  if (was_cancelled())
    throw system_error(asio::error::operation_aborted);
  if (!seat || deadline <= steady_clock::now())
    throw system_error(asio::error::timed_out);
  if (parts.empty())
    co_return answers{};

  const auto start = [&](const part& one) {
    return asio::co_spawn(executor, ask(one, request, deadline), asio::deferred);
  };
  std::vector<decltype(start(parts.front()))> tasks;
  for (const part& one : parts)
    tasks.push_back(start(one));
  auto group = asio::experimental::make_parallel_group(std::move(tasks));
  auto [order, failures, values] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  if (was_cancelled())
    throw system_error(asio::error::operation_aborted);
  for (const std::size_t which : order) // the first is the cause, the others are its echoes
    if (failures[which])
      std::rethrow_exception(failures[which]);
  if (deadline < steady_clock::now()) // somebody came late, or took so long to end
    throw system_error(asio::error::timed_out);
  co_return std::move(values);
}
