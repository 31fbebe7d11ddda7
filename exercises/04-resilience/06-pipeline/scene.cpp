/// \file
/// A dependency that answers every second call with an error for a while, and a client around it.
#include "parts.hpp"

#include <weir/knob.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/source.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>

using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds trouble_begins = 3s;

const weir::knob<double> arrival_rate{"arrival-rate",
                                      {.value = 60,
                                       .min = 1,
                                       .max = 200,
                                       .step = 1,
                                       .unit = "/s",
                                       .documentation = "Requests that come, on average."}};

const weir::knob<nanoseconds> trouble{
    "trouble",
    {.value = 4s,
     .min = 0s,
     .max = 9s,
     .step = 100ms,
     .unit = {},
     .documentation = "For how long the dependency is in trouble, from 3 s on."}};

const weir::knob<double> error_rate{
    "error-rate",
    {.value = 45,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "Attempts that fail with an error while it is."}};

const weir::knob<double> hang_rate{
    "hang-rate",
    {.value = 5,
     .min = 0,
     .max = 100,
     .step = 1,
     .unit = "%",
     .documentation = "Attempts that never get an answer while it is."}};

const weir::knob<nanoseconds> limit{
    "timeout",
    {.value = 1s,
     .min = 20ms,
     .max = 5s,
     .step = 10ms,
     .unit = {},
     .documentation = "The timeout's limit. An answer takes 20 ms, one in 100 takes longer than "
                      "64 ms."}};

const weir::knob<std::size_t> attempts{"attempts",
                                       {.value = 4,
                                        .min = 1,
                                        .max = 10,
                                        .step = 1,
                                        .unit = {},
                                        .documentation = "The retry makes at most so many."}};

const weir::knob<nanoseconds> pause_base{
    "pause",
    {.value = 50ms,
     .min = 1ms,
     .max = 1s,
     .step = 1ms,
     .unit = {},
     .documentation =
         "Before the second attempt the retry waits for anything up to this, before the "
         "third for up to twice as long, and so on (full jitter)."}};

const weir::knob<std::size_t> threshold{
    "threshold",
    {.value = 40,
     .min = 1,
     .max = 60,
     .step = 1,
     .unit = "%",
     .documentation = "The breaker opens at so many failures among the last 20 that it has seen."}};

const weir::knob<nanoseconds> cooldown{
    "cooldown",
    {.value = 1s,
     .min = 100ms,
     .max = 5s,
     .step = 10ms,
     .unit = {},
     .documentation = "For how long the open breaker refuses everything."}};

const weir::knob<std::size_t> max_in_flight{
    "max-in-flight",
    {.value = 24,
     .min = 1,
     .max = 100,
     .step = 1,
     .unit = "calls",
     .documentation = "The bulkhead lets so many calls through at a time."}};

const weir::knob<std::size_t> max_queued{"max-queued",
                                         {.value = 10,
                                          .min = 0,
                                          .max = 100,
                                          .step = 1,
                                          .unit = "calls",
                                          .documentation = "Calls that may wait for that."}};

parts::settings settings_of(const weir::scene_context& scene) {
  auto random = std::make_shared<weir::random_stream>(weir::stream("pauses"));
  const auto full_jitter = [random, base = scene[pause_base]](std::size_t attempt) {
    const auto most = base * (std::int64_t{1} << std::min<std::size_t>(attempt - 1, 10));
    return nanoseconds(
        static_cast<std::int64_t>(random->uniform() * static_cast<double>(most.count())));
  };
  return {.limit = scene[limit],
          .attempts = scene[attempts],
          .pause = full_jitter,
          .window = 20,
          .minimum_calls = 10,
          .threshold = scene[threshold],
          .cooldown = scene[cooldown],
          .max_in_flight = scene[max_in_flight],
          .max_queued = scene[max_queued]};
}

