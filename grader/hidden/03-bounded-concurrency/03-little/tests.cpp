#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

const error_code reset = asio::error::connection_reset;
const error_code aborted = asio::error::operation_aborted;

/// Servers without a queue, so that every latency is the service time.
constexpr world wide{.name = "wide", .servers = 64, .service = 10ms};

bool close_to(double seen, double due) {
  return std::abs(seen - due) <= 1e-6 * std::abs(due);
}

/// How far a bound may be off the knee: a fifth, or one.
///
/// Both factors are means of a few hundred samples. Service times spread evenly over half to one
/// and a half of their mean have a coefficient of variation of 0.29, so that the mean of 150 of
/// them has a standard error of 2.4 %, and the product of two such means 3.4 %. A throughput over n
/// calls comes out low by up to knee / n, since nobody is served while the first calls travel and
/// the last answers come back: 8 % for 24 and 300. Three standard errors and that are 18 %.
double tolerance(double knee) {
  return std::max(1.0, 0.2 * knee);
}

/// Random worlds differ with the seed, and schedules hardly matter here.
weir::explore_options a_few(std::string_view name) {
  weir::explore_options options;
  options.name = std::string(name);
  options.search.schedules = 3;
  options.limits.steps = 2'000'000;
  return options;
}

void explore_bound(const world& how, std::size_t pool,
                   std::function<void(const bound_fixture&, std::size_t bound)> judge) {
  WEIR_EXPLORE(a_few(how.name), [&how, pool, &judge]() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, how);
    const attempt& mine = f.start_find_bound(pool, 3000);
    co_await f.finish();
    f.expect_returned();
    judge(f, mine.fate().value().bound);
  });
}

} // namespace

// Nothing is cancelled in the instant in which it is started.

TEST_CASE("so many calls at a time", "[in-flight]") {
  constexpr std::pair<std::size_t, std::size_t> cases[] = {{4, 22}, {1, 5}, {6, 3}};
  for (const auto& one : cases)
    WEIR_EXPLORE(
        weir::text("{} of {} calls", one.first, one.second), [one]() -> asio::awaitable<void> {
          const auto [in_flight, calls] = one;
          bound_fixture f(co_await asio::this_coro::executor,
                          {.name = "uneven", .servers = 64, .service = 10ms, .jitter = true});
          const attempt& mine = f.start_measure(in_flight, calls);
          while (mine.pending()) {
            co_await f.wait(2500us);
            const std::size_t due = std::min(in_flight, calls - f.to.answered);
            weir::expect(f.to.running() == due,
                         "measure({} in flight, {} calls) had {} calls running at {}, when {} were "
                         "still to end: {} should have been",
                         in_flight, calls, f.to.running(), weir::now(), calls - f.to.answered, due);
          }
          f.expect_returned();
          f.expect_nothing_left();
          weir::expect(f.to.calls == calls, "measure() was to make {} calls, and made {}", calls,
                       f.to.calls);
          weir::expect(f.to.most() <= in_flight,
                       "measure() had {} calls running at one time, {} were asked for", f.to.most(),
                       in_flight);
        });
}

TEST_CASE("what was measured agrees with Little's law", "[law]") {
  const world worlds[] = {
      {.name = "no queue", .servers = 64, .service = 10ms, .jitter = true},
      {.name = "a queue", .servers = 3, .service = 10ms, .distance = 5ms, .jitter = true}};
  for (const world& how : worlds)
    WEIR_EXPLORE(std::string(how.name), [&how]() -> asio::awaitable<void> {
      bound_fixture f(co_await asio::this_coro::executor, how);
      co_await f.wait(7ms);
      const attempt& mine = f.start_measure(5, 23);
      co_await f.finish();
      f.expect_returned();
      const double throughput = 23 / f.to.elapsed();
      weir::expect(close_to(mine.fate().value().seen.throughput, throughput),
                   "23 calls took {} s, which is {} a second; measure() said {}", f.to.elapsed(),
                   throughput, mine.fate().value().seen.throughput);
      weir::expect(close_to(mine.fate().value().seen.latency.count(), f.to.mean_latency()),
                   "a call took {} s on average; measure() said {} s", f.to.mean_latency(),
                   mine.fate().value().seen.latency.count());
    });
}

TEST_CASE("the bound is the knee", "[knee]") {
  const world worlds[] = {
      {.name = "far away", .servers = 4, .service = 10ms, .distance = 30ms},
      {.name = "uneven service", .servers = 6, .service = 20ms, .jitter = true},
      {.name = "one at a time", .servers = 1, .service = 5ms},
      {.name = "many servers", .servers = 16, .service = 8ms, .distance = 4ms, .jitter = true},
      {.name = "very far away", .servers = 3, .service = 4ms, .distance = 26ms, .jitter = true},
      {.name = "others use it too",
       .servers = 8,
       .service = 10ms,
       .distance = 10ms,
       .others = 300}};
  for (const world& how : worlds)
    explore_bound(how, 100, [&how](const bound_fixture&, std::size_t bound) {
      weir::expect(std::abs(static_cast<double>(bound) - how.knee()) <= tolerance(how.knee()),
                   "the downstream gives {} a second at the most, and a call that is alone takes "
                   "{}: the bound should be about {}; find_bound() says {}",
                   how.capacity(), how.lone_latency(), how.knee(), bound);
    });
}

