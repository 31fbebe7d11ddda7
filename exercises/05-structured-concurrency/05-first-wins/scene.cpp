/// \file
/// A minute at a gateway in front of several archives, of which one is down for a while.
#include "first_wins.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/distribution.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<std::int64_t> replicas{
    "replicas",
    {.value = 3,
     .min = 1,
     .max = 6,
     .step = 1,
     .unit = "archives",
     .documentation = "How many are asked. More: the fastest of them is faster, and all of them "
                      "have more to do."}};
const weir::knob<double> arrival_rate{"arrival-rate",
                                      {.value = 5,
                                       .min = 1,
                                       .max = 50,
                                       .step = 1,
                                       .unit = "/s",
                                       .documentation = "Studies that are opened."}};
const weir::knob<nanoseconds> median_latency{
    "latency",
    {.value = 40ms,
     .min = 1ms,
     .max = 500ms,
     .step = 1ms,
     .unit = {},
     .documentation = "Until an archive grants a seat: half of the time it takes longer, and one "
                      "time in ten more than three times as long."}};
const weir::knob<nanoseconds> withdrawal{
    "withdrawal",
    {.value = 10ms,
     .min = 0ms,
     .max = 200ms,
     .step = 1ms,
     .unit = {},
     .documentation = "What a cancelled request takes to end. A seat that is granted meanwhile "
                      "counts."}};
const weir::knob<nanoseconds> down_for{
    "down-for",
    {.value = 15s,
     .min = 0s,
     .max = 40s,
     .step = 1s,
     .unit = {},
     .documentation = "So long the first archive is down from 20 s on: it refuses in 2 ms."}};

/// What is counted, over all archives.
struct books {
  weir::gauge asked{"requests in flight",
                    {.unit = "requests", .role = weir::source_role::in_flight}};
  weir::gauge for_nobody{"seats kept for nobody", {.unit = "seats"}};
  weir::gauge used{"seats in use", {.unit = "seats", .role = weir::source_role::busy}};
  weir::counter requests{"requests", "requests", weir::source_role::load};
  weir::place opening{"being opened", {.role = weir::source_role::in_flight}};
  weir::outcomes studies{"studies"};
  std::uint64_t opened = 0;
  int seats = 0; ///< granted so far
};

/// One archive. A seat is kept for nobody from its grant until somebody takes it or it is given
/// back.
class archive final : public replica {
public:
  archive(weir::scene_context& scene, asio::any_io_executor executor, books& all,
          const std::string& name, nanoseconds down_from, nanoseconds down_until)
      : executor_(std::move(executor)),
        books_(all),
        random_(weir::stream(name)),
        latency_(weir::world::lognormal(scene[median_latency], 0.9)),
        withdrawal_(scene[withdrawal]),
        down_from_(down_from),
        down_until_(down_until) {}

  asio::awaitable<lease> open() override {
    const bool down = weir::now() >= down_from_ && weir::now() < down_until_;
    const nanoseconds takes = down ? nanoseconds(2ms) : latency_.draw(random_);
    weir::span attempt("request", {.role = weir::span_role::attempt});
    books_.requests.add();
    books_.asked.add(1);
    asio::steady_timer timer(executor_, takes);
    bool withdrawn = false;
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        answer_or_withdraw{timer, withdrawal_, timer.expiry(), withdrawn}, asio::use_awaitable,
        timer);
    books_.asked.subtract(1);
    attempt.end(withdrawn ? weir::outcome::dropped
                : down    ? weir::outcome::failed
                          : weir::outcome::ok);
    if (withdrawn)
      throw system_error(asio::error::operation_aborted);
    if (down)
      throw system_error(asio::error::connection_refused);
    books_.for_nobody.add(1);
    co_return lease{this, ++books_.seats};
  }

  asio::awaitable<void> give_back(lease) override {
    asio::steady_timer timer(executor_, 5ms);
    co_await timer.async_wait(asio::use_awaitable);
    books_.for_nobody.subtract(1);
  }

private:
  /// Waits for the answer. Cancelled, it waits for the withdrawal instead, or for the answer, if
  /// that is faster.
  struct answer_or_withdraw {
    asio::steady_timer& timer;
    nanoseconds withdrawal;
    steady_clock::time_point answer;
    bool& withdrawn;

    enum { starts, waits, withdraws } state = starts;

    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (state == starts) {
        state = waits;
        timer.async_wait(std::move(self));
      } else if (state == waits && error) {
        state = withdraws;
        self.reset_cancellation_state(asio::disable_cancellation());
        const auto gone = steady_clock::now() + withdrawal;
        withdrawn = gone < answer;
        timer.expires_at(std::min(gone, answer));
        timer.async_wait(std::move(self));
      } else {
        self.complete({});
      }
    }
  };

  asio::any_io_executor executor_;
  books& books_;
  weir::random_stream random_;
  weir::world::latency_distribution latency_;
  nanoseconds withdrawal_;
  nanoseconds down_from_;
  nanoseconds down_until_;
};

