#include "incident.hpp"
#include "weir_catch.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

/// Nothing in an incident depends on the order of what is ready: one schedule says it all.
weir::explore_options few(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = 1;
  options.shrink_runs = 1;
  options.determinism_every = 0;
  options.limits.steps = 2'000'000;
  return options;
}

/// An incident that is watched while it happens.
class watched {
public:
  watched(fleet clients, nanoseconds outage)
      : all(clients),
        lasts(outage),
        world(clients, outage, weir::stream("serials")(), make_backoff) {}

  /// To the end, in time; `look` after each instant in which something happened.
  asio::awaitable<void> run(const std::function<void()>& look) {
    weir::name_this_task("the fleet");
    weir::note("the dependency goes down; {} clients find out in the same instant", all.clients);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    bool up = false;
    std::vector<unsigned> told(samples);
    while (const auto when = world.next()) {
      if (*when > weir::now()) {
        timer.expires_at(asio::steady_timer::time_point(*when));
        co_await timer.async_wait(asio::use_awaitable);
      }
      if (!up && *when >= lasts) {
        up = true;
        weir::note("the dependency is back");
      }
      while (world.next() == when)
        static_cast<void>(world.step());
      tell(told);
      weir::expect(world.calls() < patience * all.clients,
                   "{} clients made {} calls within {}: {} each, and that is where the test ends",
                   all.clients, world.calls(), *when, patience);
      weir::expect(*when < lasts + 20 * world.one_round(),
                   "{} after the outage, in which {} clients could be served twenty times, only {} "
                   "of them have been served",
                   *when - lasts, all.clients, world.served());
      look();
    }
    weir::note("everybody has been served, {} after the outage, with {} calls", world.last_served(),
               world.calls());
    weir::note("the last pauses of the clients were {} on average", mean_last_pause());
  }

  fleet all;
  nanoseconds lasts;
  incident world;
  std::size_t patience = 100; ///< calls a client

private:
  static constexpr std::size_t samples = 3;

  [[nodiscard]] nanoseconds mean_last_pause() const {
    nanoseconds sum{};
    for (std::size_t i = 0; i < all.clients; ++i)
      sum += world.last_pause(i);
    return sum / static_cast<nanoseconds::rep>(all.clients);
  }

  /// What three of them do, for the report.
  void tell(std::vector<unsigned>& told) const {
    for (std::size_t i = 0; i < samples; ++i) {
      if (world.failures(i) == told[i])
        continue;
      told[i] = world.failures(i);
      weir::note("client {}: failure {}, pause {}", i + 1, told[i], world.last_pause(i));
    }
  }
};

const fleet shops{.clients = 1000, .capacity = 250};
const fleet meters{.clients = 600, .capacity = 200};
const fleet slow{.clients = 1000, .capacity = 125};
const fleet fast{.clients = 1000, .capacity = 400};
const fleet small{.clients = 300, .capacity = 100};
const fleet large{.clients = 2400, .capacity = 800};

/// A flood ends the test where it happens. For what is merely too much, the whole incident counts.
asio::awaitable<void> watch_the_peak(watched& it) {
  const auto bound = static_cast<std::size_t>(it.all.capacity / 4);
  const auto check = [&](std::size_t tolerated) {
    weir::expect(it.world.peak() <= tolerated,
                 "{} into the outage, {} of {} clients called within 100 ms; the dependency serves "
                 "{} in that time, and {} are the limit",
                 it.world.peak_at(), it.world.peak(), it.all.clients, it.all.capacity / 10, bound);
  };
  const std::function<void()> flood = [&] {
    check(3 * bound);
  };
  co_await it.run(flood);
  check(bound);
}

asio::awaitable<void> stays_below(fleet clients, nanoseconds outage) {
  watched it(clients, outage);
  co_await watch_the_peak(it);
}

asio::awaitable<void> is_over_soon(fleet clients, nanoseconds outage) {
  watched it(clients, outage);
  const nanoseconds limit = 4 * it.world.one_round();
  const std::function<void()> look = [&] {
    weir::expect(it.world.next().value_or(0ns) <= outage + limit ||
                     it.world.served() == clients.clients,
                 "{} clients at {} calls a second can be served in {}; {} after the outage {} had "
                 "been",
                 clients.clients, clients.capacity, it.world.one_round(), limit, it.world.served());
  };
  co_await it.run(look);
}

asio::awaitable<void> costs_little(fleet clients, nanoseconds outage) {
  watched it(clients, outage);
  const double seconds = std::chrono::duration<double>(outage).count();
  const auto bound = 15 * clients.clients + static_cast<std::size_t>(clients.capacity * seconds);
  co_await it.run([&] {
    weir::expect(
        it.world.calls() <= bound,
        "{} clients made more than {} calls: {} of them in an outage of {}, and {} clients "
        "have been served",
        clients.clients, bound, it.world.calls_in_outage(), outage, it.world.served());
  });
}

client numbered(std::uint64_t which, const fleet& among) {
  return {.serial = which * 0x9e3779b97f4a7c15U, .among = among};
}

