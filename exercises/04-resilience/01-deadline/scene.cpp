/// \file
/// A slow evening at a company that runs charge points.
#include "deadline.hpp"

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

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<nanoseconds> limit{
    "limit",
    {.value = 2s,
     .min = 10ms,
     .max = 10s,
     .step = 10ms,
     .unit = {},
     .documentation =
         "The deadline of a call. Longer: more drivers get a point, and those whose call "
         "hangs wait for longer."}};
const weir::knob<double> arrival_rate{"arrival-rate",
                                      {.value = 20,
                                       .min = 1,
                                       .max = 200,
                                       .step = 1,
                                       .unit = "/s",
                                       .documentation = "Drivers who tap on \"reserve\"."}};
const weir::knob<nanoseconds> median_latency{
    "latency",
    {.value = 800ms,
     .min = 1ms,
     .max = 2s,
     .step = 1ms,
     .unit = {},
     .documentation = "Of a reservation: half of them take longer, one in a hundred five times as "
                      "long."}};
const weir::knob<double> hanging{"hang-rate",
                                 {.value = 10,
                                  .min = 0,
                                  .max = 100,
                                  .step = 1,
                                  .unit = "%",
                                  .documentation = "Calls that are never answered."}};
const weir::knob<double> refusing{
    "fault-rate",
    {.value = 15,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "Calls that are answered with an error after 40 ms: out of service."}};
const weir::knob<nanoseconds> withdrawal{
    "withdrawal",
    {.value = 300ms,
     .min = 0ms,
     .max = 1s,
     .step = 1ms,
     .unit = {},
     .documentation = "What a cancelled call takes to end. A reservation that is made meanwhile "
                      "counts."}};

/// What the company will do with a call; drawn when the call comes.
struct fate {
  std::optional<nanoseconds> answer; ///< from the beginning of the call; empty: none ever
  bool refused = false;
  nanoseconds withdrawal{};
};

class company {
public:
  explicit company(weir::scene_context& scene, asio::any_io_executor executor)
      : executor_(std::move(executor)),
        hang_(scene[hanging] / 100),
        refuse_(scene[refusing] / 100),
        withdrawal_(scene[withdrawal]),
        latency_(weir::world::lognormal(scene[median_latency], 0.7)) {}

  asio::awaitable<int> reserve(std::uint64_t for_request) {
    weir::span attempt("call", {.role = weir::span_role::attempt, .parent = for_request});
    const std::uint64_t id = ++calls_;
    const fate mine = draw();
    in_flight_.add(1);
    on_the_wire_.enter(id);
    steady_clock::time_point ends = steady_clock::time_point::max();
    if (mine.answer)
      ends = steady_clock::now() + *mine.answer;
    asio::steady_timer timer(executor_, ends);
    bool withdrawn = false;
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        answer_or_withdraw{timer, mine.withdrawal, ends, withdrawn}, asio::use_awaitable, timer);
    const weir::outcome how = withdrawn      ? weir::outcome::timed_out
                              : mine.refused ? weir::outcome::failed
                                             : weir::outcome::ok;
    in_flight_.subtract(1);
    attempt.end(how);
    if (how != weir::outcome::ok)
      calls_ended_.add(how, id);
    if (withdrawn)
      throw system_error(asio::error::operation_aborted);
    if (mine.refused)
      throw system_error(asio::error::no_such_device);
    reserved_.add(1);
    for_nobody_.enter(id);
    co_return static_cast<int>(id);
  }

  /// Somebody has it and will come (ok), or has given it back (dropped).
  void settle(int point, weir::outcome how) {
    reserved_.subtract(1);
    calls_ended_.add(how, static_cast<std::uint64_t>(point));
  }

private:
  fate draw() {
    fate drawn{.answer = latency_.draw(random_), .withdrawal = withdrawal_};
    const double lot = random_.uniform();
    if (lot < hang_) {
      drawn.answer.reset();
    } else if (lot < hang_ + refuse_) {
      drawn.answer = 40ms;
      drawn.refused = true;
    }
    return drawn;
  }

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
        withdrawn = gone < answer; // otherwise the answer was faster
        timer.expires_at(withdrawn ? gone : answer);
        timer.async_wait(std::move(self));
      } else {
        self.complete({});
      }
    }
  };

  asio::any_io_executor executor_;
  weir::random_stream random_ = weir::stream("company");
  double hang_;
  double refuse_;
  nanoseconds withdrawal_;
  weir::world::latency_distribution latency_;
  std::uint64_t calls_ = 0;
  weir::gauge in_flight_{"calls in flight",
                         {.unit = "calls", .role = weir::source_role::in_flight}};
  weir::gauge reserved_{"points reserved for nobody", {.capacity = 0, .unit = "points"}};
  weir::place on_the_wire_{"in flight", {.role = weir::source_role::in_flight}};
  weir::place for_nobody_{"reserved for nobody"};
  weir::outcomes calls_ended_{"calls"};
};

