/// \file
/// A dependency that hangs for a few seconds, and callers behind a breaker.
#include "breaker.hpp"

#include <weir/breaker_probe.hpp>
#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/service.hpp>
#include <weir/world/source.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <variant>

using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds outage_begins = 4s;

const weir::knob<double> arrival_rate{
    "arrival-rate",
    {.value = 60,
     .min = 1,
     .max = 400,
     .step = 1,
     .unit = "/s",
     .documentation = "Requests that come, on average. Each makes one call, or is refused."}};

const weir::knob<nanoseconds> outage{
    "outage",
    {.value = 3s,
     .min = 0s,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "For how long the dependency is ill, from 4 s on."}};

const weir::knob<double> hang_rate{
    "hang-rate",
    {.value = 100,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "How many of the calls that come while it is ill never get an answer."}};

const weir::knob<double> error_rate{
    "error-rate",
    {.value = 1,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "How many calls fail with an error at any time."}};

const weir::knob<nanoseconds> timeout{
    "timeout",
    {.value = 2s,
     .min = 50ms,
     .max = 10s,
     .step = 50ms,
     .unit = {},
     .documentation = "After which a call is given up. An answer takes 40 ms, one in 100 takes "
                      "longer than 130 ms."}};

const weir::knob<std::size_t> window_size{
    "window",
    {.value = 20,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = "calls",
     .documentation = "Results that the closed breaker looks back on."}};

const weir::knob<std::size_t> minimum_calls{
    "minimum-calls",
    {.value = 10,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = "calls",
     .documentation = "Results that it takes to judge by; never more than the window."}};

const weir::knob<unsigned> threshold{
    "threshold",
    {.value = 50,
     .min = 1,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "Failures in the window that open the breaker."}};

const weir::knob<nanoseconds> cooldown{
    "cooldown",
    {.value = 1s,
     .min = 10ms,
     .max = 10s,
     .step = 10ms,
     .unit = {},
     .documentation = "For how long the open breaker refuses everything."}};

const weir::knob<std::size_t> probes{
    "probes",
    {.value = 3,
     .min = 1,
     .max = 20,
     .step = 1,
     .unit = "calls",
     .documentation = "Calls that the half-open breaker admits, and that must all succeed."}};

breaker_options options_of(const weir::scene_context& scene) {
  return {.window = scene[window_size],
          .minimum_calls = std::min(scene[minimum_calls], scene[window_size]),
          .threshold = scene[threshold],
          .cooldown = scene[cooldown],
          .probes = scene[probes]};
}

/// The breaker, and everything that a dashboard shows of it.
class shown_breaker {
public:
  explicit shown_breaker(const breaker_options& options)
      : options_(options),
        breaker_(make_breaker(options)),
        shown_({.threshold = static_cast<double>(options.threshold),
                .minimum = options.minimum_calls,
                .window = options.window,
                .probes = options.probes}) {}

  /// A call that was admitted, and the period in which it was.
  struct permission {
    ticket held;
    int period = 0;
  };

  std::optional<permission> admit() {
    const auto answer = breaker_->admit(steady_clock::now());
    show_state();
    if (!answer.permit)
      return {};
    if (breaker_->state() == breaker_state::half_open)
      shown_.probing(shown_.probing() + 1);
    return permission{*answer.permit, period_};
  }

  void report(const permission& of, call_result result, weir::outcome how) {
    const int before = period_;
    const auto done = breaker_->report(of.held, result, steady_clock::now());
    if (done.counted)
      shown_.counted(how);
    if (of.period != before)
      ++(done.counted ? late_and_counted_ : late_);
    show_judgement();
    show_state();
    const bool gives_place_back = result == call_result::abandoned && of.period == before &&
                                  breaker_->state() == breaker_state::half_open;
    if (gives_place_back)
      shown_.probing(shown_.probing() - 1);
  }

private:
  void show_judgement() {
    const auto seen = breaker_->window();
    shown_.judges_by(seen.calls, seen.failures);
  }

  [[nodiscard]] weir::breaker_phase phase() const {
    switch (breaker_->state()) {
    case breaker_state::closed:
      return weir::breaker_phase::closed;
    case breaker_state::open:
      return weir::breaker_phase::open;
    case breaker_state::half_open:
      break;
    }
    return weir::breaker_phase::half_open;
  }

  void show_state() {
    if (phase() == shown_.phase())
      return;
    shown_.enter(phase());
    ++period_;
    if (phase() == weir::breaker_phase::open)
      shown_.cooldown(options_.cooldown);
    else
      show_judgement();
  }

