// One of three fails after 10 ms: when is the caller told, and who still works then?
#include <weir/policy.hpp>

#include <boost/asio/experimental/parallel_group.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

int running = 0;
nanoseconds for_nobody{}; // time that the others go on after the error

asio::awaitable<void> prices() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 10ms);
  co_await timer.async_wait(asio::use_awaitable);
  throw std::runtime_error("no price");
}

/// Takes so long. Cancelled, it needs 5 ms to leave things tidy.
asio::awaitable<void> service(milliseconds length) {
  ++running;
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (error) {
    co_await asio::this_coro::reset_cancellation_state();
    timer.expires_after(5ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  --running;
  for_nobody += weir::now() - 10ms;
  if (error)
    throw boost::system::system_error(error);
}

asio::awaitable<void> stock() {
  return service(15ms);
}

asio::awaitable<void> window() {
  return service(400ms);
}

/// What `Promise.all` does: the first error is thrown at once.
asio::awaitable<void> at_once() {
  const auto executor = co_await asio::this_coro::executor;
  const auto failed = std::make_shared<std::exception_ptr>();
  const auto told =
      std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  const auto note = [failed, told](std::exception_ptr error) {
    if (error && !*failed) {
      *failed = error;
      told->cancel();
    }
  };
  asio::co_spawn(executor, prices(), note);
  asio::co_spawn(executor, stock(), note);
  asio::co_spawn(executor, window(), note);
  co_await told->async_wait(asio::as_tuple(asio::use_awaitable));
  std::rethrow_exception(*failed);
}

/// All three, and whatever has to happen to the others when one says so.
template <class Condition>
asio::awaitable<void> group(Condition condition) {
  const auto executor = co_await asio::this_coro::executor;
  auto all =
      asio::experimental::make_parallel_group(asio::co_spawn(executor, prices(), asio::deferred),
                                              asio::co_spawn(executor, stock(), asio::deferred),
                                              asio::co_spawn(executor, window(), asio::deferred));
  auto [order, a, b, c] = co_await all.async_wait(condition, asio::use_awaitable);
  std::rethrow_exception(a ? a : b ? b : c);
}

asio::awaitable<void> waits_for_all() {
  return group(asio::experimental::wait_for_all());
}

// [operators]
asio::awaitable<void> operators() {
  co_await (prices() && stock() && window());
}

// [/operators]

asio::awaitable<void> one_group() {
  return group(asio::experimental::wait_for_one_error());
}

struct tally {
  long told = 0, wasted = 0; // ms
  int running = 0;
};

tally measure(asio::awaitable<void> (*page)()) {
  tally seen;
  running = 0;
  for_nobody = {};
  const auto scenario = [&]() -> asio::awaitable<void> {
    try {
      co_await page();
    } catch (const std::exception&) {
      seen.told = static_cast<long>(weir::now() / 1ms);
      seen.running = running;
    }
    asio::steady_timer end(co_await asio::this_coro::executor, 1s);
    co_await end.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  seen.wasted = static_cast<long>(for_nobody / 1ms);
  return seen;
}

int main() {
  std::printf("an error after 10 ms    told after   running then   work for nobody\n");
  const auto row = [](const char* what, asio::awaitable<void> (*page)()) {
    const tally seen = measure(page);
    std::printf("%-22s %8ld ms %14d %14ld ms\n", what, seen.told, seen.running, seen.wasted);
    return seen;
  };
  const tally early = row("throws at once", at_once);
  const tally late = row("waits for all", waits_for_all);
  const tally nested = row("a && b && c", operators);
  const tally flat = row("a group of three", one_group);
  return early.running == 2 && late.told == 400 && nested.told == 20 && flat.told == 15 ? 0 : 1;
}