TEST_CASE("the pool is a limit of its own", "[pool]") {
  struct small_pool {
    world how;
    std::size_t pool;
  };

  const small_pool cases[] = {
      {{.name = "half the knee", .servers = 4, .service = 10ms, .distance = 30ms}, 8},
      {{.name = "a little less", .servers = 10, .service = 10ms, .distance = 2ms, .jitter = true},
       11},
      {{.name = "one connection", .servers = 10, .service = 10ms}, 1},
      {{.name = "just more", .servers = 4, .service = 10ms, .distance = 10ms}, 9}};

  for (const small_pool& one : cases)
    explore_bound(one.how, one.pool, [&one](const bound_fixture& f, std::size_t bound) {
      weir::expect(f.to.most() <= one.pool,
                   "find_bound() had {} calls in flight; the pool has {} connections", f.to.most(),
                   one.pool);
      const double due = std::min(one.how.knee(), static_cast<double>(one.pool));
      weir::expect(bound <= one.pool && static_cast<double>(bound) >= due - tolerance(due),
                   "the knee is at {}, and the pool has {} connections; find_bound() says {}",
                   one.how.knee(), one.pool, bound);
    });
}

TEST_CASE("the search is gentle", "[gentle]") {
  struct one_search {
    world how;
    std::size_t pool = 200;
  };

  const one_search searches[] = {
      {{.name = "a small database", .servers = 5, .service = 10ms}},
      {{.name = "far away", .servers = 2, .service = 6ms, .distance = 30ms, .jitter = true}},
      {{.name = "one at a time", .servers = 1, .service = 5ms}},
      {{.name = "one at a time, next door", .servers = 1, .service = 5ms, .distance = 2ms}},
      {{.name = "a pool that is too small", .servers = 12, .service = 10ms}, 6}};
  for (const one_search& one : searches)
    explore_bound(one.how, one.pool, [&how = one.how](const bound_fixture& f, std::size_t bound) {
      weir::expect(f.to.calls <= 3000, "find_bound() made {} calls; it may make 3000", f.to.calls);
      weir::expect(f.to.most() <= 4 * bound,
                   "find_bound() had {} calls in flight to find out that {} are right; the knee is "
                   "at {}",
                   f.to.most(), bound, how.knee());
    });
}

TEST_CASE("a call that fails ends it", "[failure]") {
  WEIR_EXPLORE("in a measurement", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    f.to.fails_at = 6;
    f.start_measure(3, 20);
    co_await f.wait(1s);
    f.expect_threw(reset, 15ms,
                   "call 6 failed at 12.0 ms, the other two were cancelled and had tidied up");
    weir::expect(f.to.calls == 6, "call 6 failed while calls 4 and 5 ran, and {} were made in all",
                 f.to.calls);
  });

  WEIR_EXPLORE("with no std::exception", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    f.to.fails_at = 6;
    f.to.throws_42 = true;
    const attempt& mine = f.start_measure(3, 20);
    co_await f.wait(1s);
    const std::exception_ptr thrown = mine.fate().thrown();
    weir::expect(thrown && is(thrown, weir::storm::thrown::number),
                 "call 6 threw the number 42, but measure() {}", mine.text());
    f.expect_nothing_left();
  });

  WEIR_EXPLORE("near the end", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    f.to.fails_at = 4;
    f.start_measure(4, 4);
    co_await f.wait(1s);
    f.expect_threw(reset, 5ms, "call 4 failed at 2.0 ms, the others were cancelled");
  });

  WEIR_EXPLORE("alone", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    f.to.fails_at = 2;
    f.start_measure(1, 9);
    co_await f.wait(1s);
    f.expect_threw(reset, 12ms, "call 2 failed at 12.0 ms and nothing else ran");
  });

  WEIR_EXPLORE(a_few("in a search"), []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    f.to.fails_at = 300;
    const attempt& mine = f.start_find_bound(32, 2000);
    co_await f.wait(60s);
    if (f.to.calls >= 300)
      weir::expect(mine.fate() == weir::testing::threw(reset),
                   "call 300 failed, but find_bound() {}", mine.text());
    f.expect_nothing_left();
  });
}

TEST_CASE("cancelled, it leaves nothing running", "[cancelled]") {
  WEIR_EXPLORE("a measurement", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    attempt& mine = f.start_measure(3, 20);
    co_await f.wait(15ms);
    mine.cancel();
    co_await f.wait(1s);
    f.expect_threw(aborted, 18ms, "it was cancelled at 15.0 ms, and its calls had tidied up");
  });

  WEIR_EXPLORE("at the end of a measurement", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    attempt& mine = f.start_measure(3, 5);
    co_await f.wait(15ms);
    mine.cancel();
    co_await f.wait(1s);
    f.expect_threw(aborted, 18ms, "it was cancelled at 15.0 ms, and its calls had tidied up");
  });

  WEIR_EXPLORE("a search", []() -> asio::awaitable<void> {
    bound_fixture f(co_await asio::this_coro::executor, wide);
    attempt& mine = f.start_find_bound(16, 2000);
    co_await f.wait(45ms);
    mine.cancel();
    co_await f.wait(1s);
    f.expect_threw(aborted, 48ms, "it was cancelled at 45.0 ms, and its calls had tidied up");
  });
}
