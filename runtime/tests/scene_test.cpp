#include "testing/catch.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <boost/json.hpp>

#include <stdexcept>

using namespace std::chrono_literals;
using weir::test::has_text;
namespace trace = weir::trace;

namespace {

const weir::knob<std::chrono::nanoseconds> period{
    "period", {.value = 100ms, .min = 1ms, .max = 1s, .documentation = "Time between items."}};
const weir::knob<int> batch{
    "batch", {.value = 1, .min = 1, .max = 100, .documentation = "Items at a time."}};

/// Fills a pile for ever; what it waits on is alive at the horizon.
boost::asio::awaitable<void> fill(weir::scene_context& scene) {
  const auto executor = co_await boost::asio::this_coro::executor;
  weir::gauge depth{"depth", {.capacity = 20}};
  weir::counter lost{"lost"};
  boost::asio::steady_timer timer(executor);
  for (;;) {
    timer.expires_after(scene[period]);
    co_await timer.async_wait(boost::asio::use_awaitable);
    const weir::span put{"put"};
    depth.add(scene[batch]);
  }
}

boost::asio::awaitable<void> wait_for_nothing(weir::scene_context&) {
  boost::asio::experimental::channel<void(boost::system::error_code)> never(
      co_await boost::asio::this_coro::executor, 0);
  co_await never.async_receive(boost::asio::use_awaitable);
}

boost::asio::awaitable<void> spin(weir::scene_context&) {
  const auto executor = co_await boost::asio::this_coro::executor;
  for (;;) {
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
  }
}

WEIR_SCENE(.title = "A pile", .caption = "Watch it grow; make it grow faster.",
           .knobs = {period, batch},
           .goals = {{"depth never above 20",
                      [](const auto& seen) { return seen.gauge("depth").max <= 20; },
                      [](const auto& seen) {
                        return weir::text("{} at most", seen.gauge("depth").max);
                      }},
                     {"nothing lost",
                      [](const auto& seen) {
                        return seen.counter("lost").total == 0;
                      }},
                     {"a slip of the pen",
                      [](const auto& seen) {
                        return seen.gauge("dpeth").max < 1;
                      }}},
           .body = fill, .horizon = 1s);

weir::scene_definition
with_body(std::function<boost::asio::awaitable<void>(weir::scene_context&)> body) {
  return {.title = "t", .caption = "c", .body = std::move(body), .horizon = 1s};
}

} // namespace

TEST_CASE("a scene runs to its horizon and what is alive then is no failure", "[scene]") {
  trace::recorder to;
  const auto result = weir::run_scene(*weir_scene(), {}, to);
  CHECK(result.ended == "reached the horizon");
  CHECK(result.healthy);
  CHECK(result.summary.gauge("depth").max == Approx(10).margin(1));
  CHECK(result.summary.length == 1s);
  CHECK(result.summary.span("put").open == 0);
}

TEST_CASE("what is alive at the horizon is left as it is, not torn down", "[scene]") {
  static bool destroyed;
  destroyed = false;

  struct guard {
    ~guard() { destroyed = true; }
  };

  trace::recorder to;
  const auto result = weir::run_scene(
      with_body([](weir::scene_context&) -> boost::asio::awaitable<void> {
        const guard here;
        boost::asio::steady_timer never(co_await boost::asio::this_coro::executor, 1h);
        co_await never.async_wait(boost::asio::use_awaitable);
      }),
      {}, to);
  CHECK(result.healthy);
  CHECK_FALSE(destroyed);
}

TEST_CASE("a goal is met, missed, or missed with the reason it can't be judged", "[scene]") {
  trace::recorder to;
  const auto tame = weir::run_scene(*weir_scene(), {}, to);
  REQUIRE(tame.goals.size() == 3);
  CHECK(tame.goals[0].met);
  CHECK(tame.goals[1].met);
  CHECK_FALSE(tame.goals[2].met);
  CHECK_THAT(tame.goals[2].remark, has_text("'dpeth'; it has 'depth'"));
  const auto wild = weir::run_scene(*weir_scene(), {.assignments = {"batch=50"}}, to);
  CHECK_FALSE(wild.goals[0].met);
  CHECK(wild.goals[0].seen == weir::text("{} at most", wild.summary.gauge("depth").max));
  CHECK(wild.goals[1].seen.empty());
  CHECK_THAT(to_text(wild), has_text("missed  depth never above 20: " + wild.goals[0].seen));
  CHECK_FALSE(wild.goals_met());
}

