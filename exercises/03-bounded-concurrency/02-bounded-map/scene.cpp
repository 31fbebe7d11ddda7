/// \file
/// Three thousand prices from a wholesaler that answers forty at a time.
#include "bounded_map.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdint>

using namespace std::chrono_literals;

namespace {

constexpr int allowed_at_once = 40;

const weir::knob<std::size_t> limit{"limit",
                                    {.value = 20,
                                     .min = 1,
                                     .max = 200,
                                     .step = 1,
                                     .unit = "calls",
                                     .documentation = "The limit given to bounded_map()."}};

const weir::knob<int> products{"products",
                               {.value = 3000,
                                .min = 10,
                                .max = 8000,
                                .step = 10,
                                .unit = {},
                                .documentation = "Prices to fetch."}};

const weir::knob<std::chrono::nanoseconds> lookup_time{
    "lookup-time",
    {.value = 50ms,
     .min = 1ms,
     .max = 1s,
     .step = 1ms,
     .unit = {},
     .documentation = "What a lookup takes as a rule."}};

const weir::knob<std::chrono::nanoseconds> miss_time{
    "miss-time",
    {.value = 2s,
     .min = 50ms,
     .max = 10s,
     .step = 50ms,
     .unit = {},
     .documentation = "What it takes when the wholesaler's cache misses."}};

const weir::knob<double> misses{"misses",
                                {.value = 2.5,
                                 .min = 0,
                                 .max = 50,
                                 .step = 0.5,
                                 .unit = "%",
                                 .documentation = "Lookups that miss it."}};

const weir::knob<double> failures{
    "failures",
    {.value = 0,
     .min = 0,
     .max = 5,
     .step = 0.1,
     .unit = "%",
     .documentation = "Lookups that are refused. The first ends the night's work."}};

/// Products 1, 2, 3, …
class catalogue final : public item_source {
public:
  explicit catalogue(int count) : count_(count) {}

  std::optional<int> next() override {
    if (asked_ == count_)
      return std::nullopt;
    ++asked_;
    taken_.enter(static_cast<std::uint64_t>(asked_));
    return asked_;
  }

private:
  int count_;
  int asked_ = 0;
  weir::place taken_{"taken", {.role = weir::source_role::waiting}};
};

class wholesaler final : public mapping {
public:
  wholesaler(asio::any_io_executor executor, const weir::scene_context& scene)
      : service_(std::move(executor),
                 {.name = "wholesaler",
                  .capacity = allowed_at_once,
                  .latency = weir::world::bimodal({.common = scene[lookup_time],
                                                   .rare = scene[miss_time],
                                                   .rare_share = scene[misses] / 100}),
                  .faults = {{.probability = scene[failures] / 100,
                              .error = weir::world::error::bad_request}}}),
        in_flight_("calls in flight", {.capacity = static_cast<double>(scene[limit]),
                                       .role = weir::source_role::in_flight}) {}

  asio::awaitable<int> call(int item) override {
    const auto id = static_cast<std::uint64_t>(item);
    const inside counted(*this);
    calling_.enter(id);
    weir::span request("lookup", {.role = weir::span_role::request});
    weir::outcome how = weir::outcome::failed;
    try {
      asio::awaitable<weir::world::reply> answer = service_.call({.id = id});
      co_await std::move(answer);
      how = weir::outcome::ok;
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted)
        how = weir::outcome::dropped;
      prices_.add(how, id);
      request.end(how);
      throw;
    }
    prices_.add(how, id);
    request.end(how);
    co_return item;
  }

private:
  struct inside {
    explicit inside(wholesaler& at) : of(at) { of.in_flight_.add(1); }

    inside(const inside&) = delete;
    inside& operator=(const inside&) = delete;

    ~inside() { of.in_flight_.subtract(1); }

    wholesaler& of;
  };

  weir::world::service service_;
  weir::gauge in_flight_;
  weir::place calling_{"wholesaler",
                       {.capacity = allowed_at_once, .role = weir::source_role::in_flight}};
  weir::outcomes prices_{"prices"};
};

asio::awaitable<void> night(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  weir::name_this_task("bounded_map");
  catalogue items(scene[products]);
  wholesaler lookup(executor, scene);
  try {
    asio::awaitable<std::vector<int>> map = bounded_map(items, lookup, scene[limit]);
    const std::vector<int> prices = co_await std::move(map);
    weir::note("bounded_map() gave {} prices", prices.size());
  } catch (const boost::system::system_error& error) {
    weir::note("bounded_map() threw \"{}\"", error.code());
  }
}

bool in_time(const weir::trace::summary& seen) {
  return seen.outcome("prices")[weir::outcome::ok] >= 3000 && seen.length <= 10s;
}

bool allowed(const weir::trace::summary& seen) {
  return seen.gauge("calls in flight").max <= allowed_at_once;
}

} // namespace

WEIR_SCENE(.title = "Three thousand prices, forty at a time",
           .caption =
               "Watch the calls in flight: how often are all places in use? When they always "
               "are, find the limit that gets the prices in ten seconds. Then let 0.1 % fail.",
           .knobs = {limit, products, lookup_time, miss_time, misses, failures},
           .goals = {{"all 3,000 prices within ten seconds", in_time,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} after {} ms",
                                          seen.outcome("prices")[weir::outcome::ok],
                                          seen.length / 1ms);
                      }},
                     {"never more than 40 lookups at a time", allowed,
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {}", static_cast<std::int64_t>(
                                                            seen.gauge("calls in flight").max));
                      }}},
           .body = night, .horizon = 30s);
