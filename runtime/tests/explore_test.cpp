#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/explore.hpp>
#include <weir/shrink.hpp>
#include <weir/token.hpp>

#include <set>

using namespace std::chrono_literals;
using weir::policy_kind;
using weir::run_outcome;
using weir::test::has_text;

namespace {

asio::awaitable<void> turn() {
  co_await asio::post(asio::use_awaitable);
}

asio::awaitable<void> append(int value, std::vector<int>& out) {
  co_await turn();
  out.push_back(value);
}

/// Three tasks that each append once: 3! orders.
asio::awaitable<void> three(std::vector<int>& out) {
  using namespace asio::experimental::awaitable_operators;
  co_await (append(1, out) && append(2, out) && append(3, out));
}

/// Reads, lets others run, writes back: the classic lost update.
asio::awaitable<void> increment(int& value) {
  const int read = value;
  co_await turn();
  value = read + 1;
}

weir::explore_options quick(std::string name, std::string replay = {}) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.replay = std::move(replay);
  return options;
}

weir::scenario lost_update() {
  return []() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    int value = 0;
    const auto later = [](int& v) -> asio::awaitable<void> {
      co_await turn();
      co_await turn();
      co_await increment(v);
    };
    co_await (increment(value) && later(value));
    weir::expect(value == 2, "two increments made {}", value);
  };
}

} // namespace

TEST_CASE("depth-first search visits every order once and says that it is exhausted") {
  std::multiset<std::vector<int>> orders;
  auto options = quick("all orders");
  options.search.policy = policy_kind::depth_first;
  options.search.schedules = 100'000;
  options.determinism_every = 0;
  const auto found = weir::explore(options, [&]() -> asio::awaitable<void> {
    std::vector<int> order;
    co_await three(order);
    orders.insert(order);
  });
  CHECK(found.exhausted);
  CHECK(std::set<std::vector<int>>(orders.begin(), orders.end()).size() == 6);
  CHECK(found.schedules == orders.size());
}

TEST_CASE("a bound on deviations bounds depth-first search") {
  const auto count = [](std::size_t deviations) {
    auto options = quick("bounded");
    options.search.schedules = 1'000'000;
    options.determinism_every = 0;
    options.make_policy = [=] {
      return weir::make_depth_first(deviations);
    };
    return weir::explore(options,
                         []() -> asio::awaitable<void> {
                           std::vector<int> order;
                           co_await three(order);
                         })
        .schedules;
  };
  CHECK(count(0) == 1);
  CHECK(count(1) > 1);
  CHECK(count(1) < count(2));
}

TEST_CASE("random and PCT search reach every order") {
  for (const auto kind : {policy_kind::random, policy_kind::pct, policy_kind::mixed}) {
    std::set<std::vector<int>> orders;
    auto options = quick("orders");
    options.search.policy = kind;
    // Each order has probability >= 1/36 a run at worst; missing one of six in 500 runs: below 6 *
    // (35/36)^500 = 5e-6.
    options.search.schedules = 500;
    weir::explore(options, [&]() -> asio::awaitable<void> {
      std::vector<int> order;
      co_await three(order);
      orders.insert(order);
    });
    INFO(weir::to_string(kind));
    CHECK(orders.size() == 6);
  }
}

TEST_CASE("a lost update is found, shrunk and replayed from its token") {
  const auto found = weir::explore(quick("lost update"), lost_update());
  REQUIRE_FALSE(found);
  CHECK(found.failure->result.outcome == run_outcome::assertion_failed);
  CHECK(found.failure->result.message == "two increments made 1");
  CHECK(found.failure->deviations <= found.failure->found_deviations);
  CHECK_FALSE(found.failure->trace.events.empty());

  const auto& token = found.failure->token;
  const auto again = weir::explore(quick("lost update", token), lost_update());
  REQUIRE_FALSE(again);
  CHECK(again.replayed);
  CHECK(again.failure->result.hash == found.failure->result.hash);
  CHECK(again.failure->trace.events == found.failure->trace.events);
  const auto other = weir::explore(quick("another scenario", token), lost_update());
  CHECK(other.schedules == 0);
}

TEST_CASE("a replayed schedule that holds is recorded too") {
  const auto found = weir::explore(quick("lost update"), lost_update());
  REQUIRE_FALSE(found);
  REQUIRE(found.failure->deviations > 0);

  const auto mended =
      weir::explore(quick("lost update", found.failure->token), []() -> asio::awaitable<void> {
        std::vector<int> order;
        co_await three(order);
      });
  CHECK(mended);
  CHECK(mended.replayed);
  CHECK(mended.trace.header.scenario == "lost update");
  CHECK_FALSE(mended.trace.events.empty());
}

TEST_CASE("a replay says whether the code still has the choices that the token lists") {
  const auto followed = [](std::vector<std::uint32_t> choices, const weir::scenario& body) {
    const weir::schedule_token token{"code", 1, std::move(choices)};
    return weir::explore(quick("code", weir::to_string(token)), body).followed;
  };
  const auto orders = []() -> asio::awaitable<void> {
    std::vector<int> order;
    co_await three(order);
  };
  const auto straight = []() -> asio::awaitable<void> {
    co_await turn();
  };
  CHECK(followed({}, orders));
  CHECK(followed({}, straight));
  CHECK(followed({2, 1}, orders));
  CHECK_FALSE(followed({2, 1}, straight));
  CHECK_FALSE(followed({3}, orders));
}

