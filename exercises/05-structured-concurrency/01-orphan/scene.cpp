/// \file
/// One instance for half a minute: a database that fails for a while, and a deploy.
#include "orphan.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr auto fails_from = 8s;
constexpr auto fails_until = 12s;

const weir::knob<int> visit_rate{"visit-rate",
                                 {.value = 90,
                                  .min = 1,
                                  .max = 300,
                                  .step = 1,
                                  .unit = "/s",
                                  .documentation = "Redirects, each of which is a visit."}};

const weir::knob<std::chrono::nanoseconds> interval{
    "interval",
    {.value = 5s,
     .min = 100ms,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "From the end of one call of the database to the next."}};

const weir::knob<std::chrono::nanoseconds> latency{
    "latency",
    {.value = 200ms,
     .min = 1ms,
     .max = 4s,
     .step = 1ms,
     .unit = {},
     .documentation = "What a call of the database takes."}};

const weir::knob<std::chrono::nanoseconds> deploy_at{
    "deploy-at",
    {.value = 23s,
     .min = 1s,
     .max = 27s,
     .step = 500ms,
     .unit = {},
     .documentation = "When the instance is told to stop; no more visits come then."}};

const weir::knob<std::chrono::nanoseconds> grace{
    "grace",
    {.value = 2s,
     .min = 0s,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "So long the deploy waits for stop, and then cancels it."}};

/// Visits in memory, in a call, stored: each is an item that goes from place to place.
class database final : public visit_store {
public:
  database(asio::any_io_executor executor, std::chrono::nanoseconds takes)
      : executor_(std::move(executor)), takes_(takes) {}

  void counted(std::uint64_t id) {
    in_memory_.push_back(id);
    memory_.enter(id);
    show();
  }

  asio::awaitable<void> add(const visit_counts& visits) override {
    std::size_t many = 0;
    for (const auto& [link, count] : visits)
      many += count;
    std::vector<std::uint64_t> batch(in_memory_.begin(),
                                     in_memory_.begin() + static_cast<std::ptrdiff_t>(many));
    in_memory_.erase(in_memory_.begin(), in_memory_.begin() + static_cast<std::ptrdiff_t>(many));
    for (const std::uint64_t id : batch)
      at_database_.enter(id);
    calls_.add(1);
    show();
    weir::span call("add", {.role = weir::span_role::attempt});
    boost::system::error_code failed;
    try {
      asio::steady_timer work(executor_, takes_);
      co_await work.async_wait(asio::use_awaitable);
      const auto now = weir::now();
      if (now >= fails_from && now < fails_until)
        failed = asio::error::connection_reset;
    } catch (const boost::system::system_error& error) {
      failed = error.code();
    }
    calls_.subtract(1);
    if (failed) {
      call.end(weir::outcome::failed);
      in_memory_.insert(in_memory_.begin(), batch.begin(), batch.end());
      for (const std::uint64_t id : batch)
        memory_.enter(id);
      show();
      throw boost::system::system_error(failed);
    }
    call.end(weir::outcome::ok);
    for (const std::uint64_t id : batch)
      visits_.add(weir::outcome::ok, id);
    show();
  }

  /// The process is gone, and what was in its memory with it.
  void curtain() {
    for (const std::uint64_t id : in_memory_) {
      visits_.add(weir::outcome::dropped, id);
      ++lost_;
    }
    in_memory_.clear();
    show();
  }

private:
  void show() { unsaved_.set(static_cast<double>(in_memory_.size())); }

  asio::any_io_executor executor_;
  std::chrono::nanoseconds takes_;
  std::deque<std::uint64_t> in_memory_;
  weir::place memory_{"memory", {.role = weir::source_role::queue}};
  weir::place at_database_{"database", {.role = weir::source_role::in_flight}};
  weir::gauge unsaved_{"counted and not stored",
                       {.unit = "visits", .role = weir::source_role::queue}};
  weir::gauge calls_{"calls of the database", {.role = weir::source_role::in_flight}};
  weir::outcomes visits_{"visits"};
  weir::counter lost_{"visits lost", "visits"};
};

/// `stop`, for as long as the deploy waits.
asio::awaitable<void> deploy(visit_counter& counter, std::chrono::nanoseconds patience) {
  using namespace asio::experimental::awaitable_operators;
  weir::name_this_task("deploy");
  weir::note("SIGTERM");
  asio::steady_timer deadline(co_await asio::this_coro::executor, patience);
  asio::awaitable<void> stopped = counter.stop();
  asio::awaitable<void> late = deadline.async_wait(asio::use_awaitable);
  try {
    co_await (std::move(stopped) || std::move(late));
  } catch (const std::exception& error) {
    weir::note("stop() threw: {}", error.what());
  }
}

asio::awaitable<void> half_a_minute(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  database store(executor, scene[latency]);
  weir::counter errors("errors told");
  const auto counter = make_visit_counter(executor, store, scene[interval],
                                          [&errors](const std::exception_ptr&) { ++errors; });
  weir::world::source redirects(
      executor,
      {.name = "redirects",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[visit_rate])}),
       .lasting = scene[deploy_at]});
  while (const std::optional<weir::world::item> next = co_await redirects.next()) {
    store.counted(next->number);
    counter->visit("link");
  }
  asio::steady_timer until(executor, std::chrono::steady_clock::time_point(scene[deploy_at]));
  co_await until.async_wait(asio::use_awaitable);
  co_await deploy(*counter, scene[grace]);
  store.curtain();
}

bool none_lost(const weir::trace::summary& seen) {
  const auto& visits = seen.outcome("visits");
  return visits.total() > 0 && visits[weir::outcome::dropped] == 0;
}

bool few_calls(const weir::trace::summary& seen) {
  return seen.gauge("calls of the database").mean <= 0.1;
}

bool memory_bounded(const weir::trace::summary& seen) {
  return seen.gauge("counted and not stored").max <= 1'000;
}

} // namespace

WEIR_SCENE(.title = "An instance that is deployed",
           .caption = "Watch the visits that are counted and not stored: at 8 s the database fails "
                      "for four seconds, and at the end comes a deploy. How many visits are lost, "
                      "and with which interval does the database have least to do?",
           .knobs = {visit_rate, interval, latency, deploy_at, grace},
           .goals = {{"no visit is lost", none_lost,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}",
                                          seen.outcome("visits")[weir::outcome::dropped],
                                          seen.outcome("visits").total());
                      }},
                     {"never more than 1,000 visits in memory", memory_bounded,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "at most {}",
                            static_cast<std::int64_t>(seen.gauge("counted and not stored").max));
                      }},
                     {"the database is busy for at most 10 % of the time", few_calls,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} %",
                            std::round(1000 * seen.gauge("calls of the database").mean) / 10);
                      }}},
           .body = half_a_minute, .horizon = 30s);
