/// \file
/// Some minutes at one event loop, on a day of the kind that is chosen, with the alarm beside it.
#include "alarm.hpp"

#include <weir/knob.hpp>
#include <weir/loop_probe.hpp>
#include <weir/probe.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

enum class kind : std::uint8_t {
  payloads,
  work,
  collector,
  neighbour,
  bursts,
  night,
  sliced_job,
  restarts,
  slow_database
};

const weir::knob<kind> day_kind{"kind",
                                {"payloads", "work", "collector", "neighbour", "bursts", "night",
                                 "sliced-job", "restarts", "slow-database"},
                                kind::payloads,
                                "What happens on this day. The first four are incidents, the last "
                                "is one of somebody else's, and the others are healthy days."};

const weir::knob<double> arrival_rate{
    "arrival-rate",
    {.value = 40,
     .min = 1,
     .max = 80,
     .step = 1,
     .unit = "/s",
     .documentation = "Requests (Poisson). At 40/s they take a third of the loop's time."}};

const weir::knob<nanoseconds> grows_for{
    "grows-for",
    {.value = 240s,
     .min = 10s,
     .max = 300s,
     .step = 10s,
     .unit = {},
     .documentation = "From the beginning of a fault until it is at its worst."}};

constexpr nanoseconds fault_begins = 60s;
constexpr nanoseconds tick_every = 20ms;
constexpr nanoseconds objective = 1s;

nanoseconds share_of(nanoseconds whole, double part) {
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(whole.count()) * part));
}

/// Everything that the tasks share; the last of them to go takes it down.
class portal {
public:
  portal(const weir::scene_context& scene, asio::any_io_executor on)
      : executor(std::move(on)),
        kind_(scene[day_kind]),
        worst_(fault_begins + scene[grows_for]),
        ends_(worst_ + 30s) {}

  [[nodiscard]] bool is(kind one) const { return kind_ == one; }

  /// The loop is the one to blame.
  [[nodiscard]] bool incident() const { return kind_ <= kind::neighbour; }

  [[nodiscard]] bool faulty() const {
    return incident() && weir::now() >= fault_begins && weir::now() < ends_;
  }

  /// How far the fault has come, 0 to 1.
  [[nodiscard]] double progress() const {
    if (!faulty())
      return 0;
    const auto since = static_cast<double>((weir::now() - fault_begins).count());
    return std::min(1.0, since / static_cast<double>((worst_ - fault_begins).count()));
  }

  /// A handler runs for so long.
  void work(nanoseconds takes) {
    weir::block_loop(takes);
    busy_ += takes;
  }

  /// A second is over: what was seen of it, to the alarm and to the window.
  void second_is_over(seconds at, nanoseconds lag_most, nanoseconds lag_sum) {
    std::ranges::sort(latencies_);
    const std::size_t count = latencies_.size();
    const auto slow = static_cast<std::size_t>(
        std::ranges::count_if(latencies_, [](nanoseconds one) { return one > objective; }));
    const nanoseconds p99 = count == 0 ? 0ns : latencies_[(count * 99 + 99) / 100 - 1];
    const nanoseconds now = weir::now();
    const double utilisation = std::min(
        1.0, static_cast<double>(busy_.count()) /
                 static_cast<double>(std::max<nanoseconds>(now - counted_at_, 1ms).count()));
    uptime += 1s;
    fault_.set(100 * progress());
    look_at_objective(count, slow);
    loop_.utilisation(utilisation);
    latency_.set(static_cast<double>(p99.count()) / 1e6);
    tell_alarm({.at = at,
                .uptime = uptime,
                .lag_p99 = lag_most,
                .lag_mean = lag_sum / 50,
                .utilisation = utilisation,
                .requests = count,
                .slow = slow,
                .latency_p99 = p99});
    latencies_.clear();
    busy_ = 0ns;
    counted_at_ = now;
  }

  void lag(nanoseconds late) { loop_.lag(late); }

  void answered(std::uint64_t number, nanoseconds took) {
    latencies_.push_back(took);
    answers_.add(took > objective ? weir::outcome::timed_out : weir::outcome::ok, number);
  }

