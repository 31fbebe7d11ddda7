// Waiting, but only so long: an audit log whose disk pauses, and three kinds of
// callers in front of its buffer. The clock is virtual.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>

using boost::system::error_code;
using namespace std::chrono_literals;
using queue = asio::experimental::channel<void(error_code, int)>;
using std::chrono::milliseconds;

constexpr int actions = 400;
constexpr std::size_t places = 8;
constexpr auto an_action_each = 50ms, one_write = 20ms;

/// The disk pauses for 800 ms at the fifth second, as it does, and for 6 s at
/// the tenth, as it never should.
milliseconds pause_at(milliseconds now) {
  if (now >= 5s && now < 5s + one_write)
    return 800ms;
  if (now >= 10s && now < 10s + one_write)
    return 6s;
  return 0ms;
}

// [offer_within]
asio::awaitable<bool> offer_within(queue& out, int item,
                                   milliseconds patience) {
  asio::steady_timer limit(co_await asio::this_coro::executor, patience);
  auto group = asio::experimental::make_parallel_group(
      out.async_send(error_code{}, item, asio::deferred),
      limit.async_wait(asio::deferred));
  auto [order, refused, expired] = co_await group.async_wait(
      asio::experimental::wait_for_one(), asio::use_awaitable);
  co_return !refused; // accepted is accepted, whoever finished first
}

// [/offer_within]

struct tally {
  int entered = 0, refused_in_short = 0, refused_in_long = 0; // pauses
  int waiting = 0, most_waiting = 0;
  milliseconds longest_wait{};
};

milliseconds now() {
  return std::chrono::duration_cast<milliseconds>(weir::now());
}

asio::awaitable<void> act(queue& log, int action, milliseconds patience,
                          tally& count) {
  const milliseconds came = now();
  count.most_waiting = std::max(count.most_waiting, ++count.waiting);
  const bool accepted = co_await offer_within(log, action, patience);
  --count.waiting;
  count.longest_wait = std::max(count.longest_wait, now() - came);
  ++(accepted    ? count.entered
     : came < 8s ? count.refused_in_short
                 : count.refused_in_long);
}

asio::awaitable<void> disk(queue& log) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    auto [end, entry] =
        co_await log.async_receive(asio::as_tuple(asio::use_awaitable));
    if (end)
      co_return;
    timer.expires_after(one_write + pause_at(now()));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

tally run(milliseconds patience) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    queue log(executor, places);
    asio::co_spawn(executor, disk(log), asio::detached);
    asio::steady_timer next(executor);
    for (int action = 0; action != actions;
         ++action) { // people don't wait for each other
      asio::co_spawn(executor, act(log, action, patience, count),
                     asio::detached);
      next.expires_after(an_action_each);
      co_await next.async_wait(asio::use_awaitable);
    }
    next.expires_after(30s);
    co_await next.async_wait(asio::use_awaitable);
    log.cancel();
    next.expires_after(1ms);
    co_await next.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return count;
}

int main() {
  bool as_claimed = true;
  std::printf("            refused in a pause of\n");
  std::printf("patience       0.8 s       6 s   longest wait   most waiting\n");
  const auto row = [&as_claimed](const char* what, milliseconds patience) {
    const tally seen = run(patience);
    std::printf("%-8s %11d %9d %12.2f s %14d\n", what, seen.refused_in_short,
                seen.refused_in_long,
                std::chrono::duration<double>(seen.longest_wait).count(),
                seen.most_waiting);
    const int all = seen.entered + seen.refused_in_short + seen.refused_in_long;
    as_claimed = as_claimed && all == actions;
    return seen;
  };
  const tally none = row("none", 0ms);
  const tally second = row("1 s", 1s);
  const tally endless = row("endless", 1h);
  const bool patient =
      none.refused_in_short > 0 && second.refused_in_short == 0;
  const bool bounded = second.longest_wait <= 1s && endless.longest_wait > 5s;
  return as_claimed && patient && bounded ? 0 : 1;
}
