/// \file
/// An agreed rate, a partner who says 429, and another branch with the same key.
#include "client.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/rate_limit.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

const weir::knob<nanoseconds> interval{
    "interval",
    {.value = 20ms,
     .min = 5ms,
     .max = 100ms,
     .step = 1ms,
     .unit = {},
     .documentation = "Between two requests, as given to the client."}};

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 45,
                                    .min = 1,
                                    .max = 200,
                                    .step = 1,
                                    .unit = "/s",
                                    .documentation = "Prices that are asked for (Poisson)."}};

const weir::knob<int> allowance{
    "allowance",
    {.value = 45,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = "/s",
     .documentation = "What the partner's gateway lets through for the key."}};

const weir::knob<nanoseconds> retry_after{
    "retry-after",
    {.value = 1s,
     .min = 0ms,
     .max = 5s,
     .step = 100ms,
     .unit = {},
     .documentation = "The pause that a refusal asks for. It begins anew when "
                      "somebody sends during it."}};

const weir::knob<int> export_rate{
    "export-rate",
    {.value = 10,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "/s",
     .documentation = "The fault: from 10 s to 20 s another branch uses up this much of the "
                      "allowance."}};

const weir::knob<nanoseconds> latency{"latency",
                                      {.value = 80ms,
                                       .min = 1ms,
                                       .max = 2s,
                                       .step = 1ms,
                                       .unit = {},
                                       .documentation = "Of half of the answers (lognormal)."}};

/// The gateway of the hotel chain: a bucket of tokens for the key, and a pause for who finds it
/// empty.
class gateway final : public partner {
public:
  gateway(asio::any_io_executor executor, const weir::scene_context& scene)
      : executor_(executor),
        tokens_({.per_second = static_cast<double>(scene[allowance]), .burst = 5}),
        takes_(weir::world::lognormal(scene[latency], 0.3)),
        pause_(scene[retry_after]) {}

  asio::awaitable<answer> send(int request) override {
    const auto id = static_cast<std::uint64_t>(request);
    weir::span attempt("attempt", {weir::span_role::attempt, spans[request]});
    waiting.subtract(1);
    in_flight.add(1);
    on_the_way.enter(id);
    const bool refused = refuses(steady_clock::now());
    asio::steady_timer timer(executor_, takes_.draw(random_));
    co_await timer.async_wait(asio::use_awaitable);
    in_flight.subtract(1);
    attempt.end(refused ? weir::outcome::rejected : weir::outcome::ok);
    replies.add(refused ? weir::outcome::rejected : weir::outcome::ok);
    if (!refused)
      co_return answer{200, {}, request};
    waiting.add(1);
    line.enter(id);
    const nanoseconds left = std::max<nanoseconds>(shut_until_ - steady_clock::now(), 0ns);
    known_until_ = shut_until_;
    pause_left.set(static_cast<double>(left.count()) / 1e6);
    co_return answer{answer::too_many_requests, left, 0};
  }

  /// The other branch takes a token and doesn't care.
  void take_for_export() { std::ignore = tokens_.try_take(steady_clock::now()); }

  weir::place line{"line", {.role = weir::source_role::waiting}};
  weir::place on_the_way{"partner", {.role = weir::source_role::in_flight}};
  weir::gauge waiting{"waiting in the client",
                      {.unit = "requests", .role = weir::source_role::waiting}};
  weir::gauge in_flight{"on the way", {.unit = "requests", .role = weir::source_role::in_flight}};
  weir::gauge pause_left{"retry-after", {.capacity = 0, .unit = "ms"}};
  weir::counter knocks{"sent during a pause", "requests"};
  weir::outcomes replies{"replies"};
  weir::outcomes prices{"prices"};
  std::map<int, std::uint64_t> spans; ///< of the callers

private:
  /// Whoever finds no token shuts the gateway for everybody. Those who are on the way when the news
  /// comes are refused too; who ought to know better makes it worse.
  bool refuses(steady_clock::time_point now) {
    const bool knows = now < known_until_;
    const bool shut = now < shut_until_;
    if (knows)
      ++knocks;
    const bool refused = shut || tokens_.try_take(now).has_value();
    if (knows || (refused && !shut))
      shut_until_ = now + pause_;
    return refused;
  }

  asio::any_io_executor executor_;
  weir::world::token_bucket tokens_;
  weir::world::latency_distribution takes_;
  nanoseconds pause_;
  weir::random_stream random_ = weir::stream("gateway");
  steady_clock::time_point shut_until_{};
  steady_clock::time_point known_until_{}; ///< what the client has been told
};

asio::awaitable<void> price(std::shared_ptr<gateway> chain, std::shared_ptr<client> through,
                            int request) {
  weir::name_this_task("price");
  weir::span asking("price", {weir::span_role::request, 0});
  chain->spans[request] = asking.id();
  chain->waiting.add(1);
  chain->line.enter(static_cast<std::uint64_t>(request));
  const answer got = co_await through->ask(request);
  const auto how = got.status == 200 ? weir::outcome::ok : weir::outcome::failed;
  asking.end(how);
  chain->prices.add(how, static_cast<std::uint64_t>(request));
}

asio::awaitable<void> other_branch(std::shared_ptr<gateway> chain, int per_second) {
  weir::name_this_task("export");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto gap = weir::world::exponential(nanoseconds(1s) / per_second);
  weir::random_stream random = weir::stream("export");
  for (nanoseconds at = 10s + gap.draw(random); at < 20s; at += gap.draw(random)) {
    timer.expires_at(steady_clock::time_point(at));
    co_await timer.async_wait(asio::use_awaitable);
    chain->take_for_export();
  }
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> evening(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto chain = std::make_shared<gateway>(executor, scene);
  const std::shared_ptr<client> through = make_client(executor, *chain, scene[interval]);
  if (scene[export_rate] > 0)
    asio::co_spawn(executor, other_branch(chain, scene[export_rate]), rethrow);
  weir::world::source wishes(
      executor,
      {.name = "wishes",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])})});
  while (const std::optional<weir::world::item> wish = co_await wishes.next())
    asio::co_spawn(executor, price(chain, through, static_cast<int>(wish->number)), rethrow);
}

} // namespace

WEIR_SCENE(.title = "Somebody else's gateway",
           .caption = "Watch the requests that are sent during a pause. When there are none, turn "
                      "the interval: too short costs pauses, too long costs prices.",
           .knobs = {interval, arrival_rate, allowance, retry_after, export_rate, latency},
           .goals = {{"nobody sends during a pause",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("sent during a pause").total == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} requests", seen.counter("sent during a pause").total);
                      }},
                     {"at most 20 requests are refused",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("replies")[weir::outcome::rejected] <= 20;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} refused",
                                          seen.outcome("replies")[weir::outcome::rejected]);
                      }},
                     {"at least 950 prices are known after thirty seconds",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("prices")[weir::outcome::ok] >= 950;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} prices", seen.outcome("prices")[weir::outcome::ok]);
                      }}},
           .body = evening, .horizon = 30s);
