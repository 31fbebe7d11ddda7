#include "buffer.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

const weir::knob<int> capacity{
    "capacity",
    {.value = 16,
     .min = 1,
     .max = 512,
     .step = 1,
     .unit = "items",
     .documentation = "Given to all four buffers, for the policies that buffer in order."}};

const weir::knob<double> burst_rate{
    "burst-rate",
    {.value = 200,
     .min = 10,
     .max = 1000,
     .step = 10,
     .unit = "/s",
     .documentation =
         "Items a second for each product while a burst lasts; payments a twentieth."}};

const weir::knob<std::chrono::nanoseconds> burst_length{
    "burst-length",
    {.value = 500ms,
     .min = 50ms,
     .max = 2s,
     .step = 50ms,
     .unit = {},
     .documentation = "How long a burst lasts; the next one begins two seconds after it began."}};

const weir::knob<std::chrono::nanoseconds> write_time{
    "write-time",
    {.value = 10ms,
     .min = 1ms,
     .max = 100ms,
     .step = 1ms,
     .unit = {},
     .documentation = "What an entry of the audit log takes, and a reading of telemetry."}};

constexpr auto burst_period = 2s;
constexpr auto frame_time = 100ms; // of the board
constexpr auto bank_time = 400ms;  // for a payment
constexpr int bank_workers = 4;

/// One product with its buffer, and what its dashboard shows.
struct lane {
  lane(asio::any_io_executor executor, product user, const std::string& name, std::size_t bound)
      : buffer(make_event_buffer(std::move(executor), policy_for(user), bound)),
        held(name + ": held", {.capacity = static_cast<double>(bound), .unit = "items"}),
        age(name + ": age when taken", {.capacity = 0, .unit = "ms"}),
        refused(name + ": refused"),
        dropped(name + ": dropped") {}

  std::unique_ptr<event_buffer> buffer;
  weir::gauge held;
  weir::gauge age;
  weir::counter refused;
  weir::counter dropped;
  std::vector<std::chrono::nanoseconds> offered_at; ///< by item

  void offer() {
    const auto before = buffer->counts();
    offered_at.push_back(weir::now());
    (void)buffer->offer(static_cast<int>(offered_at.size() - 1));
    const auto after = buffer->counts();
    if (after.refused != before.refused)
      ++refused;
    if (after.dropped != before.dropped)
      ++dropped;
    held.set(static_cast<double>(buffer->size()));
  }

  void taken(int item) {
    const auto waited = weir::now() - offered_at.at(static_cast<std::size_t>(item));
    age.set(std::chrono::duration<double, std::milli>(waited).count());
    held.set(static_cast<double>(buffer->size()));
  }
};

asio::awaitable<void> source(std::shared_ptr<lane> to, weir::world::source_options options) {
  weir::name_this_task(options.name);
  weir::world::source items(co_await asio::this_coro::executor, options);
  while (co_await items.next())
    to->offer();
}

asio::awaitable<void> consumer(std::shared_ptr<lane> from, std::string name,
                               std::chrono::nanoseconds effort) {
  weir::name_this_task(name);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    const int item = co_await from->buffer->take();
    from->taken(item);
    timer.expires_after(effort);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

struct product_setup {
  product user;
  std::string name;
  double rate_share;
  int takers;
  std::chrono::nanoseconds effort;
};

asio::awaitable<void> friday(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const std::vector<product_setup> products{
      {product::audit_log, "audit log", 1, 1, scene[write_time]},
      {product::telemetry, "telemetry", 1, 1, scene[write_time]},
      {product::dashboard, "dashboard", 1, 1, frame_time},
      {product::payments, "payments", 0.05, bank_workers, bank_time},
  };
  for (const auto& one : products) {
    const auto bound = static_cast<std::size_t>(scene[capacity]);
    auto product_lane = std::make_shared<lane>(executor, one.user, one.name, bound);
    const weir::world::burst_shape shape{.during = {scene[burst_rate] * one.rate_share},
                                         .on = scene[burst_length],
                                         .off = burst_period - scene[burst_length]};
    weir::world::source_options options{.name = one.name + " source",
                                        .arrivals = weir::world::bursts(shape),
                                        .count = {},
                                        .lasting = {}};
    asio::co_spawn(executor, source(product_lane, std::move(options)), asio::detached);
    for (int i = 0; i < one.takers; ++i)
      asio::co_spawn(executor, consumer(product_lane, one.name + " taker", one.effort),
                     asio::detached);
  }
  asio::steady_timer closing_time(executor, scene.horizon());
  co_await closing_time.async_wait(asio::use_awaitable);
}

bool fresh_prices(const weir::trace::summary& seen) {
  return seen.gauge("dashboard: age when taken").max <= 150;
}

bool prompt_payments(const weir::trace::summary& seen) {
  return seen.gauge("payments: age when taken").max <= 0;
}

bool every_action(const weir::trace::summary& seen) {
  return seen.counter("audit log: refused").total == 0 &&
         seen.counter("audit log: dropped").total == 0 &&
         seen.gauge("audit log: age when taken").max <= 1000;
}

bool whole_curve(const weir::trace::summary& seen) {
  return seen.counter("telemetry: dropped").total == 0 &&
         seen.counter("telemetry: refused").total == 0;
}

} // namespace

WEIR_SCENE(.title = "One burst, four products",
           .caption =
               "Watch how old an item is when somebody gets it, and what is lost on the way. "
               "Two goals need a better policy, two a better capacity.",
           .knobs = {capacity, burst_rate, burst_length, write_time},
           .goals = {{"no price is older than 150 ms when it is drawn", fresh_prices},
                     {"every payment that is taken over begins at once", prompt_payments},
                     {"every action gets its entry, and within a second", every_action},
                     {"not one reading is missing", whole_curve}},
           .body = friday, .horizon = 10s);
