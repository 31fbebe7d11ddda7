/// \file
/// A partner that fails now and then, and callers who don't wait for ever.
#include "limiter.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/service.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <variant>

using namespace std::chrono_literals;

namespace {

constexpr std::size_t allowed_at_once = 24;
constexpr auto narrow_from = 4s;
constexpr auto narrow_until = 6s;

/// So that nobody is inside the limiter when the curtain falls.
constexpr auto closes_before_the_end = 500ms;

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 110,
                                    .min = 10,
                                    .max = 600,
                                    .step = 10,
                                    .unit = "/s",
                                    .documentation = "Lookups that are asked for."}};

const weir::knob<int> limit{"limit",
                            {.value = 12,
                             .min = 1,
                             .max = 64,
                             .step = 1,
                             .unit = "permits",
                             .documentation = "Of the limiter."}};

const weir::knob<int> narrow_limit{
    "narrow-limit",
    {.value = 8,
     .min = 0,
     .max = 64,
     .step = 1,
     .unit = "permits",
     .documentation = "What the limit is set to from 4 s to 6 s, when the partner asks for less."}};

const weir::knob<std::chrono::nanoseconds> latency{
    "latency",
    {.value = 110ms,
     .min = 5ms,
     .max = 500ms,
     .step = 5ms,
     .unit = {},
     .documentation = "What a lookup takes, in the median."}};

const weir::knob<int> failures{"failures",
                               {.value = 2,
                                .min = 0,
                                .max = 50,
                                .step = 1,
                                .unit = "%",
                                .documentation = "Lookups that end with \"connection reset\"."}};

const weir::knob<std::chrono::nanoseconds> patience{
    "patience",
    {.value = 400ms,
     .min = 50ms,
     .max = 5s,
     .step = 50ms,
     .unit = {},
     .documentation = "A caller cancels its lookup when it has waited so long for the answer."}};

void update(weir::gauge& shown, double value) {
  if (shown.value() != value)
    shown.set(value);
}

/// Everything that the callers share; the last of them to go takes it down.
struct service {
  service(asio::any_io_executor executor, weir::scene_context& scene)
      : permits(static_cast<double>(scene[limit])),
        limits(make_limiter(executor, static_cast<std::size_t>(scene[limit]))),
        partner(executor, {.name = "partner",
                           .capacity = 512,
                           .latency = weir::world::lognormal(scene[latency], 0.4),
                           .faults = {{.probability = scene[failures] / 100.0,
                                       .error = weir::world::error::connection_reset}}}),
        waits_so_long(scene[patience]),
        in_flight("permits out", {.capacity = permits, .role = weir::source_role::busy}) {}

  /// What a dashboard reads.
  void show() {
    update(in_flight, static_cast<double>(limits->in_flight()));
    update(waiting, static_cast<double>(limits->waiting()));
    update(idle, std::max(0.0, in_flight.value() - running.value()));
  }

  weir::place in_line{"limiter", {.role = weir::source_role::waiting}};
  double permits;
  std::unique_ptr<limiter> limits;
  weir::world::service partner;
  const std::chrono::nanoseconds waits_so_long;
  weir::gauge in_flight;
  weir::gauge running{"calls at the partner",
                      {.capacity = allowed_at_once, .role = weir::source_role::in_flight}};
  weir::gauge waiting{"waiting for a permit", {.role = weir::source_role::waiting}};
  weir::gauge idle{"permits without a call", {.capacity = 0, .unit = {}}};
  weir::place at_partner{"partner",
                         {.capacity = allowed_at_once, .role = weir::source_role::in_flight}};
  weir::outcomes lookups{"lookups"};
  std::map<std::uint64_t, weir::span> waits; ///< of the lookups that have no permit
};

struct count_running {
  explicit count_running(service& in) : of(in) { of.running.add(1); }

  count_running(const count_running&) = delete;
  count_running& operator=(const count_running&) = delete;

  ~count_running() { of.running.subtract(1); }

  service& of;
};

asio::awaitable<void> ask_partner(std::shared_ptr<service> hotels, std::uint64_t id,
                                  std::uint64_t request) {
  const count_running running(*hotels);
  hotels->waits.erase(id);
  hotels->at_partner.enter(id);
  const weir::span attempt("at the partner", {weir::span_role::attempt, request});
  asio::awaitable<weir::world::reply> answer = hotels->partner.call({.id = id});
  co_await std::move(answer);
}

