// A call that hangs: 50 requests a second to a dependency that has stopped answering, for 100
// seconds.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::co_spawn;
using asio::use_awaitable;
namespace world = weir::world;

constexpr int requests = 5000;
constexpr auto between_two = 20ms;
constexpr auto limit = 2s;

asio::awaitable<void> patient(world::service& there, world::request ask) {
  co_await there.call(ask);
}

// [abandoned]
asio::awaitable<void> abandoned(world::service& there, world::request ask) {
  const auto executor = co_await asio::this_coro::executor;
  const auto end = std::make_shared<asio::steady_timer>(executor, limit);
  co_spawn(executor, there.call(ask), [end](auto&&...) { end->cancel(); });
  co_await end->async_wait(asio::as_tuple(use_awaitable)); // and goes on
}

// [/abandoned]

// [cancelled]
asio::awaitable<void> cancelled(world::service& there, world::request ask) {
  asio::steady_timer deadline(co_await asio::this_coro::executor, limit);
  co_await (there.call(ask) || deadline.async_wait(use_awaitable));
}

// [/cancelled]

using way = asio::awaitable<void> (*)(world::service&, world::request);

struct tally {
  int told = 0, waiting = 0;
  std::size_t sockets = 0;
};

asio::awaitable<void> caller(way call, world::service& dependency, world::request ask,
                             tally& count) {
  ++count.waiting;
  co_await call(dependency, ask);
  --count.waiting;
  ++count.told;
}

tally measure(way call) {
  tally seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    tally count;
    world::service_options options;
    options.capacity = 100'000;
    options.faults = {{.effect = world::fault_effect::hang}};
    world::service dependency(executor, options);
    asio::steady_timer clock(executor);
    for (int i = 1; i <= requests; ++i) {
      co_spawn(executor, caller(call, dependency, {static_cast<std::uint64_t>(i)}, count),
               asio::detached);
      clock.expires_after(i != requests ? between_two : between_two / 2);
      co_await clock.async_wait(use_awaitable);
    }
    seen = count;
    seen.sockets = dependency.stats().in_flight;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.leaks = weir::leak_check::ignore});
  return seen;
}

int main() {
  std::printf("after 100 s              callers told   callers waiting   sockets held\n");
  const auto row = [](const char* what, way call) {
    const tally seen = measure(call);
    std::printf("%-22s %14d   %15d   %12zu\n", what, seen.told, seen.waiting, seen.sockets);
    return seen;
  };
  row("no deadline", patient);
  const tally let_go = row("2 s, call abandoned", abandoned);
  const tally ended = row("2 s, call cancelled", cancelled);
  return let_go.sockets == requests && ended.sockets <= 101 ? 0 : 1;
}
