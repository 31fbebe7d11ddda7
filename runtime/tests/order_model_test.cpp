#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/explore.hpp>

#include <set>

using namespace std::chrono_literals;
using weir::order_model;
using weir::schedule_model;
using weir::test::channel;

namespace {

using order = std::vector<int>;

/// Every order in which `body` can come to its end, with what the exploration says.
struct orders_seen {
  std::set<order> orders;
  bool exhausted = false;
};

orders_seen all_orders(const schedule_model& model,
                       const std::function<asio::awaitable<void>(order&)>& body) {
  orders_seen seen;
  weir::explore_options options;
  options.name = "orders";
  options.search = {.schedules = 100'000, .policy = weir::policy_kind::depth_first, .model = model};
  options.determinism_every = 0;
  const auto found = weir::explore(options, [&]() -> asio::awaitable<void> {
    order made;
    co_await body(made);
    seen.orders.insert(made);
  });
  INFO(found.report());
  CHECK(found);
  seen.exhausted = found.exhausted;
  return seen;
}

constexpr schedule_model one_thread{.order = order_model::one_thread};
constexpr schedule_model two_threads{.order = order_model::pool, .threads = 2};
constexpr schedule_model anything{};

asio::awaitable<void> sleep(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

/// One task posts 1, 2 and 3.
asio::awaitable<void> three_posts(order& out) {
  const auto ex = co_await asio::this_coro::executor;
  for (int i = 1; i <= 3; ++i)
    asio::post(ex, [&out, i] { out.push_back(i); });
  co_await sleep(1ms);
}

/// The same through a strand.
asio::awaitable<void> three_posts_to_a_strand(order& out) {
  const auto strand = asio::make_strand(co_await asio::this_coro::executor);
  bool inside = false;
  for (int i = 1; i <= 3; ++i)
    asio::post(strand, [&, i] {
      weir::expect(!std::exchange(inside, true), "two handlers of one strand overlap");
      out.push_back(i);
      inside = false;
    });
  co_await sleep(1ms);
}

/// Three receivers wait on one channel before anything is sent.
asio::awaitable<void> three_receivers(order& out) {
  const auto ex = co_await asio::this_coro::executor;
  channel values(ex, 0);
  for (int i = 1; i <= 3; ++i)
    values.async_receive([&out](boost::system::error_code, int value) { out.push_back(value); });
  for (int i = 1; i <= 3; ++i)
    values.async_send(boost::system::error_code{}, i, [](boost::system::error_code) {});
  co_await sleep(1ms);
}

/// The loop is blocked until both timers have expired.
asio::awaitable<void> timers_after_a_blocked_loop(order& out) {
  const auto ex = co_await asio::this_coro::executor;
  asio::steady_timer later(ex, 11ms);
  asio::steady_timer earlier(ex, 10ms);
  later.async_wait([&](const boost::system::error_code&) { out.push_back(11); });
  earlier.async_wait([&](const boost::system::error_code&) { out.push_back(10); });
  weir::block_loop(20ms);
  co_await sleep(5ms);
}

/// Timers 1 and 2 expire together; timer 1 has two waits.
asio::awaitable<void> a_tie(order& out) {
  const auto ex = co_await asio::this_coro::executor;
  asio::steady_timer first(ex, 1ms);
  asio::steady_timer second(ex, 1ms);
  first.async_wait([&](const boost::system::error_code&) { out.push_back(1); });
  first.async_wait([&](const boost::system::error_code&) { out.push_back(11); });
  second.async_wait([&](const boost::system::error_code&) { out.push_back(2); });
  co_await sleep(2ms);
}

} // namespace

TEST_CASE("one thread runs posts in order, a pool does not, and only `anything` reverses three") {
  CHECK(all_orders(one_thread, three_posts).orders == std::set<order>{{1, 2, 3}});
  CHECK(all_orders(two_threads, three_posts).orders ==
        std::set<order>{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}});
  CHECK(all_orders(anything, three_posts).orders.size() == 6);
}

TEST_CASE("a strand keeps its order under every model") {
  for (const auto& model : {one_thread, two_threads, anything})
    CHECK(all_orders(model, three_posts_to_a_strand).orders == std::set<order>{{1, 2, 3}});
}

TEST_CASE("one thread hands over through a channel in order, a pool may not") {
  CHECK(all_orders(one_thread, three_receivers).orders == std::set<order>{{1, 2, 3}});
  CHECK(all_orders(anything, three_receivers).orders.size() == 6);
}

TEST_CASE("one thread runs timers by expiry also when the loop was blocked past both") {
  CHECK(all_orders(one_thread, timers_after_a_blocked_loop).orders == std::set<order>{{10, 11}});
  CHECK(all_orders(two_threads, timers_after_a_blocked_loop).orders.size() == 2);
}

TEST_CASE("timers that expire together may go in any order on one thread, waits of one may not") {
  CHECK(all_orders(one_thread, a_tie).orders ==
        std::set<order>{{1, 11, 2}, {1, 2, 11}, {2, 1, 11}});
  CHECK(all_orders(anything, a_tie).orders.size() == 6);
}

TEST_CASE("one thread whose time stands still leaves nothing to choose but ties") {
  const auto seen = all_orders(one_thread, [](order& out) -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    co_await (three_posts(out) && three_receivers(out));
  });
  CHECK(seen.exhausted);
  CHECK(seen.orders.size() == 1);
}

TEST_CASE("a report says how many threads its schedule needs, whatever was explored") {
  const auto report_of = [](order unwanted,
                            const std::function<asio::awaitable<void>(order&)>& body) {
    weir::explore_options options;
    options.name = "unwanted";
    options.search.schedules = 5'000;
    return weir::explore(options,
                         [&]() -> asio::awaitable<void> {
                           order made;
                           co_await body(made);
                           weir::expect(made != unwanted, "that order");
                         })
        .report();
  };
  const auto contains = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(contains(report_of({1, 2, 3}, three_posts), "this schedule: one io_context thread"));
  CHECK(contains(report_of({2, 1, 3}, three_posts), "this schedule: needs a pool of 2 threads"));
  CHECK(contains(report_of({3, 1, 2}, three_posts), "this schedule: needs a pool of 3 threads"));
  CHECK(contains(report_of({2, 1, 11}, a_tie), "this schedule: one io_context thread"));
  CHECK(contains(report_of({3, 1, 2}, three_posts), "(explored: anything)"));
}

TEST_CASE("models are spelled one way, and read back") {
  const std::vector<std::pair<schedule_model, std::string>> spelled{
      {{}, "anything"},
      {{.order = order_model::one_thread}, "one-thread"},
      {{.order = order_model::pool, .threads = 3}, "pool-3"},
      {{.time = weir::time_model::moves}, "anything+1ms"},
      {{.order = order_model::one_thread, .time = weir::time_model::moves, .jitter = 1500us},
       "one-thread+1500us"},
      {{.order = order_model::pool, .threads = 2, .time = weir::time_model::moves, .jitter = 60s},
       "pool-2+60s"},
  };
  for (const auto& [model, text] : spelled) {
    CHECK(weir::to_string(model) == text);
    CHECK(weir::parse_schedule_model(text) == model);
    CHECK_FALSE(weir::describe(model).empty());
  }
  for (const char* wrong :
       {"", "one", "pool", "pool-", "pool-1", "pool-x", "anything+", "+1ms", "anything+1",
        "anything+0ms", "anything+1m", "anything+9999999999999s"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(weir::parse_schedule_model(wrong), weir::test::has_text("expected anything"));
  }
}