/// The pauses of a whole fleet, in order, after so many failures each.
std::vector<nanoseconds> pauses(const fleet& clients, unsigned failures) {
  std::vector<nanoseconds> all;
  for (std::uint64_t i = 1; i <= clients.clients; ++i) {
    const auto policy = make_backoff(numbered(i, clients));
    // It may remember what it did before.
    for (unsigned n = std::max(failures, 12U) - 11; n < failures; ++n)
      static_cast<void>(policy->pause(n));
    all.push_back(policy->pause(failures));
  }
  std::sort(all.begin(), all.end());
  return all;
}

} // namespace

TEST_CASE("a client that fails alone is back soon", "[lone-failure]") {
  WEIR_EXPLORE(few("the first pause"), []() -> asio::awaitable<void> {
    weir::name_this_task("the fleet");
    const auto all = pauses(shops, 1);
    const nanoseconds usual = all[all.size() * 95 / 100];
    weir::expect(all.front() >= 0ns, "a pause was {}", all.front());
    weir::expect(
        usual <= 500ms,
        "after a first failure, 95 of 100 clients pause for up to {}; half a second is the "
        "limit",
        usual);
    co_return;
  });

  WEIR_EXPLORE(few("the first pause after an outage"), []() -> asio::awaitable<void> {
    weir::name_this_task("the fleet");
    std::vector<nanoseconds> all;
    for (std::uint64_t i = 1; i <= shops.clients; ++i) {
      const auto policy = make_backoff(numbered(i, shops));
      for (unsigned failures = 1; failures <= 20; ++failures)
        static_cast<void>(policy->pause(failures));
      all.push_back(policy->pause(1));
    }
    std::sort(all.begin(), all.end());
    const nanoseconds usual = all[all.size() * 95 / 100];
    weir::expect(usual <= 500ms,
                 "clients that failed 20 times in a row were served; after their next failure, the "
                 "first since then, 95 of 100 pause for up to {}; half a second is the limit",
                 usual);
    co_return;
  });
}

TEST_CASE("the dependency is not run over", "[peak]") {
  WEIR_EXPLORE(few("a thousand clients"), [] { return stays_below(shops, 30s); });
  WEIR_EXPLORE(few("a faster dependency"), [] { return stays_below(fast, 25s); });
}

TEST_CASE("everybody is served soon", "[recovery]") {
  WEIR_EXPLORE(few("a thousand clients"), [] { return is_over_soon(shops, 20s); });
  WEIR_EXPLORE(few("a slower dependency"), [] { return is_over_soon(slow, 45s); });
  WEIR_EXPLORE(few("a smaller fleet"), [] { return is_over_soon(small, 40s); });
  WEIR_EXPLORE(few("a larger fleet"), [] { return is_over_soon(large, 20s); });
}

TEST_CASE("an outage costs few calls", "[few-calls]") {
  WEIR_EXPLORE(few("a thousand clients"), [] { return costs_little(shops, 30s); });
  WEIR_EXPLORE(few("a slower dependency"), [] { return costs_little(slow, 45s); });
}

TEST_CASE("an outage may last for hours", "[long-outage]") {
  WEIR_EXPLORE(few("two and a half minutes"), []() -> asio::awaitable<void> {
    watched it(meters, 150s);
    it.patience = 200;
    co_await watch_the_peak(it);
    weir::expect(
        it.world.last_served() <= 4 * it.world.one_round(),
        "{} clients at {} calls a second can be served in {}; the last was served {} after "
        "the outage",
        meters.clients, meters.capacity, it.world.one_round(), it.world.last_served());
  });

  WEIR_EXPLORE(few("some thousand failures"), []() -> asio::awaitable<void> {
    weir::name_this_task("the fleet");
    const nanoseconds round = 3s;
    for (const unsigned failures : {20U, 32U, 38U, 64U, 100U, 5000U}) {
      const auto all = pauses(meters, failures);
      weir::expect(all.front() >= 0ns && all.back() <= 4 * round,
                   "after {} failures in a row, pauses are {} to {}; {} is the limit", failures,
                   all.front(), all.back(), 4 * round);
      nanoseconds sum{};
      for (const nanoseconds pause : all)
        sum += pause;
      const nanoseconds mean = sum / static_cast<nanoseconds::rep>(all.size());
      weir::expect(mean >= round / 2.5,
                   "after {} failures in a row, pauses are {} on average; with {} clients that is "
                   "more than two and a half times what the dependency serves",
                   failures, mean, meters.clients);
    }
    co_return;
  });
}

TEST_CASE("what happened can be computed again", "[repeatable]") {
  WEIR_EXPLORE(few("the same client twice"), []() -> asio::awaitable<void> {
    weir::name_this_task("a client and its double");
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (std::uint64_t i = 1; i <= 5; ++i) {
      const client self = numbered(i, shops);
      const auto in_the_field = make_backoff(self);
      std::vector<nanoseconds> seen;
      for (unsigned failures = 1; failures <= 12; ++failures)
        seen.push_back(in_the_field->pause(failures));
      timer.expires_after(1h);
      co_await timer.async_wait(asio::use_awaitable);
      const auto computed = make_backoff(self);
      const auto another = make_backoff(numbered(i + 100, shops));
      for (unsigned failures = 1; failures <= 12; ++failures) {
        const nanoseconds again = computed->pause(failures);
        static_cast<void>(another->pause(failures));
        weir::expect(again == seen[failures - 1],
                     "client {} paused for {} after failure {}; an hour later, made again with the "
                     "same serial number in the same fleet, it pauses for {}",
                     i, seen[failures - 1], failures, again);
      }
    }
  });
}