  asio::any_io_executor executor;
  seconds uptime = 1h;
  bool down = false; ///< the process is restarting
  bool cold = false;
  weir::place database{"database", {.role = weir::source_role::in_flight}};
  weir::counter requests{"requests", "requests", weir::source_role::load};

private:
  /// Of the last five minutes.
  void look_at_objective(std::size_t count, std::size_t slow) {
    last_minutes_.push_back({count, slow});
    requests_ += count;
    slow_ += slow;
    if (last_minutes_.size() > 300) {
      requests_ -= last_minutes_.front().first;
      slow_ -= last_minutes_.front().second;
      last_minutes_.pop_front();
    }
    // As if the minutes before had been good ones.
    const auto all = static_cast<double>(requests_ + (300 - last_minutes_.size()) * 40);
    const double share = 100 * static_cast<double>(slow_) / all;
    slow_share_.set(share);
    if (share > 1 && !broken_) {
      broken_ = true;
      if (incident()) {
        broken_by_the_loop_.add();
        lead_.set(on_ ? static_cast<double>((weir::now() - rang_at_) / 1s) : 0);
      }
    }
  }

  void tell_alarm(const sample& seen) {
    const bool now = alarm_->update(seen);
    shown_.set(now ? 1 : 0);
    if (now && !on_) {
      rang_at_ = weir::now();
      calls_.add();
      if (!faulty())
        false_calls_.add();
    }
    on_ = now;
  }

  kind kind_;
  nanoseconds worst_;
  nanoseconds ends_;
  std::unique_ptr<loop_alarm> alarm_ = make_alarm();
  nanoseconds busy_{};
  nanoseconds counted_at_{};
  std::vector<nanoseconds> latencies_;
  std::deque<std::pair<std::size_t, std::size_t>> last_minutes_; ///< requests, slow ones
  std::size_t requests_ = 0;
  std::size_t slow_ = 0;
  bool broken_ = false;
  bool on_ = false;
  nanoseconds rang_at_{};
  weir::gauge shown_{"your alarm"};
  weir::gauge fault_{"fault", {.unit = "%"}};
  weir::loop_probe loop_;
  weir::gauge latency_{"latency p99", {.capacity = 1000, .unit = "ms"}};
  weir::outcomes answers_{"answers"};
  weir::gauge slow_share_{"slow requests", {.capacity = 1, .unit = "%"}};
  weir::gauge lead_{"lead", {.unit = "s"}};
  weir::counter calls_{"calls", "calls"};
  weir::counter false_calls_{"calls for nothing", "calls"};
  weir::counter broken_by_the_loop_{"objective broken by the loop"};
};

asio::awaitable<void> sleep_until(nanoseconds when) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(steady_clock::time_point(when));
  co_await timer.async_wait(asio::use_awaitable);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

/// Comes at its time, however late the loop gets to it. Two handlers, and the database between
/// them.
asio::awaitable<void> request(std::shared_ptr<portal> at, std::uint64_t number, nanoseconds came,
                              weir::random_stream random) {
  weir::name_this_task("request");
  co_await sleep_until(came);
  if (at->down)
    co_return;
  at->requests.add();
  const auto handler = [&random, &at] {
    const double kind_of_work = random.uniform();
    const nanoseconds usual = kind_of_work < 0.75 ? 4ms : kind_of_work < 0.95 ? 8ms : 22ms;
    double factor = random.uniform(0.5, 1);
    if (at->is(kind::work))
      factor *= 1 + 2.2 * at->progress();
    if (at->is(kind::neighbour) && weir::now() % 16s < 8s)
      factor *= 1 + 2.4 * at->progress();
    return share_of(usual, factor);
  };
  at->work(handler());
  if (at->is(kind::payloads) && at->faulty() && random.bernoulli(0.008))
    at->work(share_of(850ms, at->progress()));
  const bool slow = at->is(kind::slow_database) && weir::now() > 100s && weir::now() < 300s;
  const nanoseconds database = share_of(40ms, (slow ? 12 : 1) * random.lognormal(0, 0.8));
  at->database.enter(number);
  co_await sleep_until(weir::now() + database);
  at->work(handler());
  at->answered(number, weir::now() - came);
}

