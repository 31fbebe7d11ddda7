// reject: gentle
// one more doubling to be sure that the throughput really stays where it is
#include "bound.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <vector>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

namespace {

/// The place whose call has ended, and how.
using endings = asio::experimental::channel<void(error_code, std::size_t, std::exception_ptr)>;

struct place {
  asio::cancellation_signal signal;
  steady_clock::time_point begin{};
  bool taken = false;
};

} // namespace

asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  const steady_clock::time_point begin = steady_clock::now();
  std::vector<place> places(std::min(in_flight, calls));
  endings ended(executor, places.size());
  std::size_t left = calls;
  std::size_t running = 0;
  seconds spent{};
  std::exception_ptr failure;
  const auto start = [&](std::size_t which) {
    --left;
    ++running;
    places[which].taken = true;
    places[which].begin = steady_clock::now();
    asio::co_spawn(executor, to.call(),
                   asio::bind_cancellation_slot(places[which].signal.slot(),
                                                [&ended, which](std::exception_ptr error) {
                                                  ended.try_send(error_code(), which, error);
                                                }));
  };
  const auto give_up = [&](const std::exception_ptr& why) {
    if (failure)
      return;
    failure = why;
    left = 0;
    for (place& one : places)
      if (one.taken)
        one.signal.emit(asio::cancellation_type::terminal);
  };
  for (std::size_t i = 0; i < places.size(); ++i)
    start(i);
  while (running > 0) {
    const auto [cancelled, which, error] =
        co_await ended.async_receive(asio::as_tuple(asio::use_awaitable));
    if (cancelled) {
      give_up(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
      continue;
    }
    --running;
    places[which].taken = false;
    spent += steady_clock::now() - places[which].begin;
    if (error)
      give_up(error);
    if (left > 0)
      start(which);
  }
  if (failure)
    std::rethrow_exception(failure);
  const double number = static_cast<double>(calls);
  const seconds elapsed = steady_clock::now() - begin;
  co_return measurement{number / elapsed.count(), spent / number};
}

asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls) {
  std::size_t steps = 2;
  for (std::size_t n = 1; n < pool; n *= 2)
    ++steps;
  const std::size_t share = std::max<std::size_t>(1, calls / steps);
  const measurement alone = co_await measure(to, 1, share);
  double best = alone.throughput;
  int doubts = 0;
  std::size_t left = calls - std::min(share, calls);
  for (std::size_t n = 1; n < pool && left >= share;) {
    n = std::min(2 * n, pool);
    const measurement seen = co_await measure(to, n, share);
    left -= share;
    const bool grows = seen.throughput > 1.1 * best;
    best = std::max(best, seen.throughput);
    doubts += grows ? 0 : 1;
    if (doubts == 2)
      break;
  }
  const double bound = std::round(best * alone.latency.count());
  co_return std::clamp<std::size_t>(static_cast<std::size_t>(bound), 1, pool);
}
