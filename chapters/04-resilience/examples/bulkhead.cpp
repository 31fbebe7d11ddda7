// A bulkhead: two dependencies behind one gateway, and one of them gets slow.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdio>

using boost::system::error_code;
using weir::world::service;
using namespace std::chrono_literals;
namespace world = weir::world;
using places = asio::experimental::channel<void(error_code)>;
using seconds = std::chrono::duration<double>;

constexpr auto horizon = 60s;

class place { // exists exactly as long as one is taken
public:
  explicit place(places& room) : room_(room) {}

  place(const place&) = delete;
  place& operator=(const place&) = delete;

  ~place() { room_.try_send(error_code{}); }

private:
  places& room_;
};

struct tally {
  world::duration_samples times;
  int refused = 0;
};

asio::awaitable<void> request(places& room, service& there, tally& count) {
  const auto came = weir::now();
  co_await room.async_receive(asio::use_awaitable); // a place, or a place in the line
  const place taken(room);
  const world::request ask{1};
  co_await there.call(ask);
  count.times.add(weir::now() - came);
}

// [refusing]
asio::awaitable<void> try_request(places& room, service& there, tally& count) {
  const auto came = weir::now();
  if (!room.try_receive([](error_code) {})) {
    ++count.refused; // full: told at once
    co_return;
  }
  const place taken(room);
  const world::request ask{1};
  co_await there.call(ask);
  count.times.add(weir::now() - came);
}

// [/refusing]

using kind_of_request = asio::awaitable<void> (*)(places&, service&, tally&);

asio::awaitable<void> traffic(std::chrono::milliseconds gap, kind_of_request handle, places& room,
                              service& dependency, tally& count) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer clock(executor);
  while (weir::now() < horizon) {
    asio::co_spawn(executor, handle(room, dependency, count), asio::detached);
    clock.expires_after(gap);
    co_await clock.async_wait(asio::use_awaitable);
  }
}

bool measure(const char* what, world::latency_distribution reviews_take, int shared, int own) {
  tally maps, reviews;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options{
        .name = "maps", .capacity = 1000, .latency = world::uniform(15ms, 25ms)};
    world::service map_service(executor, options);
    options.name = "reviews";
    options.latency = reviews_take;
    world::service review_service(executor, options);

    places hall(executor, 20), cell(executor, 20);
    for (int i = 0; i != shared; ++i)
      hall.try_send(error_code{});
    for (int i = 0; i != own; ++i)
      cell.try_send(error_code{});
    const kind_of_request handle_reviews = own == 0 ? request : try_request;
    asio::co_spawn(executor, traffic(10ms, request, hall, map_service, maps), asio::detached);
    asio::co_spawn(executor,
                   traffic(50ms, handle_reviews, own == 0 ? hall : cell, review_service, reviews),
                   asio::detached);
    asio::steady_timer end(executor, horizon + 10min);
    co_await end.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.limits = {.steps = 10'000'000}});
  const seconds median = maps.times.percentile(0.5), p99 = maps.times.percentile(0.99);
  std::printf("%-32s %8.2f s %6.2f s   %13zu   %7d\n", what, median.count(), p99.count(),
              reviews.times.size(), reviews.refused);
  return p99 < 100ms;
}

int main() {
  std::printf("%32s  maps: p50      p99   reviews: done   refused\n", "");
  const auto slow = world::uniform(1800ms, 2200ms);
  measure("20 places for both, all is well", world::uniform(15ms, 25ms), 20, 0);
  const bool sunk = !measure("20 places for both, slow reviews", slow, 20, 0);
  const bool afloat = measure("15 and 5, slow reviews", slow, 15, 5);
  return sunk && afloat ? 0 : 1;
}
