/// \file
/// A thousand tills, and a price server that comes back.
#include "incident.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

enum class choice { yours, fixed, exponential };

const weir::knob<choice> policy{
    "policy",
    {"yours", "fixed", "exponential"},
    choice::yours,
    "Your backoff, or one second each time, or a doubling pause without jitter."};
const weir::knob<double> believed{
    "believed-capacity",
    {.value = 250,
     .min = 10,
     .max = 1000,
     .step = 10,
     .unit = "/s",
     .documentation = "What the tills are told that the server takes. More: they come back sooner, "
                      "and more of them at once."}};
const weir::knob<double> capacity{"capacity",
                                  {.value = 150,
                                   .min = 50,
                                   .max = 1000,
                                   .step = 10,
                                   .unit = "/s",
                                   .documentation = "Calls that the server really takes."}};
const weir::knob<std::size_t> clients{
    "clients", {.value = 1000, .min = 100, .max = 2000, .step = 100, .documentation = "Tills."}};
const weir::knob<nanoseconds> outage{
    "outage",
    {.value = 30s,
     .min = 1s,
     .max = 50s,
     .step = 1s,
     .unit = {},
     .documentation =
         "From the beginning. Peaks count when it has lasted for four rounds, which is "
         "four times clients / capacity."}};

class fixed_pause final : public backoff {
public:
  nanoseconds pause(unsigned) override { return 1s; }
};

class doubling_pause final : public backoff {
public:
  explicit doubling_pause(nanoseconds cap) : cap_(cap) {}

  nanoseconds pause(unsigned failures) override {
    return std::min(cap_, nanoseconds(100ms) * (std::int64_t{1} << std::min(failures - 1, 20U)));
  }

private:
  nanoseconds cap_;
};

std::unique_ptr<backoff> make_one(const client& self, choice which) {
  const double round = static_cast<double>(self.among.clients) / self.among.capacity;
  switch (which) {
  case choice::fixed:
    return std::make_unique<fixed_pause>();
  case choice::exponential:
    return std::make_unique<doubling_pause>(
        nanoseconds(static_cast<nanoseconds::rep>(2e9 * round)));
  case choice::yours:
    break;
  }
  return make_backoff(self);
}

/// What is on the wall.
class dashboard {
public:
  explicit dashboard(const fleet& all)
      : most_calls_(all.capacity / 4),
        peak_("peak after four rounds", {.capacity = all.capacity / 4, .unit = "calls"}),
        left_("tills without prices", {.unit = "tills"}),
        queue_("server queue",
               {.capacity = all.capacity / 5, .unit = "calls", .role = weir::source_role::queue}),
        in_queue_("queue", {.capacity = all.capacity / 5, .role = weir::source_role::queue}),
        at_server_("server", {.capacity = all.capacity / 25, .role = weir::source_role::busy}),
        unserved_(all.clients) {
    for (std::size_t till = 1; till <= all.clients; ++till) {
      waiting_.enter(till);
      tills_.push_back({weir::span("request", {weir::span_role::request, weir::no_parent}), {}});
    }
    left_.set(static_cast<double>(all.clients));
  }

  void saw(const incident::happening& one) {
    switch (one.happened) {
    case incident::what::refused:
      ++refused_;
      break;
    case incident::what::waits:
      in_queue_.enter(one.who + 1);
      queued_.push_back(one.who);
      begin(one.who, "in the queue", weir::span_role::waiting);
      break;
    case incident::what::starts:
      starts(one.who);
      break;
    case incident::what::served:
      --unserved_;
      served_.add(weir::outcome::ok, one.who + 1);
      tills_[one.who].stage->end();
      tills_[one.who].whole.end();
      if (!queued_.empty()) { // the next one's turn
        starts(queued_.front());
        queued_.pop_front();
      }
      break;
    }
  }

