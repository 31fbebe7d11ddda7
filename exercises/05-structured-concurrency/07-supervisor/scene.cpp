/// \file
/// Fourteen receivers along a fjord, and a windy night.
#include "supervisor.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t receivers = 14;
constexpr nanoseconds told_to_stop = 55s;
constexpr nanoseconds connecting = 100ms;
constexpr nanoseconds bearable = 3s; ///< for so long the pilots don't miss a receiver
constexpr std::array<nanoseconds, 3> gusts{10s, 25s, 40s};

const weir::knob<nanoseconds> backoff{
    "backoff",
    {.value = 2s,
     .min = 0s,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "From a failure of a worker to its next start. Longer: fewer failures in a "
                      "gust, and a receiver stays dark for longer."}};
const weir::knob<unsigned> intensity{
    "intensity",
    {.value = 5,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "failures",
     .documentation = "So many may count at a time; with one more the supervisor gives up."}};
const weir::knob<nanoseconds> period{"period",
                                     {.value = 10s,
                                      .min = 1s,
                                      .max = 60s,
                                      .step = 1s,
                                      .unit = {},
                                      .documentation = "For so long a failure counts."}};
const weir::knob<unsigned> gust_width{
    "gust-width",
    {.value = 4,
     .min = 0,
     .max = receivers,
     .step = 1,
     .unit = "receivers",
     .documentation = "Lines that break in a gust; there are gusts at 10, 25 and 40 s."}};
const weir::knob<nanoseconds> gust_length{
    "gust-length",
    {.value = 1500ms,
     .min = 0s,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "For so long a line that broke in a gust can't be had again."}};
const weir::knob<nanoseconds> dead_from{
    "dead-from",
    {.value = 60s,
     .min = 0s,
     .max = 60s,
     .step = 1s,
     .unit = {},
     .documentation = "From then on receiver 9 can't be reached any more, for ever."}};
const weir::knob<nanoseconds> release{
    "release",
    {.value = 300ms,
     .min = 0ms,
     .max = 2s,
     .step = 100ms,
     .unit = {},
     .documentation = "What a worker that is cancelled takes to give its line back."}};

/// The fjord and the instruments on it; the last worker to go takes it down.
struct fjord {
  explicit fjord(weir::scene_context& scene)
      : broken_lines(scene[gust_width]),
        lasts(scene[gust_length]),
        dead(scene[dead_from]),
        gives_back(scene[release]) {}

  /// Whether the line of that receiver can't be used, now.
  [[nodiscard]] bool broken(std::size_t number) const {
    const nanoseconds now = weir::now();
    return (number == 9 && now >= dead) || std::ranges::any_of(gusts, [&](nanoseconds begin) {
             return now >= begin && now < begin + lasts && in_gust(number, begin);
           });
  }

  /// The next moment at which it breaks, from now on.
  [[nodiscard]] nanoseconds breaks_at(std::size_t number) const {
    nanoseconds next = nanoseconds::max();
    for (const nanoseconds begin : gusts)
      if (begin >= weir::now() && in_gust(number, begin))
        next = std::min(next, begin);
    return number == 9 && dead >= weir::now() ? std::min(next, dead) : next;
  }

  void hears(std::size_t number) {
    on.add(1);
    hearing.enter(number);
    if (std::optional<nanoseconds>& since = dark_since[number])
      note_dark(*since);
    dark_since[number].reset();
  }

  void goes_dark(std::size_t number) {
    if (!dark_since[number])
      dark_since[number] = weir::now();
  }

  void note_dark(nanoseconds since) {
    const double dark = std::chrono::duration<double>(weir::now() - since).count();
    longest.set(std::max(longest.value(), dark));
  }

  unsigned broken_lines;
  nanoseconds lasts;
  nanoseconds dead;
  nanoseconds gives_back;
  std::array<std::optional<nanoseconds>, receivers + 1> dark_since{};
  int running = 0;
  bool ended = false; ///< supervise() has
  weir::gauge on{"receivers that hear",
                 {.capacity = receivers, .unit = {}, .role = weir::source_role::busy}};
  weir::place connecting{"connecting", {.role = weir::source_role::waiting}};
  weir::place hearing{"hearing", {.capacity = receivers, .role = weir::source_role::busy}};
  weir::place in_a_pause{"in a pause", {.role = weir::source_role::backing_off}};
  weir::outcomes sent_home{"workers sent home"};
  weir::gauge pausing{"receivers in a pause", {.unit = {}, .role = weir::source_role::backing_off}};
  weir::gauge longest{"longest darkness", {.capacity = 3, .unit = "s"}};
  weir::counter failures{"failures"};
  weir::counter given_up{"gave up"};
  weir::gauge left{"workers that outlived supervise()"};

private:
  /// Another stretch of the shore each time.
  [[nodiscard]] bool in_gust(std::size_t number, nanoseconds begin) const {
    const auto first = static_cast<std::size_t>(begin / 5s);
    return (number + receivers - first % receivers) % receivers < broken_lines;
  }
};

