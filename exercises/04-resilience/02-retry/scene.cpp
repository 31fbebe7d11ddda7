/// \file
/// A night at the tax office, with an outage.
#include "retry.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/service.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds outage_begins = 5s;
constexpr double tolerated = 15; ///< attempts in 100 ms

const weir::knob<unsigned> attempts{
    "attempts",
    {.value = 60,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = {},
     .documentation = "How often an invoice is sent at most, the first time included."}};
const weir::knob<nanoseconds> base{"base",
                                   {.value = 100ms,
                                    .min = 10ms,
                                    .max = 10s,
                                    .step = 10ms,
                                    .unit = {},
                                    .documentation = "Ceiling of the first pause; it doubles."}};
const weir::knob<nanoseconds> cap{
    "cap",
    {.value = 400ms,
     .min = 100ms,
     .max = 60s,
     .step = 100ms,
     .unit = {},
     .documentation =
         "No pause is longer. Longer: fewer attempts while the office is down, and more "
         "patience with the same number of them."}};
const weir::knob<double> arrival_rate{
    "arrival-rate",
    {.value = 4, .min = 1, .max = 100, .step = 1, .unit = "/s", .documentation = "Invoices."}};
const weir::knob<nanoseconds> outage{
    "outage",
    {.value = 15s,
     .min = 0s,
     .max = 20s,
     .step = 1s,
     .unit = {},
     .documentation = "For so long, from the fifth second on, every call is refused with a 503."}};
const weir::knob<double> fault_rate{
    "fault-rate",
    {.value = 5,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "Calls that break with a connection reset, outage or not."}};
const weir::knob<double> bad_rate{"bad-rate",
                                  {.value = 5,
                                   .min = 0,
                                   .max = 100,
                                   .step = 1,
                                   .unit = "%",
                                   .documentation = "Invoices that are wrong: always a 400."}};

weir::world::service_options office_options(const weir::scene_context& scene) {
  weir::world::service_options options;
  options.name = "tax office";
  options.capacity = 20;
  options.queue_limit = 40;
  options.latency = weir::world::lognormal(30ms, 0.4);
  const double wrong = scene[bad_rate] / 100;
  options.faults = {
      {.during = {outage_begins, outage_begins + scene[outage]}, .after = 5ms},
      {.error = weir::world::error::bad_request,
       .after = 10ms,
       .applies_to =
           [wrong](const weir::world::request& asked) {
             return weir::random_stream(asked.id).bernoulli(wrong);
           }},
      {.probability = scene[fault_rate] / 100, .error = weir::world::error::connection_reset}};
  return options;
}

/// The tax office and the instruments on it; the last invoice to go takes it down.
struct night {
  night(weir::scene_context& scene, asio::any_io_executor executor)
      : office(std::move(executor), office_options(scene)),
        policy{.attempts = scene[attempts], .base = scene[base], .cap = scene[cap]} {}

  void count_attempt() {
    const steady_clock::time_point now = steady_clock::now();
    recent.push_back(now);
    while (recent.front() <= now - 100ms)
      recent.pop_front();
    rate.set(static_cast<double>(recent.size()));
  }

  weir::world::service office;
  retry_policy policy;
  std::deque<steady_clock::time_point> recent;
  weir::gauge rate{"attempts in 100 ms", {.capacity = tolerated, .unit = {}}};
  weir::gauge pausing{"invoices in a pause",
                      {.unit = "invoices", .role = weir::source_role::backing_off}};
  weir::place waiting{"pause", {.role = weir::source_role::backing_off}};
  weir::place calling{"tax office", {.capacity = 20, .role = weir::source_role::in_flight}};
  weir::counter futile{"attempts after a 400"};
  weir::counter given_up{"valid invoices given up"};
  weir::outcomes invoices{"invoices"};
};

/// One invoice: what retry() is given.
class invoice final : public operation, public random_source, public sleeping_clock {
public:
  invoice(night& tonight, std::uint64_t number, asio::any_io_executor executor, std::uint64_t span)
      : tonight_(tonight),
        number_(number),
        executor_(std::move(executor)),
        span_(span),
        random_(weir::stream(weir::text("invoice {}", number))) {}