  /// After each instant. What is on the wall changes every 50 ms, and shows the most there was.
  void show(const incident& world, nanoseconds now) {
    most_ = std::max(most_, world.recent());
    if (now < due_ && unserved_ != 0)
      return;
    due_ = now + 50ms;
    if (!peaks_count_ && now >= world.settled()) {
      peaks_count_ = true;
      calls_.limit(most_calls_);
    }
    calls_.set(static_cast<double>(std::exchange(most_, 0)));
    peak_.set(static_cast<double>(world.peak()));
    queue_.set(static_cast<double>(queued_.size()));
    left_.set(static_cast<double>(unserved_));
    made_ += static_cast<std::int64_t>(world.calls() - counted_);
    counted_ = world.calls();
    refusals_ += std::exchange(refused_, 0);
  }

private:
  struct till_spans {
    weir::span whole;
    std::optional<weir::span> stage;
  };

  void begin(std::size_t who, std::string_view stage, weir::span_role role) {
    auto& now = tills_[who].stage;
    if (now)
      now->end();
    now.emplace(stage, weir::span_options{role, tills_[who].whole.id()});
  }

  void starts(std::size_t who) {
    at_server_.enter(who + 1);
    begin(who, "served", weir::span_role::running);
  }

  double most_calls_; ///< in 100 ms, after four rounds
  bool peaks_count_ = false;
  weir::gauge calls_{"calls in 100 ms", {.capacity = 0, .unit = "calls"}};
  weir::gauge peak_;
  weir::gauge left_;
  weir::gauge queue_;
  weir::place waiting_{"pause", {.role = weir::source_role::backing_off}};
  weir::place in_queue_;
  weir::place at_server_;
  weir::counter made_{"calls"};
  weir::counter refusals_{"calls refused"};
  weir::outcomes served_{"tills"};
  std::vector<till_spans> tills_;
  nanoseconds due_{};
  std::size_t most_ = 0;
  std::size_t unserved_;
  std::deque<std::size_t> queued_;
  std::size_t counted_ = 0;
  std::int64_t refused_ = 0;
};

asio::awaitable<void> friday(weir::scene_context& scene) {
  weir::name_this_task("the tills");
  const fleet real{.clients = scene[clients], .capacity = scene[capacity]};
  const double told = scene[believed];
  const choice which = scene[policy];
  const incident::maker make = [told, which](const client& self) {
    client one = self;
    one.among.capacity = told;
    return make_one(one, which);
  };
  incident world(real, scene[outage], weir::stream("serials")(), make);
  dashboard wall(real);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (const auto when = world.next()) {
    timer.expires_at(asio::steady_timer::time_point(*when));
    co_await timer.async_wait(asio::use_awaitable);
    while (world.next() == when)
      wall.saw(world.step());
    wall.show(world, *when);
  }
}

bool not_run_over(const weir::trace::summary& seen) {
  const auto& peak = seen.gauge("peak after four rounds");
  return peak.max > 0 && peak.max <= peak.capacity;
}

bool all_served(const weir::trace::summary& seen) {
  return seen.gauge("tills without prices").last == 0;
}

bool few_calls(const weir::trace::summary& seen) {
  return seen.counter("calls").total <= 16'500;
}

} // namespace

WEIR_SCENE(
        .title = "A thousand tills, and a price server that comes back",
        .caption = "Watch the calls in 100 ms when the server is back, after 30 s. Try the other "
                   "policies; then find what the tills should believe.",
        .knobs = {policy, believed, capacity, clients, outage},
        .goals = {{"after four rounds, at most 2.5 times what the server can serve in 100 ms",
                   not_run_over,
                   [](const weir::trace::summary& seen) {
                     return weir::text("at most {}", static_cast<std::int64_t>(
                                                         seen.gauge("peak after four rounds").max));
                   }},
                  {"everybody has been served 30 s after the outage", all_served,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} unserved", static_cast<std::int64_t>(
                                                          seen.gauge("tills without prices").last));
                   }},
                  {"not more than 16,500 calls", few_calls,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} calls", seen.counter("calls").total);
                   }}},
        .body = friday, .horizon = 60s);