/// Somebody else's servers. What each attempt comes to is drawn when it arrives.
class troubled_dependency final : public remote {
public:
  troubled_dependency(parts::board& shown, const weir::scene_context& scene)
      : shown_(shown),
        trouble_ends_(trouble_begins + scene[trouble]),
        fails_(scene[error_rate] / 100),
        hangs_(scene[hang_rate] / 100),
        place_("dependency", {.capacity = static_cast<double>(scene[max_in_flight]),
                              .role = weir::source_role::in_flight}) {}

  asio::awaitable<int> call(int request) override {
    weir::span attempt("attempt", {weir::span_role::attempt, shown_.span_of(request)});
    place_.enter(static_cast<std::uint64_t>(request));
    const double fate = random_.uniform();
    const nanoseconds latency = weir::world::lognormal(20ms, 0.5).draw(random_);
    const bool ill = weir::now() >= trouble_begins && weir::now() < trouble_ends_;
    const bool hangs = ill && fate < hangs_;
    const bool fails = ill && !hangs && fate < hangs_ + fails_;
    asio::steady_timer timer(shown_.executor, hangs ? nanoseconds(1h) : latency);
    co_await timer.async_wait(asio::use_awaitable);
    attempt.end(fails ? weir::outcome::failed : weir::outcome::ok);
    if (fails)
      throw boost::system::system_error(asio::error::connection_reset);
    co_return request;
  }

private:
  parts::board& shown_;
  nanoseconds trouble_ends_;
  double fails_;
  double hangs_;
  weir::random_stream random_ = weir::stream("dependency");
  weir::place place_;
};

/// Everything that the requests share; the last to go takes it down.
struct shop {
  shop(asio::any_io_executor executor, const weir::scene_context& scene)
      : shown(std::move(executor), settings_of(scene)),
        box(shown),
        client(make_client(box, std::make_unique<troubled_dependency>(shown, scene))) {}

  parts::board shown;
  parts::box box;
  std::unique_ptr<remote> client;
  weir::place arrival{"client"};
  weir::outcomes requests{"requests"};
};

weir::outcome outcome_of(const boost::system::error_code& error) {
  if (error == asio::error::try_again)
    return weir::outcome::rejected;
  if (error == asio::error::connection_refused)
    return weir::outcome::short_circuited;
  return error == asio::error::timed_out ? weir::outcome::timed_out : weir::outcome::failed;
}

asio::awaitable<void> request(std::shared_ptr<shop> in, int id) {
  weir::name_this_task("request");
  weir::span whole("request", {.role = weir::span_role::request});
  in->shown.request_spans[id] = whole.id();
  in->arrival.enter(static_cast<std::uint64_t>(id));
  auto how = weir::outcome::ok;
  try {
    co_await in->client->call(id);
  } catch (const boost::system::system_error& error) {
    how = outcome_of(error.code());
  }
  in->shown.request_spans.erase(id);
  in->requests.add(how, static_cast<std::uint64_t>(id));
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
    asio::co_spawn(executor, request(in, static_cast<int>(next->number)), rethrow);
}

bool most_are_answered(const weir::trace::summary& seen) {
  const auto& requests = seen.outcome("requests");
  return requests[weir::outcome::ok] * 100 >= requests.total() * 95;
}

bool all_know_soon(const weir::trace::summary& seen) {
  return seen.span("request").p99 <= 800ms;
}

} // namespace

WEIR_SCENE(
        .title = "Every second attempt fails",
        .caption = "From 3 s to 7 s every second attempt fails; four attempts can cope with that. "
                   "Watch when the breaker opens, and what it went by. Then choose a timeout.",
        .knobs = {arrival_rate, trouble, error_rate, hang_rate, limit, attempts, pause_base,
                  threshold, cooldown, max_in_flight, max_queued},
        .goals = {{"at least 95 of 100 requests are answered", most_are_answered,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} of {}", seen.outcome("requests")[weir::outcome::ok],
                                       seen.outcome("requests").total());
                   }},
                  {"99 of 100 requests know within 800 ms what has become of them", all_know_soon,
                   [](const weir::trace::summary& seen) {
                     return weir::text("99 of 100 within {} ms", seen.span("request").p99 / 1ms);
                   }}},
        .body = afternoon, .horizon = 12s);
