// A request per element: what a list of 8,000 ids does to a process and to its
// partner.
//
// The clock is virtual: 80 seconds take no time, and every machine sees the
// same 80 seconds.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using boost::system::error_code;
using namespace std::chrono_literals;
namespace world = weir::world;
using permits = asio::experimental::channel<void(error_code)>;

constexpr int free_descriptors =
    1000; // `ulimit -n` says 1024, and 24 are in use

struct tally {
  int most_sockets = 0, no_descriptor = 0, too_many_requests = 0, answered = 0;
  std::chrono::duration<double> last_answer{};
};

struct job {
  world::service& partner;
  tally& count;
  int sockets = 0;
};

asio::awaitable<void> fetch(job& work, int id) {
  if (work.sockets == free_descriptors) {
    ++work.count.no_descriptor; // EMFILE, for whoever else in this process
                                // opens anything too
    co_return;
  }
  work.count.most_sockets = std::max(work.count.most_sockets, ++work.sockets);
  const world::request ask{static_cast<std::uint64_t>(id)};
  const world::call_result got = co_await work.partner.try_call(ask);
  --work.sockets;
  if (got)
    work.count.last_answer = weir::now();
  ++(got ? work.count.answered : work.count.too_many_requests);
}

// [each]
asio::awaitable<void> a_task_each(job& work, int ids) {
  const auto executor = co_await asio::this_coro::executor;
  for (int id = 1; id <= ids; ++id)
    asio::co_spawn(executor, fetch(work, id), asio::detached);
}

// [/each]

// [bounded]
asio::awaitable<void> at_most(int limit, job& work, int ids) {
  const auto executor = co_await asio::this_coro::executor;
  permits free(executor, static_cast<std::size_t>(limit));
  for (int i = 0; i != limit; ++i)
    free.try_send(error_code{});

  for (int id = 1; id <= ids; ++id) {
    // Acquire first, then start.
    co_await free.async_receive(asio::use_awaitable);
    asio::co_spawn(executor, fetch(work, id), [&free](std::exception_ptr) {
      free.try_send(error_code{});
    });
  }
  // Every permit is home: every task has ended.
  for (int i = 0; i != limit; ++i)
    co_await free.async_receive(asio::use_awaitable);
}

// [/bounded]

tally measure(const char* way, int ids, int limit) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 10'000;
    options.latency = world::constant(120ms);
    options.limit = world::rate_limit{.per_second = 100, .burst = 200};
    world::service partner(executor, options);
    job work{partner, count};
    if (limit == 0)
      co_await a_task_each(work, ids);
    else
      co_await at_most(limit, work, ids);
    asio::steady_timer all_over(executor, 1s);
    co_await all_over.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  std::printf("%-22s %12d   %13d  %4d  %8d  %9.2f s\n", way, count.most_sockets,
              count.no_descriptor, count.too_many_requests, count.answered,
              count.last_answer.count());
  return count;
}

int main() {
  std::printf(
      "%22s most sockets   no descriptor   429  answered  last answer\n", "");
  const tally staging = measure("50 ids, a task each", 50, 0);
  const tally night = measure("8000 ids, a task each", 8000, 0);
  const tally bounded = measure("8000 ids, 12 at a time", 8000, 12);
  const bool as_claimed = staging.answered == 50 && night.answered == 200 &&
                          bounded.answered == 8000 &&
                          bounded.most_sockets == 12;
  return as_claimed ? 0 : 1;
}
