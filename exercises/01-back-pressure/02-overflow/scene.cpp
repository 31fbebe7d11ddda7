#include "buffer.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
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
constexpr int takers_in_all = 3 + bank_workers;

/// What all four share: the numbers of the items, and how they end.
struct counter_hall {
  std::uint64_t items = 0;
  weir::place at_work{"takers", {.capacity = takers_in_all, .role = weir::source_role::busy}};
  weir::outcomes ends{"items"};
};

/// Room that a policy has; 0: it holds nothing.
double room_of(overflow policy, std::size_t bound) {
  switch (policy) {
  case overflow::keep_latest:
    return 1;
  case overflow::fail_fast:
    return 0;
  case overflow::buffer_then_error:
  case overflow::drop_newest:
    break;
  }
  return static_cast<double>(bound);
}

/// One product with its buffer, and what its dashboard shows.
struct lane {
  lane(asio::any_io_executor executor, product user, const std::string& called, double oldest_ms,
       std::size_t bound, std::shared_ptr<counter_hall> in)
      : name(called),
        policy(policy_for(user)),
        buffer(make_event_buffer(std::move(executor), policy, bound)),
        hall(std::move(in)),
        held(name + ": held", {.capacity = room_of(policy, bound),
                               .unit = "items",
                               .role = weir::source_role::queue}),
        age(name + ": age when taken", {.capacity = oldest_ms, .unit = "ms"}),
        refused(name + ": refused"),
        dropped(name + ": dropped"),
        in_buffer(name, {.capacity = room_of(policy, bound), .role = weir::source_role::queue}) {}

  struct offered_item {
    std::uint64_t id = 0;
    weir::span whole;
    std::optional<weir::span> stage;
  };

  std::string name;
  overflow policy;
  std::unique_ptr<event_buffer> buffer;
  std::shared_ptr<counter_hall> hall;
  weir::gauge held;
  weir::gauge age;
  weir::counter refused;
  weir::counter dropped;
  weir::place in_buffer;
  std::map<int, offered_item> items;                ///< offered, and neither lost nor done
  std::vector<std::chrono::nanoseconds> offered_at; ///< by item

  void offer() {
    const auto before = buffer->counts();
    const int item = static_cast<int>(offered_at.size());
    offered_at.push_back(weir::now());
    offered_item& mine =
        items
            .emplace(item, offered_item{.id = ++hall->items,
                                        .whole = weir::span(
                                            name, {weir::span_role::request, weir::no_parent}),
                                        .stage = {}})
            .first->second;
    mine.stage.emplace("held", weir::span_options{weir::span_role::waiting, mine.whole.id()});
    (void)buffer->offer(item);
    const auto after = buffer->counts();
    if (after.refused != before.refused) {
      ++refused;
      end(item, weir::outcome::rejected);
    }
    if (after.dropped != before.dropped) {
      ++dropped;
      end(policy == overflow::keep_latest ? oldest_held() : item, weir::outcome::dropped);
    }
    if (items.contains(item))
      in_buffer.enter(items.at(item).id);
    held.set(static_cast<double>(buffer->size()));
  }

  void taken(int item) {
    const auto waited = weir::now() - offered_at.at(static_cast<std::size_t>(item));
    age.set(std::chrono::duration<double, std::milli>(waited).count());
    held.set(static_cast<double>(buffer->size()));
    const auto found = items.find(item);
    if (found == items.end())
      return;
    offered_item& mine = found->second;
    mine.stage->end();
    mine.stage.emplace("at work", weir::span_options{weir::span_role::running, mine.whole.id()});
    at_work.push_back(item);
    hall->at_work.enter(mine.id);
  }

  void done(int item) {
    std::erase(at_work, item);
    end(item, weir::outcome::ok);
  }

private:
  void end(int item, weir::outcome how) {
    const auto ended = items.find(item);
    if (ended == items.end())
      return;
    ended->second.stage->end(how);
    ended->second.whole.end(how);
    hall->ends.add(how, ended->second.id);
    items.erase(ended);
  }

  [[nodiscard]] int oldest_held() const {
    const auto held_one = std::ranges::find_if(
        items, [&](const auto& one) { return std::ranges::count(at_work, one.first) == 0; });
    return held_one == items.end() ? -1 : held_one->first;
  }

  std::vector<int> at_work;
};

asio::awaitable<void> source(std::shared_ptr<lane> to, std::string name,
                             weir::world::arrival_process arrivals) {
  weir::name_this_task(name);
  auto random = weir::stream("source " + name);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto start = std::chrono::steady_clock::now();
  while (const std::optional<std::chrono::nanoseconds> next = arrivals.next(random)) {
    timer.expires_at(start + *next);
    co_await timer.async_wait(asio::use_awaitable);
    to->offer();
  }
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
    from->done(item);
  }
}

struct product_setup {
  product user;
  std::string name;
  double rate_share;
  int takers;
  std::chrono::nanoseconds effort;
  double oldest_ms; ///< the age that a goal allows; 0: none does, or none at all is allowed
};

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> friday(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const std::vector<product_setup> products{
      {product::dashboard, "dashboard", 1, 1, frame_time, 150},
      {product::payments, "payments", 0.05, bank_workers, bank_time, 0},
      {product::audit_log, "audit log", 1, 1, scene[write_time], 1000},
      {product::telemetry, "telemetry", 1, 1, scene[write_time], 0},
  };
  const auto hall = std::make_shared<counter_hall>();
  for (const auto& one : products) {
    const auto bound = static_cast<std::size_t>(scene[capacity]);
    auto product_lane =
        std::make_shared<lane>(executor, one.user, one.name, one.oldest_ms, bound, hall);
    const weir::world::burst_shape shape{.during = {scene[burst_rate] * one.rate_share},
                                         .on = scene[burst_length],
                                         .off = burst_period - scene[burst_length]};
    asio::co_spawn(executor, source(product_lane, one.name + " source", weir::world::bursts(shape)),
                   rethrow);
    for (int i = 0; i < one.takers; ++i)
      asio::co_spawn(executor, consumer(product_lane, one.name + " taker", one.effort), rethrow);
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

WEIR_SCENE(
        .title = "One burst, four products",
        .caption = "Watch how old prices and payments are when they are taken, and what the audit "
                   "log and telemetry lose. Two goals need better code, two a larger capacity.",
        .knobs = {capacity, burst_rate, burst_length, write_time},
        .goals = {{"no price is older than 150 ms when it is drawn", fresh_prices,
                   [](const weir::trace::summary& seen) {
                     return weir::text(
                         "at most {} ms",
                         static_cast<std::int64_t>(seen.gauge("dashboard: age when taken").max));
                   }},
                  {"every payment that is taken over begins at once", prompt_payments,
                   [](const weir::trace::summary& seen) {
                     return weir::text(
                         "at most {} ms late",
                         static_cast<std::int64_t>(seen.gauge("payments: age when taken").max));
                   }},
                  {"every action gets its entry, and within a second", every_action,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} lost", seen.counter("audit log: refused").total +
                                                      seen.counter("audit log: dropped").total);
                   }},
                  {"not one reading is missing", whole_curve,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} missing", seen.counter("telemetry: dropped").total +
                                                         seen.counter("telemetry: refused").total);
                   }}},
        .body = friday, .horizon = 10s);