asio::awaitable<void> release_line(std::shared_ptr<fjord> here, asio::any_io_executor executor) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  asio::steady_timer timer(executor, here->gives_back);
  co_await timer.async_wait(asio::use_awaitable);
}

/// One start of the worker of a receiver.
asio::awaitable<void> receive(std::shared_ptr<fjord> here, std::size_t number) {
  weir::name_this_task(weir::text("receiver {}", number));
  weir::span work("receiver", {.parent = 0});
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  ++here->running;
  here->connecting.enter(number);
  if (here->dark_since[number])
    here->pausing.subtract(1);
  bool hearing = false;
  error_code why;
  asio::steady_timer timer(executor, connecting);
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, why));
  if (!why && !here->broken(number)) {
    here->hears(number);
    hearing = true;
    const nanoseconds end = here->breaks_at(number);
    timer.expires_at(end == nanoseconds::max() ? steady_clock::time_point::max()
                                               : steady_clock::now() + (end - weir::now()));
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, why));
  }
  if (hearing)
    here->on.subtract(1);
  if (why) {
    co_await release_line(here, executor);
    --here->running;
    if (here->ended)
      here->left.subtract(1);
    here->sent_home.add(weir::outcome::dropped, number);
    work.end(weir::outcome::dropped);
    throw system_error(why);
  }
  --here->running;
  ++here->failures;
  here->goes_dark(number);
  here->pausing.add(1);
  here->in_a_pause.enter(number);
  work.end(weir::outcome::failed);
  throw system_error(asio::error::connection_reset);
}

asio::awaitable<void> watch(weir::scene_context& scene, std::shared_ptr<fjord> here) {
  weir::name_this_task("supervise()");
  std::vector<child> workers;
  for (std::size_t number = 1; number <= receivers; ++number)
    workers.push_back([here, number] { return receive(here, number); });
  const restart_policy policy{
      .intensity = scene[intensity], .period = scene[period], .backoff = scene[backoff]};
  weir::span scope("supervise()", {.role = weir::span_role::work});
  try {
    co_await supervise(std::move(workers), policy);
    scope.end();
  } catch (const system_error& error) {
    scope.end(weir::outcome::dropped);
    if (error.code() != asio::error::operation_aborted) {
      weir::note("supervise() gave up: {}", error.code());
      ++here->given_up;
    }
  }
  here->ended = true;
  here->pausing.set(0);
  here->left.set(here->running);
  for (std::optional<nanoseconds>& since : here->dark_since)
    if (since)
      here->note_dark(*since);
}

asio::awaitable<void> windy_night(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto here = std::make_shared<fjord>(scene);
  here->left.set(0);
  asio::cancellation_signal stop;
  asio::co_spawn(executor, watch(scene, here),
                 asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr error) {
                   if (error)
                     std::rethrow_exception(error);
                 }));
  asio::steady_timer timer(executor, told_to_stop);
  co_await timer.async_wait(asio::use_awaitable);
  weir::note("the process is told to stop");
  stop.emit(asio::cancellation_type::terminal);
  timer.expires_after(4s);
  co_await timer.async_wait(asio::use_awaitable);
}

bool stayed(const weir::trace::summary& seen) {
  return seen.counter("gave up").total == 0;
}

bool bright(const weir::trace::summary& seen) {
  return seen.gauge("longest darkness").max <= std::chrono::duration<double>(bearable).count();
}

bool ended_alone(const weir::trace::summary& seen) {
  return seen.gauge("workers that outlived supervise()").max == 0;
}

} // namespace

WEIR_SCENE(.title = "A windy night on the fjord",
           .caption = "Three gusts break four lines each. Watch how many receivers hear, and who "
                      "still runs after supervise() has ended. Then turn the backoff.",
           .knobs = {backoff, intensity, period, gust_width, gust_length, dead_from, release},
           .goals = {{"the supervisor bears the night", stayed,
                      [](const weir::trace::summary& seen) {
                        return weir::text("it gave up {} times, after {} failures",
                                          seen.counter("gave up").total,
                                          seen.counter("failures").total);
                      }},
                     {"no receiver is dark for more than 3 s", bright,
                      [](const weir::trace::summary& seen) {
                        return weir::text("up to {} s", seen.gauge("longest darkness").max);
                      }},
                     {"nobody runs after supervise() has ended", ended_alone,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} workers",
                                          static_cast<std::int64_t>(
                                              seen.gauge("workers that outlived supervise()").max));
                      }}},
           .body = windy_night, .horizon = 60s);
