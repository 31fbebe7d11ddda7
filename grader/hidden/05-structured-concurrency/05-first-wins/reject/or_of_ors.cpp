// reject: losers-end
// || of one half and the other: the outer one hears of a winner when the inner one's loser has
// ended
#include "first_wins.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <optional>

namespace {

struct race {
  std::span<replica* const> replicas;
  std::vector<std::exception_ptr> errors;
  std::optional<lease> won;
};

struct lost {};

asio::awaitable<void> one(race& in, std::size_t number) {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  replica& from = *in.replicas[number];
  lease granted;
  try {
    granted = co_await from.open();
  } catch (...) {
    in.errors[number] = std::current_exception();
    throw lost();
  }
  if (!in.won && state.cancelled() == asio::cancellation_type::none) {
    in.won = granted;
    co_return;
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await from.give_back(granted);
  throw lost();
}

asio::awaitable<void> among(race& in, std::size_t from, std::size_t until) {
  using namespace asio::experimental::awaitable_operators;
  if (until - from == 1) {
    co_await one(in, from);
    co_return;
  }
  const std::size_t middle = from + (until - from) / 2;
  asio::awaitable<void> left = among(in, from, middle);
  asio::awaitable<void> right = among(in, middle, until);
  co_await (std::move(left) || std::move(right));
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  race in{.replicas = replicas,
          .errors = std::vector<std::exception_ptr>(replicas.size()),
          .won = std::nullopt};
  if (!replicas.empty()) {
    try {
      co_await among(in, 0, replicas.size());
    } catch (...) {
    }
  }
  if (in.won)
    co_return *in.won;
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(in.errors);
}
