/// The models against queueing theory.
///
/// Every check runs 20 independent replications from an empty system and asks whether the closed
/// form lies in the 99.9 % confidence interval (Student's t, 19 degrees of freedom) of the
/// replications' mean. Seeds are fixed, so a check that passes once always passes; over random
/// seeds a right model would fail about one check in a thousand. What the empty start adds to the
/// mean is below a tenth of the interval.
#include "world_support.hpp"

#include <weir/world/arrivals.hpp>
#include <weir/world/service.hpp>
#include <weir/world/source.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace world = weir::world;
using namespace world_test;

namespace {

/// Poisson arrivals at a service, times in units of one second.
struct queue {
  double arrivals_per_second = 0;
  std::size_t servers = 1;
  std::size_t queue_limit = world::unlimited;
  world::latency_distribution latency;
  std::uint64_t calls = 20'000;
};

/// What one replication saw.
struct observation {
  double number_waiting = 0; ///< L_q, over time
  double number_inside = 0;  ///< L
  double wait = 0;           ///< W_q in seconds
  double sojourn = 0;        ///< W
  double sojourn_p99 = 0;
  double waited_share = 0;  ///< of the calls served, how many waited at all
  double blocked_share = 0; ///< of the calls, how many found the queue full
  double busy_servers = 0;
};

observation replicate(const queue& q, std::uint64_t seed) {
  observation seen;
  run_once(
      [&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        world::service service(
            executor, {.capacity = q.servers, .queue_limit = q.queue_limit, .latency = q.latency});
        world::source source(
            executor,
            {.arrivals = world::poisson({.per_second = q.arrivals_per_second}), .count = q.calls});
        const auto begin = weir::now();
        auto pushed = source.push_to([&](world::item arrived) {
          asio::co_spawn(executor, service.try_call({.id = arrived.number}), asio::detached);
        });
        co_await std::move(pushed);
        while (service.stats().completed + service.stats().rejected < q.calls) {
          auto slept = sleep(100ms);
          co_await std::move(slept);
        }

        const world::service_stats stats = service.stats();
        // Little's law holds on every sample path that begins and ends empty, and so exactly.
        CHECK(service.occupancy() == service.time_inside());
        CHECK(stats.offered == q.calls);
        CHECK(stats.offered == stats.completed + stats.rejected);

        const double elapsed = std::chrono::duration<double>(weir::now() - begin).count();
        const auto offered = static_cast<double>(stats.offered);
        const auto waits = service.waits().values();
        seen.number_waiting = stats.mean_queued;
        seen.number_inside = std::chrono::duration<double>(service.occupancy()).count() / elapsed;
        seen.wait = service.waits().mean_seconds();
        seen.sojourn = service.latencies().mean_seconds();
        seen.sojourn_p99 =
            std::chrono::duration<double>(service.latencies().percentile(0.99)).count();
        seen.waited_share = static_cast<double>(std::count_if(waits.begin(), waits.end(),
                                                              [](auto w) { return w > 0ns; })) /
                            static_cast<double>(stats.started);
        seen.blocked_share = static_cast<double>(stats.rejected) / offered;
        seen.busy_servers = stats.mean_in_flight;
      },
      seed);
  return seen;
}

std::vector<observation> replications(const queue& q) {
  std::vector<observation> all;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    all.push_back(replicate(q, seed));
  }
  return all;
}

struct interval {
  double mean = 0;
  double half_width = 0;

  [[nodiscard]] bool contains(double value) const { return std::abs(value - mean) <= half_width; }
};

interval confidence_999(const std::vector<observation>& all, double observation::* what) {
  constexpr double student_t = 3.883; // 0.9995 quantile, 19 degrees of freedom
  REQUIRE(all.size() == 20);
  double sum = 0;
  for (const observation& one : all) {
    sum += one.*what;
  }
  const auto n = static_cast<double>(all.size());
  const double mean = sum / n;
  double squares = 0;
  for (const observation& one : all) {
    squares += (one.*what - mean) * (one.*what - mean);
  }
  return {mean, student_t * std::sqrt(squares / (n - 1) / n)};
}

/// The interval must hold the closed form, and must be narrow enough to mean something.
void agrees(const std::string& what, const std::vector<observation>& all,
            double observation::* measured, double theory) {
  const interval found = confidence_999(all, measured);
  INFO(what << ": theory " << theory << ", measured " << found.mean << " +- " << found.half_width);
  CHECK(found.contains(theory));
  CHECK(found.half_width < 0.1 * theory);
}

double erlang_b(std::size_t servers, double load) {
  double blocking = 1;
  for (std::size_t n = 1; n <= servers; ++n) {
    blocking = load * blocking / (static_cast<double>(n) + load * blocking);
  }
  return blocking;
}

double erlang_c(std::size_t servers, double load) {
  const double b = erlang_b(servers, load);
  const auto c = static_cast<double>(servers);
  return c * b / (c - load * (1 - b));
}

/// Pollaczek and Khinchine: the mean number waiting in M/G/1.
double pollaczek_khinchine(double load, const world::latency_distribution& service) {
  return load * load * (1 + service.squared_variation()) / (2 * (1 - load));
}

} // namespace