TEST_CASE("the same settings give the same trace, other settings another one", "[scene]") {
  trace::recorder to;
  const auto hash_with = [&](std::vector<std::string> assignments) {
    (void)weir::run_scene(*weir_scene(), {.assignments = std::move(assignments)}, to);
    return to.hash();
  };
  const auto plain = hash_with({});
  CHECK(plain == hash_with({}));
  CHECK(plain == hash_with({"period=100ms"}));
  CHECK(plain != hash_with({"period=50ms"}));
}

TEST_CASE("the trace of a scene says how to run it again", "[scene]") {
  trace::recorder to;
  (void)weir::run_scene(
      *weir_scene(), {.assignments = {"period=50ms"}, .seed = 9, .exercise = "bounded-queue"}, to);
  const auto& header = to.snapshot().header;
  CHECK(header.exercise == "bounded-queue");
  CHECK(header.scenario == "A pile");
  CHECK(header.seed == 9);
  CHECK(header.knobs ==
        std::vector<std::pair<std::string, std::string>>{{"period", "50ms"}, {"batch", "1"}});
}

TEST_CASE("bad settings are refused before anything runs", "[scene]") {
  trace::recorder to;
  CHECK_THROWS_WITH(weir::run_scene(*weir_scene(), {.assignments = {"perod=1s"}}, to),
                    has_text("did you mean period?"));
  CHECK(to.size() == 0);
  CHECK_THROWS_AS(weir::run_scene({}, {}, to), std::logic_error);
}

TEST_CASE("a scene whose body returns has completed at that time", "[scene]") {
  trace::recorder to;
  const auto scene = with_body([](weir::scene_context&) -> boost::asio::awaitable<void> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 300ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
  });
  const auto result = weir::run_scene(scene, {}, to);
  CHECK(result.ended == "completed");
  CHECK(result.summary.length == 300ms);
}

TEST_CASE("a scene that throws says what, and is not healthy", "[scene]") {
  trace::recorder to;
  const auto scene = with_body([](weir::scene_context&) -> boost::asio::awaitable<void> {
    throw std::runtime_error("the dam broke");
    co_return;
  });
  const auto result = weir::run_scene(scene, {}, to);
  CHECK_FALSE(result.healthy);
  CHECK(result.ended == "exception");
  CHECK_THAT(result.message, has_text("the dam broke"));
}

TEST_CASE("a scene that is stuck says since when", "[scene]") {
  trace::recorder to;
  const auto result = weir::run_scene(with_body(wait_for_nothing), {}, to);
  CHECK(result.healthy);
  CHECK_THAT(result.message, has_text("nothing happened any more after 0 ns"));
}

TEST_CASE("a scene that spins at one instant is ended by its limit", "[scene]") {
  trace::recorder to({.max_events = 4096});
  auto scene = with_body(spin);
  scene.step_limit = 20'000;
  const auto result = weir::run_scene(scene, {}, to);
  CHECK(result.ended == "step-limit");
  CHECK_FALSE(result.healthy);
}

TEST_CASE("a scene's summary is for people and for programs", "[scene]") {
  trace::recorder to;
  const auto result = weir::run_scene(*weir_scene(), {.assignments = {"batch=3"}}, to);
  const auto text = weir::to_text(result);
  CHECK_THAT(text, has_text("A pile\nWatch it grow"));
  CHECK_THAT(text, has_text("missed  depth never above 20"));
  CHECK_THAT(text, has_text("met     nothing lost"));
  CHECK_THAT(text, has_text("▁") && has_text("█"));
  const auto json = boost::json::parse(weir::to_json(result));
  CHECK(json.at("set").as_string() == "--set batch=3");
  CHECK(json.at("goals").as_array().size() == 3);
  CHECK(json.at("gauges").at(0).at("capacity").to_number<double>() == 20);
  CHECK(json.at("spans").at(0).at("ended").to_number<int>() >= 9);
  CHECK_FALSE(json.at("goals_met").as_bool());
}
