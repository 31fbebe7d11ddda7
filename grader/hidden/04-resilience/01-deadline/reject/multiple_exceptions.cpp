// reject: cancelled
// || throws multiple_exceptions when both sides were cancelled, which no rule knows
#include "deadline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace {

struct outcome {
  std::optional<int> point;
  std::exception_ptr failure;
};

/// Succeeds with what came of the call, unless that was cancelled.
asio::awaitable<outcome> call(charge_network& network) {
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  outcome what;
  try {
    what.point = co_await network.reserve();
  } catch (...) {
    if (cancellation.cancelled() != asio::cancellation_type::none)
      throw;
    what.failure = std::current_exception();
  }
  co_return what;
}

} // namespace

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer deadline(co_await asio::this_coro::executor, limit);
  std::optional<int> late;
  const auto guarded = [](charge_network& from,
                          std::optional<int>& point) -> asio::awaitable<outcome> {
    outcome what = co_await call(from);
    point = what.point;
    co_return what;
  };
  asio::awaitable<outcome> answer = guarded(network, late);
  asio::awaitable<void> limit_passes = deadline.async_wait(asio::use_awaitable);
  const std::variant<outcome, std::monostate> first =
      co_await (std::move(answer) || std::move(limit_passes));
  if (late)
    co_return *late;
  if (first.index() == 1)
    throw boost::system::system_error(asio::error::timed_out);
  std::rethrow_exception(std::get<0>(first).failure);
}