/// What all who open studies share; the last of them to go takes it down.
struct gateway {
  gateway(weir::scene_context& scene, const asio::any_io_executor& on) : executor(on) {
    for (std::int64_t i = 0; i < scene[replicas]; ++i) {
      const nanoseconds until = i == 0 ? 20s + scene[down_for] : nanoseconds(20s);
      archives.push_back(std::make_unique<archive>(scene, executor, all,
                                                   weir::text("archive {}", i + 1), 20s, until));
      array.push_back(archives.back().get());
    }
  }

  asio::any_io_executor executor;
  books all;
  std::vector<std::unique_ptr<archive>> archives;
  std::vector<replica*> array;
};

asio::awaitable<void> study(std::shared_ptr<gateway> at) {
  weir::name_this_task("study");
  std::optional<lease> mine;
  const std::uint64_t number = ++at->all.opened;
  at->all.opening.enter(number);
  {
    weir::span race("opening", {.role = weir::span_role::request, .parent = 0});
    try {
      mine = co_await acquire(at->array);
      race.end(weir::outcome::ok);
    } catch (...) {
      race.end(weir::outcome::failed);
    }
  }
  at->all.studies.add(mine ? weir::outcome::ok : weir::outcome::failed, number);
  if (!mine)
    co_return;
  at->all.for_nobody.subtract(1);
  at->all.used.add(1);
  asio::steady_timer looking(at->executor, 4s);
  co_await looking.async_wait(asio::use_awaitable);
  at->all.used.subtract(1);
  at->all.for_nobody.add(1);
  co_await mine->from->give_back(*mine);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> maintenance(asio::any_io_executor executor, nanoseconds takes) {
  weir::name_this_task("the operator");
  asio::steady_timer timer(executor, 20s);
  co_await timer.async_wait(asio::use_awaitable);
  const weir::span down("archive 1 is down", {.role = weir::span_role::work});
  timer.expires_after(takes);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> a_minute(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto at = std::make_shared<gateway>(scene, executor);
  if (scene[down_for] > 0s)
    asio::co_spawn(executor, maintenance(executor, scene[down_for]), rethrow);
  auto random = weir::stream("studies");
  auto arrivals = weir::world::poisson({.per_second = scene[arrival_rate]});
  const steady_clock::time_point start = steady_clock::now();
  asio::steady_timer timer(executor);
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    if (*next > 55s)
      break; // so that everybody is home when the minute is over
    timer.expires_at(start + *next);
    co_await timer.async_wait(asio::use_awaitable);
    asio::co_spawn(executor, study(at), rethrow);
  }
  timer.expires_at(start + 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

std::int64_t opened(const weir::trace::summary& seen) {
  return static_cast<std::int64_t>(seen.outcome("studies")[weir::outcome::ok]);
}

std::int64_t refused(const weir::trace::summary& seen) {
  return static_cast<std::int64_t>(seen.outcome("studies")[weir::outcome::failed]);
}

double requests_per_study(const weir::trace::summary& seen) {
  const auto all = static_cast<double>(opened(seen) + refused(seen));
  return static_cast<double>(seen.counter("requests").total) / std::max(all, 1.0);
}

} // namespace

WEIR_SCENE(.title = "A minute at a gateway in front of several archives",
           .caption = "Watch the seats that are kept for nobody, and what becomes of studies while "
                      "an archive is down. Then find out how many replicas are worth it.",
           .knobs = {replicas, arrival_rate, median_latency, withdrawal, down_for},
           .goals =
               {{"no seat is kept for nobody at the end",
                 [](const weir::trace::summary& seen) {
                   return seen.gauge("seats kept for nobody").last == 0;
                 },
                 [](const weir::trace::summary& seen) {
                   return weir::text(
                       "{} at the end",
                       static_cast<std::int64_t>(seen.gauge("seats kept for nobody").last));
                 }},
                {"every study is opened",
                 [](const weir::trace::summary& seen) { return refused(seen) == 0; },
                 [](const weir::trace::summary& seen) {
                   return weir::text("{} opened, {} refused", opened(seen), refused(seen));
                 }},
                {"99 of 100 studies are opened within 130 ms",
                 [](const weir::trace::summary& seen) { return seen.span("opening").p99 <= 130ms; },
                 [](const weir::trace::summary& seen) {
                   return weir::text("99 of 100 within {} ms", seen.span("opening").p99 / 1ms);
                 }},
                {"the archives are asked 3 times for a study at the most",
                 [](const weir::trace::summary& seen) { return requests_per_study(seen) <= 3; },
                 [](const weir::trace::summary& seen) {
                   return weir::text("{} requests for a study", requests_per_study(seen));
                 }}},
           .body = a_minute, .horizon = 60s);
