// accept: one race of the whole tree against the deadline; who fails first writes down why
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

struct tree {
  gate& entrance;
  const std::vector<part>& parts;
  int request;
  time_point deadline;
  std::exception_ptr cause{};
};

asio::awaitable<bool> cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

/// What throws without having been cancelled is the cause, if it is the first.
asio::awaitable<int> blamed(tree& all, asio::awaitable<int> work) {
  const auto state = co_await asio::this_coro::cancellation_state;
  try {
    const int value = co_await std::move(work);
    co_return value;
  } catch (...) {
    if (state.cancelled() == asio::cancellation_type::none && !all.cause)
      all.cause = std::current_exception();
    throw;
  }
}

asio::awaitable<int> called(source& from, int request, time_point until) {
  const int value = co_await from.ask(request, until);
  co_return value;
}

asio::awaitable<std::optional<int>> one_part(tree& all, const part& mine) {
  const auto left = all.deadline - steady_clock::now();
  if (!mine.at_most || *mine.at_most >= left) {
    const int value = co_await blamed(all, called(*mine.from, all.request, all.deadline));
    co_return value;
  }
  const auto executor = co_await asio::this_coro::executor;
  const time_point until = steady_clock::now() + *mine.at_most;
  asio::steady_timer limit(executor, until);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, blamed(all, called(*mine.from, all.request, until)), asio::deferred),
      limit.async_wait(asio::deferred));
  const auto [order, failure, value, stopped] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!failure)
    co_return value;
  if (order[0] == 0 || stopped)
    std::rethrow_exception(failure);
  co_return std::nullopt;
}

asio::awaitable<answers> all_parts(tree& all) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  const int seat = co_await blamed(all, all.entrance.take_seat(all.deadline));

  struct kept {
    gate& of;
    int number;

    ~kept() { of.give_back(number); }
  } const mine{all.entrance, seat};

  const bool too_late = co_await cancelled();
  if (too_late || all.parts.empty())
    co_return answers{};
  std::vector<decltype(asio::co_spawn(executor, one_part(all, all.parts.front()), asio::deferred))>
      tasks;
  for (const part& one : all.parts)
    tasks.push_back(asio::co_spawn(executor, one_part(all, one), asio::deferred));
  auto group = asio::experimental::make_parallel_group(std::move(tasks));
  auto [order, failures, values] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  co_return std::move(values);
}

} // namespace

asio::awaitable<answers> answer(gate& entrance, std::vector<part> parts, int request,
                                time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  const auto caller = co_await asio::this_coro::cancellation_state;
  if (deadline <= steady_clock::now())
    throw system_error(asio::error::timed_out);
  tree all{entrance, parts, request, deadline};
  asio::steady_timer timer(executor, deadline);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, all_parts(all), asio::deferred), timer.async_wait(asio::deferred));
  auto [order, failure, values, stopped] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (caller.cancelled() != asio::cancellation_type::none)
    throw system_error(asio::error::operation_aborted);
  if (all.cause)
    std::rethrow_exception(all.cause);
  if (!stopped)
    throw system_error(asio::error::timed_out);
  if (failure)
    std::rethrow_exception(failure);
  co_return std::move(values);
}