  asio::awaitable<int> attempt() override {
    weir::span mine("attempt", {.role = weir::span_role::attempt, .parent = span_});
    tonight_.count_attempt();
    tonight_.calling.enter(number_);
    if (wrong_)
      ++tonight_.futile;
    const weir::world::request asked{.id = number_};
    const weir::world::call_result result = co_await tonight_.office.try_call(asked);
    wrong_ = result.error == weir::world::error::bad_request;
    mine.end(result ? weir::outcome::ok : weir::outcome::failed);
    if (!result)
      throw weir::world::service_error(result.error, result.retry_after);
    co_return static_cast<int>(number_);
  }

  double uniform() override { return random_.uniform(); }

  asio::awaitable<void> sleep(nanoseconds time) override {
    weir::span mine("pause", {.role = weir::span_role::backing_off, .parent = span_});
    tonight_.waiting.enter(number_);
    tonight_.pausing.add(1);
    asio::steady_timer timer(executor_, std::max(time, nanoseconds(0)));
    co_await timer.async_wait(asio::use_awaitable);
    tonight_.pausing.subtract(1);
  }

  [[nodiscard]] bool wrong() const { return wrong_; }

private:
  night& tonight_;
  std::uint64_t number_;
  asio::any_io_executor executor_;
  std::uint64_t span_;
  weir::random_stream random_;
  bool wrong_ = false;
};

asio::awaitable<void> send(std::shared_ptr<night> tonight, std::uint64_t number) {
  weir::name_this_task("invoice");
  weir::span request("request", {.role = weir::span_role::request, .parent = 0});
  invoice mine(*tonight, number, co_await asio::this_coro::executor, request.id());
  weir::outcome how = weir::outcome::ok;
  try {
    co_await retry(mine, tonight->policy, mine, mine);
  } catch (const boost::system::system_error&) {
    how = mine.wrong() ? weir::outcome::rejected : weir::outcome::failed;
  }
  request.end(how);
  tonight->invoices.add(how, number);
  if (!mine.wrong() && how == weir::outcome::failed)
    ++tonight->given_up;
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> one_night(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto tonight = std::make_shared<night>(scene, executor);
  auto random = weir::stream("arrivals");
  auto arrivals = weir::world::poisson({.per_second = scene[arrival_rate]});
  const steady_clock::time_point start = steady_clock::now();
  asio::steady_timer timer(executor);
  std::uint64_t number = 0;
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    timer.expires_at(start + *next);
    co_await timer.async_wait(asio::use_awaitable);
    asio::co_spawn(executor, send(tonight, ++number), rethrow);
  }
}

bool sent_once(const weir::trace::summary& seen) {
  return seen.counter("attempts after a 400").total == 0;
}

bool none_given_up(const weir::trace::summary& seen) {
  return seen.counter("valid invoices given up").total == 0;
}

bool spared(const weir::trace::summary& seen) {
  return seen.gauge("attempts in 100 ms").max <= tolerated;
}

bool soon_through(const weir::trace::summary& seen) {
  return seen.gauge("invoices in a pause").last <= 2;
}

} // namespace

WEIR_SCENE(.title = "A night at the tax office",
           .caption = "Watch the attempts in 100 ms during the outage, from the 5th second to the "
                      "20th. Then turn the policy: everything must get through, gently.",
           .knobs = {attempts, base, cap, arrival_rate, outage, fault_rate, bad_rate},
           .goals = {{"no invoice is sent again after a 400", sent_once,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} attempts",
                                          seen.counter("attempts after a 400").total);
                      }},
                     {"no valid invoice is given up", none_given_up,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} invoices",
                                          seen.counter("valid invoices given up").total);
                      }},
                     {"never more than 15 attempts in 100 ms", spared,
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {}", static_cast<std::int64_t>(
                                                            seen.gauge("attempts in 100 ms").max));
                      }},
                     {"at most 2 invoices still wait at the end", soon_through,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} at the end",
                            static_cast<std::int64_t>(seen.gauge("invoices in a pause").last));
                      }}},
           .body = one_night, .horizon = 30s);