/// `||` waits for a success. An error has to end the lookup as well, so it is made a value.
asio::awaitable<weir::outcome> answered_or_failed(std::shared_ptr<service> hotels, job ask) {
  try {
    asio::awaitable<void> run = hotels->limits->run(std::move(ask));
    co_await std::move(run);
  } catch (const boost::system::system_error&) {
    co_return weir::outcome::failed;
  }
  co_return weir::outcome::ok;
}

asio::awaitable<void> lookup(std::shared_ptr<service> hotels, std::uint64_t id) {
  using namespace asio::experimental::awaitable_operators;
  weir::name_this_task("lookup");
  weir::span request("lookup", {.role = weir::span_role::request});
  hotels->in_line.enter(id);
  hotels->waits.emplace(id, weir::span("for a permit", {weir::span_role::waiting, request.id()}));
  const job ask = [hotels, id, span = request.id()] {
    return ask_partner(hotels, id, span);
  };
  asio::steady_timer deadline(co_await asio::this_coro::executor, hotels->waits_so_long);
  asio::awaitable<weir::outcome> run = answered_or_failed(hotels, ask);
  asio::awaitable<void> late = deadline.async_wait(asio::use_awaitable);
  const auto first = co_await (std::move(run) || std::move(late));
  const weir::outcome how = first.index() == 0 ? std::get<0>(first) : weir::outcome::timed_out;
  hotels->waits.erase(id);
  hotels->show();
  hotels->lookups.add(how, id);
  request.end(how);
}

asio::awaitable<void> change_limit(std::shared_ptr<service> hotels, int narrow) {
  weir::name_this_task("change of the limit");
  asio::steady_timer timer(co_await asio::this_coro::executor, narrow_from);
  co_await timer.async_wait(asio::use_awaitable);
  hotels->limits->set_limit(static_cast<std::size_t>(narrow));
  hotels->in_flight.limit(narrow);
  hotels->show();
  timer.expires_after(narrow_until - narrow_from);
  co_await timer.async_wait(asio::use_awaitable);
  hotels->limits->set_limit(static_cast<std::size_t>(hotels->permits));
  hotels->in_flight.limit(hotels->permits);
  hotels->show();
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> evening(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto hotels = std::make_shared<service>(executor, scene);
  asio::co_spawn(executor, change_limit(hotels, scene[narrow_limit]), rethrow);
  weir::world::source searches(
      executor,
      {.name = "searches",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])}),
       .lasting = scene.horizon() - closes_before_the_end});
  while (const std::optional<weir::world::item> next = co_await searches.next()) {
    asio::co_spawn(executor, lookup(hotels, next->number), rethrow);
    hotels->show();
  }
  asio::steady_timer end(executor, std::chrono::steady_clock::time_point(scene.horizon()));
  co_await end.async_wait(asio::use_awaitable);
}

/// Those in between hand-over and start are counted as idle for no time at all; what lasts is lost.
bool every_permit_used(const weir::trace::summary& seen) {
  return seen.gauge("permits without a call").mean < 0.5;
}

bool contract_kept(const weir::trace::summary& seen) {
  return seen.gauge("calls at the partner").max <= allowed_at_once;
}

bool answered(const weir::trace::summary& seen) {
  const auto& lookups = seen.outcome("lookups");
  return lookups[weir::outcome::ok] * 100 >= lookups.total() * 95;
}

} // namespace

WEIR_SCENE(.title = "A partner that allows 24 at a time",
           .caption =
               "Watch the permits that are out beside the calls at the partner. When they stay "
               "together, find a limit, and a narrow one for 4 s to 6 s, that serves the traffic.",
           .knobs = {arrival_rate, limit, narrow_limit, latency, failures, patience},
           .goals = {{"no permits are out without calls that run", every_permit_used,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} on average",
                            std::round(10 * seen.gauge("permits without a call").mean) / 10);
                      }},
                     {"never more than 24 calls at the partner", contract_kept,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "at most {}",
                            static_cast<std::int64_t>(seen.gauge("calls at the partner").max));
                      }},
                     {"at least 95 of 100 lookups are answered", answered,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}", seen.outcome("lookups")[weir::outcome::ok],
                                          seen.outcome("lookups").total());
                      }}},
           .body = evening, .horizon = 10s);