TEST_CASE("the same seed twice gives the same exploration") {
  const auto one = weir::explore(quick("same"), lost_update());
  const auto two = weir::explore(quick("same"), lost_update());
  REQUIRE_FALSE(one);
  CHECK(one.failure->number == two.failure->number);
  CHECK(one.failure->token == two.failure->token);
  CHECK(one.handlers == two.handlers);
}

TEST_CASE("settings that a caller leaves open are taken from those handed on, the others are not") {
  const weir::search_options mine{.schedules = 3, .policy = policy_kind::random};
  const weir::search_options theirs{.schedules = 9, .seed = 7, .replay = "w1:x"};
  const auto both = mine.or_else(theirs);
  CHECK(both.schedules == 3);
  CHECK(both.seed == 7);
  CHECK(both.policy == policy_kind::random);
  CHECK(both.replay == "w1:x");
}

TEST_CASE("a run that depends on more than its schedule is called nondeterministic") {
  int calls = 0;
  const auto found = weir::explore(quick("leftover state"), [&]() -> asio::awaitable<void> {
    if (++calls % 2 == 0) {
      co_await turn();
      co_await turn();
    }
  });
  REQUIRE_FALSE(found);
  CHECK(found.failure->result.outcome == run_outcome::nondeterministic);
}

TEST_CASE("choices of the scenario's own are explored like schedules") {
  std::set<std::size_t> picked;
  auto options = quick("picks");
  options.search.policy = policy_kind::depth_first;
  const auto found = weir::explore(options, [&]() -> asio::awaitable<void> {
    picked.insert(weir::pick(5));
    co_return;
  });
  CHECK(found.exhausted);
  CHECK(picked.size() == 5);
}

TEST_CASE("a counting policy sees what goes through it") {
  weir::policy_metrics metrics;
  auto options = quick("counted");
  options.search.schedules = 10;
  options.determinism_every = 0;
  options.make_policy = [&] {
    return weir::make_counting(weir::make_random(), metrics);
  };
  weir::explore(options, []() -> asio::awaitable<void> {
    std::vector<int> order;
    co_await three(order);
  });
  CHECK(metrics.runs == 10);
  CHECK(metrics.choices > 10);
  CHECK(metrics.widest >= 3);
}

TEST_CASE("tokens read back to what was printed and refuse what was not") {
  const weir::schedule_token token{"bounded-queue/push-waits/x", 42, {0, 0, 1, 0, 7, 1}};
  const auto printed = weir::to_string(token);
  CHECK(weir::parse_token(printed) == token);
  CHECK(weir::parse_token(weir::to_string({"a", 1, {0, 0}})).choices.empty());
  auto slip = printed;
  slip[slip.size() - 7] = slip[slip.size() - 7] == '1' ? '2' : '1';
  CHECK_THROWS_AS(weir::parse_token(slip), weir::token_error);
  CHECK_THROWS_AS(weir::parse_token(""), weir::token_error);
  CHECK_THROWS_AS(weir::parse_token("w1:::::"), weir::token_error);
  CHECK_THROWS_WITH(weir::parse_token("w9" + printed.substr(2)), has_text("version"));
}

TEST_CASE("a token carries its model and its Asio, and one of version 1 is still read") {
  weir::schedule_token token{"a/b", 3, {0, 2}};
  token.model = {.order = weir::order_model::pool, .threads = 2, .time = weir::time_model::moves};
  token.asio = "1.30";
  const auto printed = weir::to_string(token);
  CHECK(printed.starts_with("w2:a/b:3:1.30:pool-2+1ms:1x2:"));
  CHECK(weir::parse_token(printed) == token);

  const auto old = weir::parse_token("w1:lost-update:1:5:063b");
  CHECK(old.choices == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1});
  CHECK(old.model == weir::schedule_model{});
  CHECK(old.asio.empty());
}

TEST_CASE("a replay of a token that another Asio made says so") {
  weir::schedule_token token{"lost-update", 1, {}};
  CHECK(weir::explore(quick("lost update", weir::to_string(token)), lost_update()).remark.empty());
  token.asio = "1.99";
  const auto found = weir::explore(quick("lost update", weir::to_string(token)), lost_update());
  CHECK(found.remark.find("made with Asio 1.99, and this is Asio " + weir::asio_version()) !=
        std::string::npos);
}

TEST_CASE("shrinking keeps only the departures that the failure needs") {
  // Fails exactly when positions 3 and 11 are both set.
  const auto fails =
      [](const std::vector<std::uint32_t>& c) -> std::optional<std::vector<std::uint32_t>> {
    if (c.size() > 11 && c[3] != 0 && c[11] != 0)
      return c;
    return std::nullopt;
  };
  const auto made = weir::shrink(std::vector<std::uint32_t>(40, 5), 500, fails);
  std::vector<std::uint32_t> wanted(12, 0);
  wanted[3] = wanted[11] = 1;
  CHECK(made.choices == wanted);
  CHECK(weir::shrink(std::vector<std::uint32_t>(40, 5), 3, fails).runs <= 3);
}

TEST_CASE("shrinking finds the least of small values, and halves large ones") {
  const auto least = [](std::uint32_t value) {
    const auto fails = [value](const std::vector<std::uint32_t>& choices) {
      return choices.size() > 2 && choices[2] >= value ? std::optional(choices) : std::nullopt;
    };
    return weir::shrink({0, 0, 100}, 50, fails).choices.at(2);
  };
  CHECK(least(1) == 1);
  CHECK(least(3) == 3);
  CHECK(least(20) == 25);
}
