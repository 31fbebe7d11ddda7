#include "testing/catch.hpp"

#include <weir/policy.hpp>
#include <weir/probe.hpp>
#include <weir/trace/summary.hpp>

#include <boost/asio/co_spawn.hpp>

#include <stdexcept>

using namespace std::chrono_literals;
namespace trace = weir::trace;

namespace {

trace::recording record(const weir::scenario& body) {
  trace::recorder to;
  const trace::scoped_recorder scope(&to);
  const auto policy = weir::make_fifo();
  policy->begin_run(1);
  REQUIRE(weir::run(body, *policy));
  return to.snapshot();
}

boost::asio::awaitable<void> sleep_for(std::chrono::nanoseconds length) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, length);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

std::vector<trace::event> of_kind(const trace::recording& in, trace::event_kind kind) {
  std::vector<trace::event> found;
  std::ranges::copy_if(in.events, std::back_inserter(found),
                       [kind](const auto& e) { return e.kind == kind; });
  return found;
}

enum class breaker { closed, open, half_open };

} // namespace

TEST_CASE("probes are silent where nothing records", "[probe]") {
  REQUIRE(trace::current_recorder() == nullptr);
  weir::gauge depth{"depth", {.capacity = 4}};
  depth.set(2);
  depth.add(3);
  CHECK(depth.value() == 5);
  weir::counter lost{"lost"};
  ++lost;
  weir::span call{"call"};
  CHECK(call.id() == 0);
  call.end();
  weir::note("nobody hears {}", 1);
}

TEST_CASE("probes report virtual time and the task they are in", "[probe]") {
  const auto seen = record([]() -> boost::asio::awaitable<void> {
    weir::gauge depth{"depth", {.capacity = 4, .unit = "items"}};
    depth.set(1);
    co_await sleep_for(20ms);
    depth.add(2);
    weir::note("{} after {}", "three", 20ms);
  });
  const auto gauges = of_kind(seen, trace::event_kind::gauge);
  REQUIRE(gauges.size() == 2);
  CHECK(gauges[0].t_ns == 0);
  CHECK(gauges[1].t_ns == 20'000'000);
  CHECK(trace::from_bits(gauges[1].a) == 3);
  CHECK(gauges[1].task != 0);
  CHECK(seen.source(gauges[1].source).capacity == 4);
  const auto notes = of_kind(seen, trace::event_kind::note);
  REQUIRE(notes.size() == 1);
  CHECK(seen.text(static_cast<trace::string_id>(notes[0].a)) == "three after 20 ms");
}

TEST_CASE("probes with one name are one source and one total", "[probe]") {
  const auto seen = record([]() -> boost::asio::awaitable<void> {
    weir::counter here{"lost"};
    weir::counter there{"lost"};
    here.add(2);
    there += 3;
    co_return;
  });
  CHECK(trace::summarize(seen).counter("lost").total == 5);
}

TEST_CASE("a probe that outlives a recorder goes on with the next", "[probe]") {
  weir::gauge depth{"depth"};
  for (int round = 0; round < 3; ++round) {
    const auto seen = record([&]() -> boost::asio::awaitable<void> {
      weir::counter other{"other"}; // takes the first id of this recorder
      depth.set(round);
      co_return;
    });
    CHECK(trace::summarize(seen).gauge("depth").last == round);
  }
}

TEST_CASE("spans nest by task and end with their scope", "[probe]") {
  const auto seen = record([]() -> boost::asio::awaitable<void> {
    // A coroutine has its task only once it has waited.
    co_await sleep_for(1ms);
    weir::span request{"request", {.role = weir::span_role::request}};
    {
      weir::span attempt{"attempt", {.role = weir::span_role::attempt}};
      co_await sleep_for(5ms);
      attempt.end(weir::outcome::timed_out);
    }
    co_await sleep_for(2ms);
  });
  const auto begun = of_kind(seen, trace::event_kind::span_begin);
  REQUIRE(begun.size() == 2);
  CHECK(begun[1].b == begun[0].a);
  const auto ended = of_kind(seen, trace::event_kind::span_end);
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].detail == static_cast<std::uint8_t>(trace::outcome::timed_out));
  CHECK(ended[0].b == 5'000'000);
  CHECK(ended[1].detail == static_cast<std::uint8_t>(trace::outcome::none));
  CHECK(ended[1].b == 7'000'000);
}