  const breaker_options options_;
  std::unique_ptr<circuit_breaker> breaker_;
  int period_ = 0;
  weir::breaker_probe shown_;
  weir::counter late_{"late results left out"};
  weir::counter late_and_counted_{"late results that count"};
};

/// Everything that the requests share; the last to go takes it down.
struct shop {
  shop(asio::any_io_executor executor, const weir::scene_context& scene)
      : breaker(options_of(scene)),
        dependency(executor, dependency_options(scene)),
        time_limit(scene[timeout]),
        ill_until(outage_begins + scene[outage]) {}

  static weir::world::service_options dependency_options(const weir::scene_context& scene) {
    const weir::world::time_window ill{outage_begins, outage_begins + scene[outage]};
    weir::world::service_options options;
    options.name = "dependency";
    options.capacity = 5000;
    options.latency = weir::world::lognormal(40ms, 0.5);
    options.faults = {{.effect = weir::world::fault_effect::hang,
                       .probability = scene[hang_rate] / 100,
                       .during = ill},
                      {.probability = scene[error_rate] / 100}};
    return options;
  }

  [[nodiscard]] bool dependency_is_well() const {
    const auto now = weir::now();
    return now < outage_begins || now >= ill_until;
  }

  weir::place at_the_breaker{"breaker"};
  shown_breaker breaker;
  weir::world::service dependency;
  nanoseconds time_limit;
  nanoseconds ill_until;
  weir::place called{"dependency", {.role = weir::source_role::in_flight}};
  weir::outcomes requests{"requests"};
  weir::counter refused_in_vain{"refused while the dependency is well"};
};

/// The call, with its timeout.
asio::awaitable<weir::outcome> attempt(shop& in, std::uint64_t id) {
  using namespace asio::experimental::awaitable_operators;
  const weir::world::request asked{id};
  asio::steady_timer limit(co_await asio::this_coro::executor, in.time_limit);
  const auto ended =
      co_await (in.dependency.try_call(asked) || limit.async_wait(asio::use_awaitable));
  if (ended.index() == 1)
    co_return weir::outcome::timed_out;
  co_return std::get<0>(ended) ? weir::outcome::ok : weir::outcome::failed;
}

asio::awaitable<void> request(std::shared_ptr<shop> in, std::uint64_t id) {
  weir::name_this_task("request");
  weir::span whole("request", {.role = weir::span_role::request});
  in->at_the_breaker.enter(id);
  const auto permission = in->breaker.admit();
  if (!permission) {
    if (in->dependency_is_well())
      ++in->refused_in_vain;
    in->requests.add(weir::outcome::short_circuited, id);
    whole.end(weir::outcome::short_circuited);
    co_return;
  }
  weir::span one("call", {.role = weir::span_role::attempt, .parent = whole.id()});
  in->called.enter(id);
  const weir::outcome how = co_await attempt(*in, id);
  one.end(how);
  in->breaker.report(*permission,
                     how == weir::outcome::ok ? call_result::succeeded : call_result::failed, how);
  in->requests.add(how, id);
  whole.end(how);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> afternoon(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto in = std::make_shared<shop>(executor, scene);
  weir::world::source_options options;
  options.name = "requests";
  options.arrivals = weir::world::poisson({scene[arrival_rate]});
  weir::world::source customers(executor, std::move(options));
  while (const auto next = co_await customers.next())
    asio::co_spawn(executor, request(in, next->number), rethrow);
}

bool no_old_news(const weir::trace::summary& seen) {
  return seen.counter("late results that count").total == 0;
}

bool few_wait(const weir::trace::summary& seen) {
  return seen.outcome("requests")[weir::outcome::timed_out] <= 60;
}

bool few_refused_in_vain(const weir::trace::summary& seen) {
  return seen.counter("refused while the dependency is well").total <= 40;
}

} // namespace

WEIR_SCENE(
        .title = "A dependency that hangs for three seconds",
        .caption = "The dependency is well again at 7 s. Watch when the breaker closes, and which "
                   "results it went by. Then find a timeout and a cooldown that cost little.",
        .knobs = {arrival_rate, outage, hang_rate, error_rate, timeout, window_size, minimum_calls,
                  threshold, cooldown, probes},
        .goals = {{"no result counts that is older than the breaker's state", no_old_news,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} results", seen.counter("late results that count").total);
                   }},
                  {"at most 60 requests wait for a timeout", few_wait,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} waited",
                                       seen.outcome("requests")[weir::outcome::timed_out]);
                   }},
                  {"at most 40 requests are refused while the dependency is well",
                   few_refused_in_vain,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} requests",
                                       seen.counter("refused while the dependency is well").total);
                   }}},
        .body = afternoon, .horizon = 20s);
