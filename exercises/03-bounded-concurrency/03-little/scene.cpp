/// \file
/// A database far away: first the search for a bound, then a noon under it.
#include "bound.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t budget = 1600;
constexpr nanoseconds noon = 8s;

const weir::knob<int> bound{
    "bound",
    {.value = 0,
     .min = 0,
     .max = 128,
     .step = 1,
     .unit = "calls",
     .documentation = "Calls in flight at noon. 0: what find_bound() has found."}};

const weir::knob<int> pool{"pool",
                           {.value = 64,
                            .min = 4,
                            .max = 128,
                            .step = 1,
                            .unit = "connections",
                            .documentation = "As given to find_bound()."}};

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 210,
                                    .min = 1,
                                    .max = 1000,
                                    .step = 1,
                                    .unit = "/s",
                                    .documentation = "Queries that come at noon (Poisson)."}};

const weir::knob<int> workers{"workers",
                              {.value = 4,
                               .min = 1,
                               .max = 32,
                               .step = 1,
                               .unit = {},
                               .documentation = "Queries that the database works on at a time."}};

const weir::knob<nanoseconds> service_time{"service-time",
                                           {.value = 20ms,
                                            .min = 1ms,
                                            .max = 60ms,
                                            .step = 1ms,
                                            .unit = {},
                                            .documentation = "What it needs for one."}};

const weir::knob<nanoseconds> distance{"distance",
                                       {.value = 60ms,
                                        .min = 0ms,
                                        .max = 150ms,
                                        .step = 1ms,
                                        .unit = {},
                                        .documentation = "The way there and back."}};

/// First come, first served: a call gets its worker when it arrives, and all travel equally long.
class database final : public downstream {
public:
  database(asio::any_io_executor executor, const weir::scene_context& scene)
      : executor_(executor),
        way_(scene[distance] / 2),
        work_(scene[service_time]),
        free_at_(static_cast<std::size_t>(scene[workers])) {}

  asio::awaitable<void> call() override {
    in_flight.add(1);
    const auto begun = steady_clock::now();
    const auto worker = std::ranges::min_element(free_at_);
    *worker = std::max(*worker, begun + way_) + work_;
    asio::steady_timer answer(executor_, *worker + way_);
    co_await answer.async_wait(asio::use_awaitable);
    in_flight.subtract(1);
  }

  weir::gauge in_flight{"in flight", {.unit = "calls", .role = weir::source_role::in_flight}};

private:
  asio::any_io_executor executor_;
  nanoseconds way_;
  nanoseconds work_;
  std::vector<steady_clock::time_point> free_at_;
};

/// A noon's queries, a line, and so many calls at a time.
struct search {
  search(asio::any_io_executor executor, std::shared_ptr<database> to, std::size_t at_once)
      : parts(std::move(to)),
        news(std::move(executor), std::numeric_limits<std::size_t>::max()),
        asked("database",
              {.capacity = static_cast<double>(at_once), .role = weir::source_role::in_flight}) {}

  struct query_spans {
    weir::span whole;
    weir::span waiting;
  };

  void comes(const weir::world::item& query) {
    line.enter(query.number);
    depth.add(1);
    weir::span whole("query", {weir::span_role::request, weir::no_parent});
    weir::span waiting("in our line", {weir::span_role::waiting, whole.id()});
    spans.emplace(query.number, query_spans{std::move(whole), std::move(waiting)});
    news.try_send(boost::system::error_code(), query);
  }

  [[nodiscard]] weir::span begins(std::uint64_t query) {
    depth.subtract(1);
    asked.enter(query);
    query_spans& its = spans.at(query);
    its.waiting.end();
    return weir::span("call", {weir::span_role::attempt, its.whole.id()});
  }

  void is_answered(std::uint64_t query) {
    spans.erase(query);
    queries.add(weir::outcome::ok, query);
  }

  std::shared_ptr<database> parts;
  asio::experimental::channel<void(boost::system::error_code, weir::world::item)> news;
  weir::place line{"our line", {.role = weir::source_role::queue, .subject = "our line"}};
  weir::place asked;
  weir::gauge depth{"our line",
                    {.unit = "queries", .role = weir::source_role::queue, .subject = "our line"}};
  weir::outcomes queries{"queries"};
  std::map<std::uint64_t, query_spans> spans; ///< of those not answered yet
};

asio::awaitable<void> connection(std::shared_ptr<search> shop) {
  weir::name_this_task("connection");
  for (;;) {
    const weir::world::item query = co_await shop->news.async_receive(asio::use_awaitable);
    weir::span call = shop->begins(query.number);
    co_await shop->parts->call();
    call.end();
    shop->is_answered(query.number);
  }
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> day(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto parts = std::make_shared<database>(executor, scene);
  weir::gauge found("bound", {.capacity = static_cast<double>(scene[pool]), .unit = "calls"});

  parts->in_flight.limit(static_cast<double>(scene[pool]));
  auto in_flight = static_cast<std::size_t>(scene[bound]);
  if (in_flight == 0) {
    weir::span searching("find_bound()", {weir::span_role::work, 0});
    in_flight = co_await find_bound(*parts, static_cast<std::size_t>(scene[pool]), budget);
  }
  found.set(static_cast<double>(in_flight));
  parts->in_flight.limit(static_cast<double>(in_flight));

  auto shop = std::make_shared<search>(executor, parts, in_flight);
  for (std::size_t i = 0; i < in_flight; ++i)
    asio::co_spawn(executor, connection(shop), rethrow);
  weir::world::source queries(
      executor,
      {.name = "queries",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])}),
       .lasting = noon});
  while (const std::optional<weir::world::item> query = co_await queries.next())
    shop->comes(*query);
}

/// A search that takes all day leaves no time for a noon.
bool came_to_noon(const weir::trace::summary& seen) {
  return std::ranges::count(seen.spans, "call", &weir::trace::span_summary::name) != 0;
}

/// The p99 of spans, in words.
std::string reached(const weir::trace::summary& seen, std::string_view span) {
  if (!came_to_noon(seen))
    return "the search went on";
  return weir::text("99 of 100 within {} ms", seen.span(span).p99 / 1ms);
}

std::string calls_reached(const weir::trace::summary& seen) {
  return reached(seen, "call");
}

std::string line_reached(const weir::trace::summary& seen) {
  return reached(seen, "in our line");
}

bool busy_enough(const weir::trace::summary& seen) {
  return came_to_noon(seen) && seen.outcome("queries")[weir::outcome::ok] >= 1320;
}

bool quick_calls(const weir::trace::summary& seen) {
  return came_to_noon(seen) && seen.span("call").p99 <= 130ms;
}

bool short_line(const weir::trace::summary& seen) {
  return came_to_noon(seen) && seen.span("in our line").p99 <= 500ms;
}

} // namespace

WEIR_SCENE(.title = "A database far away",
           .caption =
               "First the search for a bound, then eight seconds under it. Set the bound yourself, "
               "from 4 to 64: when does only latency grow? For our line, turn the arrival rate.",
           .knobs = {bound, pool, arrival_rate, workers, service_time, distance},
           .goals = {{"at least 1,320 queries are answered", busy_enough},
                     {"99 of 100 calls are answered within 130 ms", quick_calls, calls_reached},
                     {"99 of 100 queries wait at most 500 ms in our line", short_line,
                      line_reached}},
           .body = day, .horizon = 120s);
