/// \file
/// A minute of a service that writes a snapshot now and then, and what its lag probe says of it.
#include "lag.hpp"

#include <weir/knob.hpp>
#include <weir/loop_probe.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<nanoseconds> snapshot{
    "snapshot",
    {.value = 400ms,
     .min = 0ms,
     .max = 3s,
     .step = 10ms,
     .unit = {},
     .documentation = "For so long a snapshot occupies the loop."}};
const weir::knob<nanoseconds> every{"every",
                                    {.value = 10s,
                                     .min = 500ms,
                                     .max = 30s,
                                     .step = 500ms,
                                     .unit = {},
                                     .documentation = "From one snapshot to the next."}};
const weir::knob<nanoseconds> bad{"bad",
                                  {.value = 100ms,
                                   .min = 10ms,
                                   .max = 1s,
                                   .step = 10ms,
                                   .unit = {},
                                   .documentation = "A window with a p99 above this is bad."}};
const weir::knob<double> request_rate{"requests",
                                      {.value = 200,
                                       .min = 10,
                                       .max = 1'000,
                                       .step = 10,
                                       .unit = "/s",
                                       .documentation = "Doors that are to be opened (Poisson). "
                                                        "Each costs 200 µs."}};

constexpr nanoseconds request = 200us;
constexpr nanoseconds first_snapshot = 5'005ms;
constexpr nanoseconds window = 10s;
constexpr nanoseconds judged = 60s;
/// Doors come at random: by so much may what they feel differ from what may be felt.
constexpr nanoseconds leeway = 60ms;

double in_ms(nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

/// What a dashboard knows of the service, and what its customers do.
class service final : public lag_log {
public:
  explicit service(nanoseconds limit) : limit_(limit) {}

  void window(const lag_window& seen) override {
    loop_.lag(seen.p99);
    books& of = book_of(seen);
    of.told = seen.p99;
    worst_.set(in_ms(seen.worst));
  }

  void warn(const lag_window& seen) override {
    warnings_.add(1);
    ++book_of(seen).warnings;
  }

  void served(nanoseconds came) {
    const nanoseconds waited = weir::now() - came;
    waited_.set(in_ms(waited));
    books_[came / ::window].waits.push_back(waited);
    if (waited > 250ms)
      shut_.add(1);
  }

  void occupy(nanoseconds work) {
    weir::world::occupy_loop(work);
    busy_ += work;
  }

  /// Four times a second.
  void look(nanoseconds since) {
    loop_.utilisation(
        std::min(1.0, static_cast<double>(busy_.count()) / static_cast<double>(since.count())));
    busy_ = 0ns;
  }

  void judge() {
    for (auto& [number, of] : books_) {
      if (of.waits.empty() || (number + 1) * ::window > judged)
        continue;
      std::ranges::sort(of.waits);
      const nanoseconds felt = of.waits[(99 * of.waits.size() + 99) / 100 - 1];
      const bool either = felt > limit_ - leeway && felt <= limit_ + leeway;
      if ((!either && (felt > limit_) != (of.warnings == 1)) || of.warnings > 1)
        untrue_.add(1);
      const nanoseconds off = felt > of.told ? felt - of.told : of.told - felt;
      off_.set(std::max(off_.value(), in_ms(off)));
    }
  }

private:
  struct books {
    std::vector<nanoseconds> waits;
    nanoseconds told{};
    int warnings = 0;
  };

  books& book_of(const lag_window& seen) {
    return books_[(seen.begin.time_since_epoch() + ::window / 2) / ::window];
  }

  nanoseconds limit_;
  nanoseconds busy_{};
  std::map<std::int64_t, books> books_;
  weir::loop_probe loop_{"loop"};
  weir::gauge waited_{"a door waited for", {.unit = "ms"}};
  weir::gauge worst_{"worst tick", {.unit = "ms"}};
  weir::gauge off_{"p99 told and p99 felt differ by", {.unit = "ms"}};
  weir::counter warnings_{"warnings"};
  weir::counter untrue_{"windows with a warning too many or too few"};
  weir::counter shut_{"doors that stayed shut", "doors"};
};

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> snapshots(std::shared_ptr<service> of, nanoseconds takes, nanoseconds period,
                                nanoseconds until) {
  weir::name_this_task("snapshots");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (nanoseconds due = first_snapshot; due < until; due += period) {
    timer.expires_at(steady_clock::time_point(std::max(due, weir::now())));
    co_await timer.async_wait(asio::use_awaitable);
    weir::span one("snapshot", {.role = weir::span_role::work});
    of->occupy(takes);
    one.end(weir::outcome::ok);
  }
}

/// In each of their turns, all who have come by then are served.
asio::awaitable<void> doors(std::shared_ptr<service> of, double rate, nanoseconds until) {
  weir::name_this_task("doors");
  auto random = weir::stream("doors");
  auto arrivals = weir::world::poisson({.per_second = rate});
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    if (*next > until)
      break;
    if (*next > weir::now()) {
      timer.expires_at(steady_clock::time_point(*next));
      co_await timer.async_wait(asio::use_awaitable);
    }
    of->served(*next);
    of->occupy(request);
  }
}

asio::awaitable<void> utilisation(std::shared_ptr<service> of, nanoseconds until) {
  weir::name_this_task("utilisation");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (nanoseconds since = weir::now(); since < until; since = weir::now()) {
    timer.expires_after(250ms);
    co_await timer.async_wait(asio::use_awaitable);
    of->look(weir::now() - since);
  }
}

asio::awaitable<void> a_minute(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto of = std::make_shared<service>(scene[bad]);
  const auto probe = make_lag_probe(executor, *of, {.window = window, .bad = scene[bad]});
  const nanoseconds until = scene.horizon() - 1s;
  probe->start();
  asio::co_spawn(executor, snapshots(of, scene[snapshot], scene[every], judged - 1s), rethrow);
  asio::co_spawn(executor, doors(of, scene[request_rate], until), rethrow);
  asio::co_spawn(executor, utilisation(of, until), rethrow);
  asio::steady_timer timer(executor, steady_clock::time_point(until));
  co_await timer.async_wait(asio::use_awaitable);
  probe->stop();
  of->judge();
}

std::int64_t total(const weir::trace::summary& seen, std::string_view counter) {
  return static_cast<std::int64_t>(seen.counter(counter).total);
}

} // namespace

WEIR_SCENE(.title = "What customers feel, and what the probe says",
           .caption = "Watch the lag that is told beside what doors waited for. Then turn the "
                      "snapshot: how long may it be before a p99 knows of it?",
           .knobs = {snapshot, every, bad, request_rate},
           .goals = {{"a warning for each window that is bad for doors, too, and for no other",
                      [](const weir::trace::summary& seen) {
                        return total(seen, "windows with a warning too many or too few") == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} windows of 6 have one too many or too few",
                            total(seen, "windows with a warning too many or too few"));
                      }},
                     {"in each window the p99 that is told is what doors feel, give or take 60 ms",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("p99 told and p99 felt differ by").max <= 60;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("they differ by up to {} ms",
                                          static_cast<std::int64_t>(
                                              seen.gauge("p99 told and p99 felt differ by").max));
                      }}},
           .body = a_minute, .horizon = 63s);
