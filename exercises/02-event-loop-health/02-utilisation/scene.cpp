/// \file
/// Half a minute of the night of the storm, in one process of the help desk.
#include "utilisation.hpp"

#include <weir/knob.hpp>
#include <weir/loop_probe.hpp>
#include <weir/probe.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<double> peak{
    "peak",
    {.value = 150,
     .min = 10,
     .max = 300,
     .step = 5,
     .unit = "/s",
     .documentation = "Messages from 5 s on, for all processes; a third of it before. After 22 s "
                      "there are none."}};
const weir::knob<nanoseconds> work{
    "work",
    {.value = 8ms,
     .min = 1ms,
     .max = 20ms,
     .step = 500us,
     .unit = {},
     .documentation = "What a message costs: an eighth in the read, the rest in what that posts."}};
const weir::knob<double> scale_at{
    "scale-at",
    {.value = 70,
     .min = 10,
     .max = 100,
     .step = 5,
     .unit = "%",
     .documentation = "Above this share, as the dashboard has it, another process is started."}};
const weir::knob<nanoseconds> start_up{
    "start-up",
    {.value = 2s,
     .min = 0s,
     .max = 10s,
     .step = 500ms,
     .unit = {},
     .documentation = "So long it takes until a process that is started has its part of them."}};

constexpr nanoseconds window = 500ms;
constexpr nanoseconds begins = 5s;
constexpr nanoseconds ends = 22s;
constexpr std::size_t sessions = 8;

/// One process; the last handler takes it down.
struct process {
  process(const asio::any_io_executor& executor, weir::scene_context& scene)
      : costs(scene[work]),
        threshold(scene[scale_at]),
        starts_in(scene[start_up]),
        measured(meter->measured(executor)),
        entrance(executor) {
    for (auto& one : strands)
      one.emplace(measured);
  }

  void occupy(nanoseconds time) {
    weir::world::occupy_loop(time);
    busy += time;
  }

  /// Twice a second the dashboard is told, and whoever starts processes looks at it.
  void look() {
    const nanoseconds now = weir::now();
    if (starting && now >= *starting) {
      starting.reset();
      running.set(++processes);
    }
    if (now < since + window)
      return;
    const double said = 100 * meter->take();
    const double is = 100.0 * static_cast<double>(std::exchange(busy, 0ns).count()) /
                      static_cast<double>((now - std::exchange(since, now)).count());
    loop.utilisation(std::min(1.0, said / 100));
    truly.set(is);
    wrong.set(std::abs(said - is));
    if (said > threshold && !starting && now < ends) {
      weir::note("another process is started");
      starting = now + starts_in;
    }
  }

  nanoseconds costs;
  double threshold;
  nanoseconds starts_in;
  std::unique_ptr<utilisation_meter> meter = make_meter();
  asio::any_io_executor measured;
  asio::steady_timer entrance; ///< whoever came meanwhile has a turn after each handler
  std::array<std::optional<asio::strand<asio::any_io_executor>>, sessions> strands;
  nanoseconds busy{}; ///< in this window, as the world knows it
  nanoseconds since{};
  int processes = 1;
  std::optional<nanoseconds> starting; ///< when it will be there
  weir::loop_probe loop{"loop"};
  weir::gauge truly{"truly busy", {.capacity = 100, .unit = "%"}};
  weir::gauge wrong{"dashboard wrong by", {.unit = "%"}};
  weir::gauge in_line{"messages in line", {.role = weir::source_role::queue}};
  weir::gauge running{"processes"};
  weir::place waits{"messages", {.role = weir::source_role::queue}};
  weir::outcomes answers{"answers"};
};

void serve(std::shared_ptr<process> here, std::uint64_t number, nanoseconds came) {
  here->in_line.add(1);
  const auto whole = std::make_shared<weir::span>(
      "answer", weir::span_options{.role = weir::span_role::request, .parent = 0});
  here->waits.enter(number);
  asio::dispatch(here->measured, [here, whole, number, came] {
    here->occupy(here->costs / 8);
    asio::post(*here->strands[number % sessions], [here, whole, number, came] {
      here->occupy(here->costs * 7 / 8);
      here->in_line.subtract(1);
      here->loop.lag(weir::now() - came - here->costs);
      here->answers.add(weir::outcome::ok, number);
      whole->end(weir::outcome::ok);
      here->look();
      here->entrance.cancel();
    });
  });
}

/// Each of them comes to one of the processes.
asio::awaitable<void> people(std::shared_ptr<process> here, double rate) {
  weir::name_this_task("people");
  auto random = weir::stream("messages");
  auto arrivals = weir::world::poisson({.per_second = rate});
  std::uint64_t number = 0;
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    if (*next > ends)
      break;
    while (*next > weir::now()) {
      boost::system::error_code rung;
      here->entrance.expires_at(steady_clock::time_point(*next));
      co_await here->entrance.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
    const double here_of_all = (*next < begins ? 1.0 / 3 : 1.0) / here->processes;
    if (random.uniform() < here_of_all)
      serve(here, ++number, *next);
  }
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

/// As long as nobody writes, somebody has to look at the clock.
asio::awaitable<void> ticks(std::shared_ptr<process> here, nanoseconds until) {
  weir::name_this_task("the dashboard");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (weir::now() < until) {
    timer.expires_after(100ms);
    co_await timer.async_wait(asio::use_awaitable);
    here->look();
    if (here->in_line.value() == 0)
      here->loop.lag(0ns);
  }
}

asio::awaitable<void> night(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto here = std::make_shared<process>(executor, scene);
  here->running.set(1);
  here->in_line.set(0);
  asio::co_spawn(executor, people(here, scene[peak]), rethrow);
  asio::co_spawn(executor, ticks(here, scene.horizon() - 1s), rethrow);
  asio::steady_timer timer(executor, steady_clock::time_point(scene.horizon()));
  co_await timer.async_wait(asio::use_awaitable);
}

bool right(const weir::trace::summary& seen) {
  return seen.gauge("dashboard wrong by").max <= 0.5;
}

bool quick(const weir::trace::summary& seen) {
  return seen.span("answer").max <= 1500ms;
}

} // namespace

WEIR_SCENE(.title = "A process in the night of the storm",
           .caption = "Watch what the dashboard says and how busy the loop is. When they agree, "
                      "turn the peak: near 100 % every message waits for all the others.",
           .knobs = {peak, work, scale_at, start_up},
           .goals = {{"the dashboard says what is so", right,
                      [](const weir::trace::summary& seen) {
                        return weir::text("wrong by up to {} points",
                                          static_cast<std::int64_t>(
                                              std::lround(seen.gauge("dashboard wrong by").max)));
                      }},
                     {"no answer takes longer than 1.5 s", quick,
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {} ms", seen.span("answer").max / 1ms);
                      }}},
           .body = night, .horizon = 28s);