TEST_CASE("a span that asks for no parent has none inside an open one", "[probe]") {
  const auto seen = record([]() -> boost::asio::awaitable<void> {
    co_await sleep_for(1ms);
    weir::span around{"around"};
    weir::span apart{"apart", {.parent = weir::no_parent}};
  });
  const auto begun = of_kind(seen, trace::event_kind::span_begin);
  REQUIRE(begun.size() == 2);
  CHECK(begun[1].b == 0);
}

TEST_CASE("a span that an exception leaves has failed, a moved one ends once", "[probe]") {
  trace::recorder to;
  const trace::scoped_recorder scope(&to);
  try {
    const weir::span call{"call"};
    throw std::runtime_error("no");
  } catch (const std::runtime_error&) {
  }
  {
    weir::span first{"moved"};
    weir::span second{std::move(first)};
    first.end();
    second = weir::span{"other"};
  }
  const auto ended = of_kind(to.snapshot(), trace::event_kind::span_end);
  REQUIRE(ended.size() == 3);
  CHECK(ended[0].detail == static_cast<std::uint8_t>(trace::outcome::failed));
  CHECK(ended[1].a == 2);
  CHECK(ended[2].a == 3);
}

TEST_CASE("a span whose recorder was cleared says nothing to the next run", "[probe]") {
  trace::recorder to;
  const trace::scoped_recorder scope(&to);
  {
    weir::span stale{"stale"};
    to.clear();
    weir::span fresh{"fresh"};
    stale.end();
    CHECK(of_kind(to.snapshot(), trace::event_kind::span_end).empty());
  }
  CHECK(of_kind(to.snapshot(), trace::event_kind::span_end).size() == 1);
}

TEST_CASE("every transition of a state is an event, standing still is none", "[probe]") {
  trace::recorder to;
  const trace::scoped_recorder scope(&to);
  weir::state<breaker> state{"breaker", {"closed", "open", "half-open"}};
  state.set(breaker::closed);
  state.set(breaker::open);
  state.set(breaker::half_open);
  state.set(breaker::open);
  CHECK(state.current() == breaker::open);
  const auto seen = to.snapshot();
  const auto moves = of_kind(seen, trace::event_kind::state);
  REQUIRE(moves.size() == 4);
  CHECK(moves[0].b == -1);
  CHECK((moves[3].a == 1 && moves[3].b == 2));
  CHECK(trace::summarize(seen).state("breaker")["open"].entered == 2);
}

TEST_CASE("items move through places until an outcome takes them out", "[probe]") {
  trace::recorder to;
  const trace::scoped_recorder scope(&to);
  weir::place queue{"queue", {.capacity = 4}};
  weir::outcomes ends{"items"};
  queue.enter(7);
  ends.add(weir::outcome::dropped, 7);
  const auto seen = to.snapshot();
  CHECK(seen.source(of_kind(seen, trace::event_kind::item_moved).at(0).source).name == "queue");
  CHECK(of_kind(seen, trace::event_kind::outcome).at(0).a == 7);
  CHECK(trace::summarize(seen).outcome("items")[trace::outcome::dropped] == 1);
}

TEST_CASE("the same seed gives the same trace hash, another schedule another one", "[probe]") {
  const auto hash_of = [](std::uint64_t seed) {
    trace::recorder to;
    const trace::scoped_recorder scope(&to);
    const auto policy = weir::make_random();
    policy->begin_run(seed);
    weir::run_options options;
    options.seed = seed;
    const weir::scenario body = []() -> boost::asio::awaitable<void> {
      const auto executor = co_await boost::asio::this_coro::executor;
      weir::gauge working{"working"};
      for (int n = 0; n < 8; ++n) {
        auto work = [](weir::gauge& in) -> boost::asio::awaitable<void> {
          in.add(1);
          co_await sleep_for(1ms);
          in.subtract(1);
        };
        boost::asio::co_spawn(executor, work(working), boost::asio::detached);
      }
      co_await sleep_for(10ms);
    };
    REQUIRE(weir::run(body, *policy, options));
    return to.hash();
  };
  CHECK(hash_of(1) == hash_of(1));
  CHECK(hash_of(1) != hash_of(2));
}
