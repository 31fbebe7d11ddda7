/// \file
/// Two minutes of a replica: a report, a rush, and a loop that hangs; and a platform that asks.
#include "liveness.hpp"

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
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<nanoseconds> dead_after{
    "dead-after",
    {.value = 20s,
     .min = 1s,
     .max = 60s,
     .step = 1s,
     .unit = {},
     .documentation = "A loop that is late by so much does not come back."}};
const weir::knob<nanoseconds> late{"late",
                                   {.value = 500ms,
                                    .min = 350ms,
                                    .max = 10s,
                                    .step = 50ms,
                                    .unit = {},
                                    .documentation = "A loop that is late by so much gets no "
                                                     "requests."}};
const weir::knob<nanoseconds> calm{"calm",
                                   {.value = 5s,
                                    .min = 0s,
                                    .max = 30s,
                                    .step = 1s,
                                    .unit = {},
                                    .documentation = "For so long it must not have been late to "
                                                     "get requests again."}};
const weir::knob<nanoseconds> report{"report",
                                     {.value = 4s,
                                      .min = 0s,
                                      .max = 20s,
                                      .step = 500ms,
                                      .unit = {},
                                      .documentation = "So long a report occupies the loop, at "
                                                       "25 s."}};
const weir::knob<double> rush{"rush",
                              {.value = 4,
                               .min = 1,
                               .max = 10,
                               .step = 0.5,
                               .unit = "times",
                               .documentation = "As many requests come from 50 s to 56 s. Beyond "
                                                "2.5 times, they are more than the loop can do."}};
const weir::knob<double> request_rate{"requests",
                                      {.value = 100,
                                       .min = 10,
                                       .max = 200,
                                       .step = 10,
                                       .unit = "/s",
                                       .documentation = "Each costs 4 ms."}};

constexpr nanoseconds request = 4ms;
constexpr nanoseconds start_up = 8s;
constexpr nanoseconds report_at = 25s;
constexpr nanoseconds rush_from = 50s;
constexpr nanoseconds rush_until = 56s;
constexpr nanoseconds hangs_at = 75s;
constexpr nanoseconds patience = 1s; ///< of those who have sent a request
constexpr nanoseconds asks_every = 1s;

enum class said { no, yes };

/// The replica, and what the platform makes of it. The platform is another thread: it asks in the
/// middle of what occupies the loop.
class replica {
public:
  replica(weir::scene_context& scene, asio::any_io_executor loop)
      : executor_(std::move(loop)),
        limits_{.beat = 100ms,
                .late = scene[late],
                .calm = scene[calm],
                .dead_after = scene[dead_after]},
        report_(scene[report]),
        rush_(scene[rush]),
        horizon_(scene.horizon()),
        arrivals_(weir::world::poisson({.per_second = scene[request_rate] * scene[rush]})) {
    next_ = arrivals_.next(random_);
  }

  /// From one start to the death, again and again; or to the end of the scene.
  asio::awaitable<void> live() {
    weir::name_this_task("the loop");
    for (;;) {
      health_ = make_health(executor_, limits_);
      killed_ = false;
      failures_ = 0;
      co_await one_life();
      if (!killed_)
        co_return;
      lost_.add(static_cast<std::int64_t>(line_.size()));
      line_.clear();
      show();
      health_.reset();
      ready_.set(said::no);
    }
  }

private:
  asio::awaitable<void> one_life() {
    asio::steady_timer turn(executor_);
    {
      const weir::span loading("start-up", {.role = weir::span_role::work});
      occupy(start_up);
    }
    if (!killed_)
      health_->started();
    while (!killed_) {
      // A round of the loop: all that has come by now, and then the timers that are due by then.
      turn.expires_at(line_.empty() ? steady_clock::time_point(
                                          std::min(next_question_, next_.value_or(horizon_)))
                                    : steady_clock::now());
      co_await turn.async_wait(asio::use_awaitable);
      platform();
      take_requests();
      if (incident()) {
        if (weir::now() >= horizon_)
          co_return; // nobody has noticed
        continue;
      }
      for (std::size_t in_this_round = line_.size(); in_this_round != 0 && !killed_;
           --in_this_round)
        answer();
    }
  }

  void answer() {
    const nanoseconds came = line_.front();
    line_.pop_front();
    occupy(request);
    if (killed_) {
      lost_.add(1);
      return;
    }
    const nanoseconds took = weir::now() - came;
    loop_.lag(took - request);
    (took > patience ? lost_ : in_time_).add(1);
    show();
  }

  /// Whether something happened that is no request.
  bool incident() {
    if (report_ > 0ns && !reported_ && weir::now() >= report_at) {
      reported_ = true;
      weir::span it("report", {.role = weir::span_role::work});
      occupy(report_);
      it.end(killed_ ? weir::outcome::failed : weir::outcome::ok);
      return true;
    }
    if (!hung_ && weir::now() >= hangs_at) {
      hung_ = true;
      hangs_now_ = true;
      weir::span it("hang", {.role = weir::span_role::work});
      occupy(horizon_ - weir::now());
      hangs_now_ = false;
      it.end();
      return true;
    }
    return false;
  }