/// Customers do not wait for the loop: each request has a time of its own, and is there ahead of
/// it.
asio::awaitable<void> customers(std::shared_ptr<portal> at, double rate) {
  weir::name_this_task("customers");
  constexpr nanoseconds ahead = 10s; // no handler takes as long
  weir::random_stream random = weir::stream("customers");
  const double most = at->is(kind::bursts) ? 3.4 : 1;
  auto arrivals = weir::world::poisson({most * rate});
  std::uint64_t number = 0;
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    if (*next > weir::now() + ahead)
      co_await sleep_until(*next - ahead / 2);
    double share = *next % 90s > 87s ? 1 : 1 / most;
    if (at->is(kind::night))
      share *= 0.2;
    if (random.bernoulli(share))
      asio::co_spawn(at->executor, request(at, ++number, *next, random.split("request")), rethrow);
  }
}

/// Long handlers: of a garbage collector, of a report, of a process that is cold.
asio::awaitable<void> long_handlers(std::shared_ptr<portal> at) {
  weir::name_this_task("long handlers");
  weir::random_stream random = weir::stream("long handlers");
  for (nanoseconds now = 1s;; now += 1s) {
    co_await sleep_until(now + share_of(1s, random.uniform(0, 0.9)));
    if (at->is(kind::collector) && now / 1s % 4 == 0 && at->faulty())
      at->work(20ms + share_of(1400ms, at->progress()));
    if (at->is(kind::night) && now / 1s % 60 == 30)
      at->work(share_of(1s, random.uniform(0.3, 0.9)));
    if (at->cold)
      at->work(share_of(1s, random.uniform(0.15, 0.3)));
  }
}

asio::awaitable<void> sliced_job(std::shared_ptr<portal> at) {
  weir::name_this_task("the sliced job");
  while (at->is(kind::sliced_job)) {
    at->work(8ms);
    co_await sleep_until(weir::now()); // behind whatever is due by now
  }
}

asio::awaitable<void> restarts(std::shared_ptr<portal> at) {
  weir::name_this_task("deploys");
  for (const nanoseconds when : {0s, 150s, 290s}) {
    if (!at->is(kind::restarts))
      co_return;
    co_await sleep_until(when);
    at->down = true;
    co_await sleep_until(when + 4s);
    at->down = false;
    at->cold = true;
    at->uptime = 0s;
    co_await sleep_until(when + 20s);
    at->cold = false;
  }
}

/// A tick is due every 20 ms. However late the loop gets to it, every one that was due counts.
asio::awaitable<void> ticks(std::shared_ptr<portal> at) {
  weir::name_this_task("the tick");
  nanoseconds most{};
  nanoseconds sum{};
  nanoseconds due = tick_every;
  for (;;) {
    co_await sleep_until(due);
    for (const nanoseconds now = weir::now(); due <= now; due += tick_every) {
      most = std::max(most, now - due);
      sum += now - due;
      if (due % 1s != 0s)
        continue;
      at->lag(most);
      if (!at->down)
        at->second_is_over(std::chrono::duration_cast<seconds>(due), most, sum);
      most = sum = 0ns;
    }
  }
}

asio::awaitable<void> a_day(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto at = std::make_shared<portal>(scene, executor);
  asio::co_spawn(executor, ticks(at), rethrow);
  asio::co_spawn(executor, long_handlers(at), rethrow);
  asio::co_spawn(executor, sliced_job(at), rethrow);
  asio::co_spawn(executor, restarts(at), rethrow);
  co_await customers(at, scene[arrival_rate]);
}

bool warned(const weir::trace::summary& seen) {
  return seen.counter("objective broken by the loop").total == 0 || seen.gauge("lead").last >= 30;
}

std::string lead(const weir::trace::summary& seen) {
  if (seen.counter("objective broken by the loop").total == 0)
    return "the loop did not break it";
  return weir::text("on for {} s when it broke",
                    static_cast<std::int64_t>(seen.gauge("lead").last));
}

} // namespace

WEIR_SCENE(.title = "Some minutes at one event loop",
           .caption = "Watch when the lag leaves its usual range, when the latency does, and your "
                      "alarm. Then choose another kind of day: is this one to be woken for?",
           .knobs = {day_kind, arrival_rate, grows_for},
           .goals = {{"the alarm is on 30 s before the loop breaks the objective", warned, lead},
                     {"nobody is called for nothing",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("calls for nothing").total == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} calls for nothing",
                                          seen.counter("calls for nothing").total);
                      }},
                     {"at most two calls",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("calls").total <= 2;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} calls", seen.counter("calls").total);
                      }}},
           .body = a_day, .horizon = 420s);