TEST_CASE("M/M/1: number inside, waits and sojourns are the closed forms'", "[world][theory]") {
  constexpr double load = 0.6;
  const auto all = replications({.arrivals_per_second = load, .latency = world::exponential(1s)});
  agrees("L", all, &observation::number_inside, load / (1 - load));
  agrees("L_q", all, &observation::number_waiting, load * load / (1 - load));
  agrees("W", all, &observation::sojourn, 1 / (1 - load));
  agrees("W_q", all, &observation::wait, load / (1 - load));
  agrees("p99 of the sojourn", all, &observation::sojourn_p99, std::log(100) / (1 - load));
  agrees("busy", all, &observation::busy_servers, load);
}

TEST_CASE("M/M/3: who waits, and for how long, is Erlang C", "[world][theory]") {
  constexpr double load = 2.1; // erlangs, on three servers
  const auto all =
      replications({.arrivals_per_second = load, .servers = 3, .latency = world::exponential(1s)});
  const double waiting = erlang_c(3, load);
  agrees("P(wait)", all, &observation::waited_share, waiting);
  agrees("W_q", all, &observation::wait, waiting / (3 - load));
  agrees("L_q", all, &observation::number_waiting, waiting * load / (3 - load));
  agrees("W", all, &observation::sojourn, 1 + waiting / (3 - load));
  agrees("busy", all, &observation::busy_servers, load);
}

TEST_CASE("M/M/1/5: the share that is turned away is the closed form's", "[world][theory]") {
  constexpr double load = 0.9;
  constexpr int places = 5; // one in service, four waiting
  const auto all = replications(
      {.arrivals_per_second = load, .queue_limit = places - 1, .latency = world::exponential(1s)});
  const double blocked = (1 - load) * std::pow(load, places) / (1 - std::pow(load, places + 1));
  const double inside = load / (1 - load) - (places + 1) * std::pow(load, places + 1) /
                                                (1 - std::pow(load, places + 1));
  agrees("P(blocked)", all, &observation::blocked_share, blocked);
  agrees("L", all, &observation::number_inside, inside);
  agrees("W", all, &observation::sojourn, inside / (load * (1 - blocked)));
  agrees("busy", all, &observation::busy_servers, load * (1 - blocked));
}

TEST_CASE("M/D/1 and M/G/1: the mean number waiting is Pollaczek and Khinchine's",
          "[world][theory]") {
  const auto held_to_formula = [](const std::string& name, double load,
                                  const world::latency_distribution& latency) {
    const auto all =
        replications({.arrivals_per_second = load / latency.mean_seconds(), .latency = latency});
    const double waiting = pollaczek_khinchine(load, latency);
    agrees(name + " L_q", all, &observation::number_waiting, waiting);
    agrees(name + " W_q", all, &observation::wait, waiting * latency.mean_seconds() / load);
    agrees(name + " busy", all, &observation::busy_servers, load);
  };
  held_to_formula("M/D/1", 0.7, world::constant(1s));
  held_to_formula("M/U/1", 0.7, world::uniform(500ms, 1500ms));
  held_to_formula("M/lognormal/1", 0.5, world::lognormal(1s, 0.8));
  held_to_formula("M/bimodal/1", 0.5,
                  world::bimodal({.common = 500ms, .rare = 5s, .rare_share = 0.1}));
}

TEST_CASE("M/G/4/4: blocking is Erlang B, whatever the distribution of the latency",
          "[world][theory]") {
  constexpr double load = 3;
  for (const auto& latency :
       {world::exponential(1s), world::constant(1s),
        world::bimodal({.common = 500ms, .rare = 5500ms, .rare_share = 0.1})}) {
    const auto all = replications(
        {.arrivals_per_second = load, .servers = 4, .queue_limit = 0, .latency = latency});
    agrees("P(blocked)", all, &observation::blocked_share, erlang_b(4, load));
    agrees("busy", all, &observation::busy_servers, load * (1 - erlang_b(4, load)));
  }
}

TEST_CASE("the checks have power: a service 5 % slower or faster than claimed is rejected",
          "[world][theory]") {
  constexpr double load = 0.6;
  for (const auto wrong : {1050ms, 950ms}) {
    const auto all =
        replications({.arrivals_per_second = load, .latency = world::exponential(wrong)});
    CHECK_FALSE(confidence_999(all, &observation::number_inside).contains(load / (1 - load)));
    CHECK_FALSE(
        confidence_999(all, &observation::number_waiting).contains(load * load / (1 - load)));
    CHECK_FALSE(confidence_999(all, &observation::sojourn).contains(1 / (1 - load)));
    CHECK_FALSE(confidence_999(all, &observation::busy_servers).contains(load));
  }
}

TEST_CASE("the checks have power: one place more in the queue is noticed", "[world][theory]") {
  constexpr double load = 0.9;
  const auto all = replications(
      {.arrivals_per_second = load, .queue_limit = 5, .latency = world::exponential(1s)});
  const double blocked = (1 - load) * std::pow(load, 5) / (1 - std::pow(load, 6));
  CHECK_FALSE(confidence_999(all, &observation::blocked_share).contains(blocked));
}
