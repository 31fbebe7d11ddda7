/// \file
/// A provider who has fewer servers for a while, and does not say so.
#include "limit.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

const weir::knob<nanoseconds> slow{"slow",
                                   {.value = 240ms,
                                    .min = 10ms,
                                    .max = 1s,
                                    .step = 10ms,
                                    .unit = {},
                                    .documentation = "An answer that took longer is bad news."}};

const weir::knob<int> minimum{"minimum",
                              {.value = 1,
                               .min = 1,
                               .max = 64,
                               .step = 1,
                               .unit = "calls",
                               .documentation = "Of the limit."}};

const weir::knob<int> maximum{
    "maximum",
    {.value = 64,
     .min = 1,
     .max = 256,
     .step = 1,
     .unit = "calls",
     .documentation = "Of the limit. The same as the minimum makes it a fixed one."}};

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 330,
                                    .min = 1,
                                    .max = 1000,
                                    .step = 1,
                                    .unit = "/s",
                                    .documentation = "Payments (Poisson)."}};

const weir::knob<int> servers{"servers",
                              {.value = 12,
                               .min = 1,
                               .max = 64,
                               .step = 1,
                               .unit = {},
                               .documentation = "Of the provider, on a good day."}};

const weir::knob<int> few_servers{"few-servers",
                                  {.value = 2,
                                   .min = 1,
                                   .max = 64,
                                   .step = 1,
                                   .unit = {},
                                   .documentation = "The fault: how many it has from 4 s to 8 s."}};

const weir::knob<nanoseconds> service_time{
    "service-time",
    {.value = 40ms,
     .min = 1ms,
     .max = 1s,
     .step = 1ms,
     .unit = {},
     .documentation = "What a payment takes on average (half to one and a half of it)."}};

const weir::knob<nanoseconds> deadline{"deadline",
                                       {.value = 250ms,
                                        .min = 10ms,
                                        .max = 5s,
                                        .step = 10ms,
                                        .unit = {},
                                        .documentation = "An answer after it is late."}};

/// Works on so many calls at a time; the others wait, first come, first served.
class provider {
public:
  provider(asio::any_io_executor executor, const weir::scene_context& scene)
      : executor_(executor),
        work_(weir::world::uniform(scene[service_time] / 2, scene[service_time] * 3 / 2)) {}

  void resize(int count) {
    servers_ = count;
    shown_.set(count);
    let_in();
  }

  asio::awaitable<void> call() {
    asio::steady_timer timer(executor_, steady_clock::time_point::max());
    waiting_.push_back(&timer);
    let_in();
    boost::system::error_code let_in_now;
    if (timer.expiry() == steady_clock::time_point::max())
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, let_in_now));
    timer.expires_after(work_.draw(random_));
    co_await timer.async_wait(asio::use_awaitable);
    --busy_;
    let_in();
  }

private:
  void let_in() {
    for (; !waiting_.empty() && busy_ < servers_; waiting_.pop_front()) {
      ++busy_;
      waiting_.front()->expires_at(steady_clock::time_point::min());
    }
  }

  asio::any_io_executor executor_;
  weir::world::latency_distribution work_;
  weir::random_stream random_ = weir::stream("provider");
  weir::gauge shown_{"servers", {.capacity = 0, .unit = {}}};
  std::deque<asio::steady_timer*> waiting_;
  int servers_ = 0;
  int busy_ = 0;
};

/// The ticket shop and its provider; the last payment takes it down.
struct shop {
  shop(asio::any_io_executor executor, const weir::scene_context& scene)
      : payments_go_to(std::move(executor), scene),
        allowed(make_adaptive_limit(
            {.minimum = static_cast<std::size_t>(scene[minimum]),
             .maximum = static_cast<std::size_t>(std::max(scene[minimum], scene[maximum])),
             .initial = static_cast<std::size_t>(
                 std::clamp(10, scene[minimum], std::max(scene[minimum], scene[maximum]))),
             .slow = scene[slow]})),
        due_within(scene[deadline]) {
    show_limit();
  }

  void show_limit() {
    if (shown_limit == allowed->limit())
      return;
    shown_limit = allowed->limit();
    limit.set(static_cast<double>(shown_limit));
    in_flight.limit(static_cast<double>(shown_limit));
  }

  provider payments_go_to;
  std::unique_ptr<adaptive_limit> allowed;
  nanoseconds due_within;
  std::size_t busy = 0;
  std::size_t shown_limit = 0;
  weir::gauge limit{"limit", {.capacity = 0, .unit = "calls"}};
  weir::gauge in_flight{"in flight",
                        {.capacity = 1,
                         .unit = "calls",
                         .role = weir::source_role::in_flight,
                         .subject = "payments"}};
  weir::place asked{"in flight", {.role = weir::source_role::in_flight, .subject = "payments"}};
  weir::outcomes payments{"payments"};
};

asio::awaitable<void> pay(std::shared_ptr<shop> tickets, std::uint64_t number) {
  weir::name_this_task("payment");
  weir::span paying("payment", {weir::span_role::request, 0});
  sample how{.sent = steady_clock::now(), .ended = {}, .in_flight = ++tickets->busy};
  tickets->in_flight.set(static_cast<double>(tickets->busy));
  tickets->asked.enter(number);
  co_await tickets->payments_go_to.call();
  tickets->in_flight.set(static_cast<double>(--tickets->busy));
  how.ended = steady_clock::now();
  const auto end = how.took() <= tickets->due_within ? weir::outcome::ok : weir::outcome::timed_out;
  paying.end(end);
  tickets->payments.add(end, number);
  tickets->allowed->ended(how);
  tickets->show_limit();
}

asio::awaitable<void> move_the_database(std::shared_ptr<shop> tickets, int many, int few) {
  weir::name_this_task("the provider's move");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  tickets->payments_go_to.resize(many);
  timer.expires_at(steady_clock::time_point(4s));
  co_await timer.async_wait(asio::use_awaitable);
  tickets->payments_go_to.resize(few);
  timer.expires_at(steady_clock::time_point(8s));
  co_await timer.async_wait(asio::use_awaitable);
  tickets->payments_go_to.resize(many);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> friday(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto tickets = std::make_shared<shop>(executor, scene);
  asio::co_spawn(executor, move_the_database(tickets, scene[servers], scene[few_servers]), rethrow);
  weir::world::source customers(
      executor,
      {.name = "customers",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])})});
  while (const std::optional<weir::world::item> customer = co_await customers.next()) {
    if (tickets->busy < tickets->allowed->limit())
      asio::co_spawn(executor, pay(tickets, customer->number), rethrow);
    else
      tickets->payments.add(weir::outcome::rejected, customer->number);
  }
}

} // namespace

WEIR_SCENE(.title = "A provider moves its database",
           .caption = "Watch the limit beside the number of servers. When it no longer collapses, "
                      "turn slow: late news costs late answers, nervousness costs payments.",
           .knobs = {slow, minimum, maximum, arrival_rate, servers, few_servers, service_time,
                     deadline},
           .goals = {{"at least 2,350 answers come in time",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("payments")[weir::outcome::ok] >= 2350;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} in time",
                                          seen.outcome("payments")[weir::outcome::ok]);
                      }},
                     {"at most 50 answers are late",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("payments")[weir::outcome::timed_out] <= 50;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} late",
                                          seen.outcome("payments")[weir::outcome::timed_out]);
                      }}},
           .body = friday, .horizon = 12s);