  /// Until it is done, or the process is killed.
  void occupy(nanoseconds work) {
    const nanoseconds end = weir::now() + work;
    since_ = weir::now();
    while (!killed_ && next_question_ <= end) {
      weir::world::occupy_loop(std::max(next_question_ - weir::now(), 0ns));
      platform();
    }
    if (!killed_)
      weir::world::occupy_loop(std::max(end - weir::now(), 0ns));
    busy_ += weir::now() - std::exchange(since_, {}).value_or(weir::now());
  }

  /// It asks once a second, kills after three times no, and sends requests to who is ready.
  void platform() {
    if (weir::now() < next_question_)
      return;
    take_requests();
    const bool alive = health_->alive();
    const bool ready = health_->ready();
    alive_.set(alive ? said::yes : said::no);
    ready_.set(ready ? said::yes : said::no);
    failures_ = alive ? 0 : failures_ + 1;
    if (failures_ == 3) {
      killed_ = true;
      (hangs_now_ ? killed_hanging_ : killed_busy_).add(1);
      weir::note("killed");
    }
    const nanoseconds running = since_ ? weir::now() - *since_ : 0ns;
    loop_.utilisation(
        std::min(1.0, static_cast<double>((busy_ + std::min(running, asks_every)).count()) /
                          static_cast<double>(asks_every.count())));
    busy_ = 0ns;
    if (running >= asks_every)
      loop_.lag(running);
    next_question_ += asks_every;
  }

  /// What has come by now; where it went was settled by the last answer.
  void take_requests() {
    for (; next_ && *next_ <= weir::now(); next_ = arrivals_.next(random_)) {
      const bool in_the_rush = *next_ >= rush_from && *next_ < rush_until;
      if (!in_the_rush && random_.uniform() * rush_ >= 1)
        continue; // one of those that come in the rush only
      if (ready_.current() == said::yes)
        line_.push_back(*next_);
      else
        elsewhere_.add(1);
    }
    show();
  }

  void show() {
    if (in_line_.value() != static_cast<double>(line_.size()))
      in_line_.set(static_cast<double>(line_.size()));
  }

  asio::any_io_executor executor_;
  health_options limits_;
  nanoseconds report_;
  double rush_;
  nanoseconds horizon_;
  weir::random_stream random_ = weir::stream("requests");
  weir::world::arrival_process arrivals_;
  std::optional<nanoseconds> next_;
  std::unique_ptr<health> health_;
  std::deque<nanoseconds> line_; ///< when they came
  nanoseconds next_question_ = asks_every;
  std::optional<nanoseconds> since_; ///< what occupies the loop has begun
  nanoseconds busy_{};
  int failures_ = 0;
  bool killed_ = false;
  bool reported_ = false;
  bool hung_ = false;
  bool hangs_now_ = false;

  weir::loop_probe loop_{"loop"};
  weir::gauge in_line_{"requests in line", {.unit = "requests", .role = weir::source_role::queue}};
  weir::state<said> alive_{"alive", {"no", "yes"}, said::yes};
  weir::state<said> ready_{"ready", {"no", "yes"}, said::no};
  weir::counter in_time_{"answered in time", "requests"};
  weir::counter lost_{"answered late or never", "requests"};
  weir::counter elsewhere_{"sent elsewhere", "requests"};
  weir::counter killed_busy_{"killed while it was busy"};
  weir::counter killed_hanging_{"killed while it hung"};
};

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> live(std::unique_ptr<replica> one) {
  co_await one->live();
}

asio::awaitable<void> two_minutes(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, live(std::make_unique<replica>(scene, executor)), rethrow);
  asio::steady_timer end(executor, steady_clock::time_point(scene.horizon()));
  co_await end.async_wait(asio::use_awaitable);
}

std::int64_t total(const weir::trace::summary& seen, std::string_view counter) {
  return static_cast<std::int64_t>(seen.counter(counter).total);
}

} // namespace

WEIR_SCENE(
        .title = "A report, a rush, and a loop that hangs",
        .caption =
            "Watch what is said while the loop is late. Then find the dead-after with which only "
            "who hangs is killed, and a calm with which requests come back neither too soon nor "
            "too late.",
        .knobs = {dead_after, late, calm, report, rush, request_rate},
        .goals = {{"nobody is killed who is only busy",
                   [](const weir::trace::summary& seen) {
                     return total(seen, "killed while it was busy") == 0;
                   },
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} times", total(seen, "killed while it was busy"));
                   }},
                  {"who hangs is killed within 25 s",
                   [](const weir::trace::summary& seen) {
                     return total(seen, "killed while it hung") == 1 &&
                            seen.span("hang").max <= 25s;
                   },
                   [](const weir::trace::summary& seen) {
                     return total(seen, "killed while it hung") == 0
                                ? weir::text("never")
                                : weir::text("after {} s", seen.span("hang").max / 1s);
                   }},
                  {"at most 300 requests are answered late or never",
                   [](const weir::trace::summary& seen) {
                     return total(seen, "answered late or never") <= 300;
                   },
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} were", total(seen, "answered late or never"));
                   }},
                  {"at least 6,000 are answered in time, and here",
                   [](const weir::trace::summary& seen) {
                     return total(seen, "answered in time") >= 6'000;
                   },
                   [](const weir::trace::summary& seen) {
                     return weir::text("{}, and {} went elsewhere", total(seen, "answered in time"),
                                       total(seen, "sent elsewhere"));
                   }}},
        .body = two_minutes, .horizon = 120s);