/// The company as one driver's call sees it: writes down when it refused.
class one_call final : public charge_network {
public:
  one_call(company& behind, std::uint64_t request) : behind_(behind), request_(request) {}

  asio::awaitable<int> reserve() override {
    try {
      co_return co_await behind_.reserve(request_);
    } catch (const system_error& error) {
      if (error.code() == asio::error::no_such_device)
        refusal_.emplace("refusal on its way",
                         weir::span_options{weir::span_role::waiting, request_});
      throw;
    }
  }

  void release(int point) override { behind_.settle(point, weir::outcome::dropped); }

  /// The driver has been told.
  void told() {
    if (refusal_)
      refusal_->end();
  }

private:
  company& behind_;
  std::uint64_t request_;
  std::optional<weir::span> refusal_;
};

/// What the drivers share; the last of them to go takes it down.
struct evening {
  evening(weir::scene_context& scene, asio::any_io_executor executor)
      : charging(scene, std::move(executor)), patience(scene[limit]) {}

  company charging;
  nanoseconds patience;
  weir::outcomes drivers{"drivers"};
};

asio::awaitable<void> driver(std::shared_ptr<evening> tonight) {
  weir::name_this_task("driver");
  weir::span request("request", {.role = weir::span_role::request, .parent = 0});
  one_call mine(tonight->charging, request.id());
  weir::outcome how = weir::outcome::ok;
  try {
    const int point = co_await reserve_within(mine, tonight->patience);
    tonight->charging.settle(point, weir::outcome::ok);
  } catch (const system_error& error) {
    how = error.code() == asio::error::timed_out ? weir::outcome::timed_out : weir::outcome::failed;
  }
  mine.told();
  request.end(how);
  tonight->drivers.add(how);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> slow_evening(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto tonight = std::make_shared<evening>(scene, executor);
  auto random = weir::stream("drivers");
  auto taps = weir::world::poisson({.per_second = scene[arrival_rate]});
  const steady_clock::time_point start = steady_clock::now();
  asio::steady_timer timer(executor);
  while (const std::optional<nanoseconds> next = taps.next(random)) {
    timer.expires_at(start + *next);
    co_await timer.async_wait(asio::use_awaitable);
    asio::co_spawn(executor, driver(tonight), rethrow);
  }
}

bool nobody_blocks(const weir::trace::summary& seen) {
  return seen.gauge("points reserved for nobody").last == 0;
}

/// Of the 100 ms the company takes 40. It may be that it refuses nobody.
bool refusals_are_quick(const weir::trace::summary& seen) {
  const auto refusal =
      std::ranges::find(seen.spans, "refusal on its way", &weir::trace::span_summary::name);
  return refusal == seen.spans.end() || refusal->p99 <= 60ms;
}

bool all_know(const weir::trace::summary& seen) {
  return seen.span("request").p99 <= 2s;
}

bool many_get_a_point(const weir::trace::summary& seen) {
  return seen.outcome("drivers")[weir::outcome::ok] >= 320;
}

} // namespace

WEIR_SCENE(.title = "A slow evening at a company that runs charge points",
           .caption =
               "Watch the points reserved for nobody, and how long a refusal takes to reach the "
               "driver. Then find a limit: what does a longer one buy?",
           .knobs = {limit, arrival_rate, median_latency, hanging, refusing, withdrawal},
           .goals = {{"no point stays reserved for nobody", nobody_blocks,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} at the end",
                                          static_cast<std::int64_t>(
                                              seen.gauge("points reserved for nobody").last));
                      }},
                     {"99 of 100 refusals reach the driver within 100 ms", refusals_are_quick},
                     {"99 of 100 drivers know within 2 s", all_know,
                      [](const weir::trace::summary& seen) {
                        return weir::text("99 of 100 within {} ms", seen.span("request").p99 / 1ms);
                      }},
                     {"at least 320 drivers get a point", many_get_a_point,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} drivers", seen.outcome("drivers")[weir::outcome::ok]);
                      }}},
           .body = slow_evening, .horizon = 30s);
