// Velmark's night, replayed: 8,000 coroutines, those that failed again once a
// second, and a partner that blocks the key after 10,000 refusals. Every figure
// of the story's table comes out of here.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;
namespace world = weir::world;

constexpr int deposits = 8000;
constexpr int free_descriptors =
    1000; // `ulimit -n` says 1024, and 24 are in use
constexpr auto answer_takes = 120ms;
constexpr int blocked_after =
    10'000; // refusals, then the partner's fraud control acts

struct tally {
  int answered = 0, refused = 0, no_descriptor = 0;
};

struct job {
  world::service& partner;
  tally round;
  int sockets = 0;
};

asio::awaitable<void> close(job& work, char& closed) {
  if (work.sockets == free_descriptors) {
    ++work.round.no_descriptor;
    co_return;
  }
  ++work.sockets;
  const world::request ask{1};
  const world::call_result got = co_await work.partner.try_call(ask);
  --work.sockets;
  closed = got ? 1 : 0;
  ++(got ? work.round.answered : work.round.refused);
}

/// One round: a coroutine for each deposit that is open, all in one instant,
/// and then a second.
asio::awaitable<tally> round_of(job& work, std::vector<char>& closed) {
  const auto executor = co_await asio::this_coro::executor;
  work.round = {};
  for (char& it : closed)
    if (it == 0)
      asio::co_spawn(executor, close(work, it), asio::detached);
  asio::steady_timer next(executor, 1s);
  co_await next.async_wait(asio::use_awaitable);
  co_return work.round;
}

int main() {
  tally total;
  int rounds = 0;
  bool as_told = true;
  const auto scenario = [&]() -> asio::awaitable<void> {
    world::service_options options;
    options.capacity = 10'000;
    options.latency = world::constant(answer_takes);
    options.limit = world::rate_limit{.per_second = 100, .burst = 200};
    world::service partner(co_await asio::this_coro::executor, options);
    job work{partner, {}};
    std::vector<char> closed(deposits, 0);
    std::printf("                  answered   429   no descriptor\n");
    while (total.refused < blocked_after) {
      const tally seen = co_await round_of(work, closed);
      total.answered += seen.answered;
      total.refused += seen.refused;
      total.no_descriptor += seen.no_descriptor;
      if (rounds < 2 || total.refused >= blocked_after)
        std::printf("round at 03:00:%02d %8d %5d %15d\n", rounds, seen.answered,
                    seen.refused, seen.no_descriptor);
      as_told = as_told && seen.answered == (rounds == 0 ? 200 : 100);
      ++rounds;
    }
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.limits = {.steps = 10'000'000}});
  std::printf("all rounds        %8d %5d %15d\n", total.answered, total.refused,
              total.no_descriptor);
  std::printf(
      "nothing can be opened for %.0f ms of each second: one request in %.0f\n",
      std::chrono::duration<double, std::milli>(answer_takes).count(),
      1s / std::chrono::duration<double>(answer_takes));
  return as_told && rounds == 12 && total.refused == 10'700 &&
                 total.answered == 1300
             ? 0
             : 1;
}
