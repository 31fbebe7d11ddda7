/// \file
/// A shop page that asks two dependencies, one of which becomes slow.
#include "bulkhead.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/distribution.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <map>
#include <string>

using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds trouble_begins = 3s;

const weir::knob<double> arrival_rate{
    "arrival-rate",
    {.value = 100,
     .min = 1,
     .max = 300,
     .step = 1,
     .unit = "/s",
     .documentation = "Requests to each of the two, on average."}};

const weir::knob<nanoseconds> slow_answer{
    "slow-answer",
    {.value = 1s,
     .min = 20ms,
     .max = 10s,
     .step = 10ms,
     .unit = {},
     .documentation = "What the reviews take for an answer while they are slow; 20 ms otherwise."}};

const weir::knob<nanoseconds> trouble{
    "trouble",
    {.value = 4s,
     .min = 0s,
     .max = 7s,
     .step = 100ms,
     .unit = {},
     .documentation = "For how long the reviews are slow, from 3 s on."}};

const weir::knob<std::size_t> max_in_flight{"max-in-flight",
                                            {.value = 8,
                                             .min = 1,
                                             .max = 64,
                                             .step = 1,
                                             .unit = "calls",
                                             .documentation = "Places of each dependency."}};

const weir::knob<std::size_t> max_queued{
    "max-queued",
    {.value = 30,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = "calls",
     .documentation = "Calls that may wait for a place, for each dependency."}};

const weir::knob<nanoseconds> patience{
    "patience",
    {.value = 2s,
     .min = 100ms,
     .max = 10s,
     .step = 10ms,
     .unit = {},
     .documentation = "How long a request is ready to wait in the queue."}};

/// A stretch of time in which a dependency is slow.
struct slow_time {
  nanoseconds from{};
  nanoseconds until{};
  nanoseconds answer{}; ///< what it takes then; half of the answers take longer
};

/// Somebody else's servers, with room for all that come. At closing time they let go of everybody.
class remote final : public dependency {
public:
  remote(asio::any_io_executor executor, const std::string& name, const slow_time& trouble_ahead,
         steady_clock::time_point closes_at)
      : executor_(executor),
        random_(weir::stream(name)),
        trouble_(trouble_ahead),
        closes_at_(closes_at) {}

  asio::awaitable<int> call(int request) override {
    const bool slow = weir::now() >= trouble_.from && weir::now() < trouble_.until;
    const auto latency = weir::world::lognormal(slow ? trouble_.answer : nanoseconds(20ms), 0.3);
    const auto answered_at = steady_clock::now() + latency.draw(random_);
    asio::steady_timer answer(executor_, std::min(answered_at, closes_at_));
    co_await answer.async_wait(asio::use_awaitable);
    co_return request;
  }

private:
  asio::any_io_executor executor_;
  weir::random_stream random_;
  slow_time trouble_;
  steady_clock::time_point closes_at_;
};

/// What a dashboard shows of one dependency.
struct side {
  side(asio::any_io_executor executor, const std::string& called, const weir::scene_context& scene,
       const slow_time& trouble_ahead)
      : name(called),
        closes_at(scene.horizon()),
        far_end(executor, called, trouble_ahead, closes_at),
        in_queue(name + " queue", {.capacity = static_cast<double>(scene[max_queued]),
                                   .role = weir::source_role::queue}),
        served(name, {.capacity = static_cast<double>(scene[max_in_flight]),
                      .role = weir::source_role::in_flight}),
        queued(name + " queued", {.capacity = static_cast<double>(scene[max_queued]),
                                  .unit = "calls",
                                  .role = weir::source_role::queue}),
        in_flight(name + " in flight", {.capacity = static_cast<double>(scene[max_in_flight]),
                                        .unit = "calls",
                                        .role = weir::source_role::in_flight}),
        requests(name + " requests") {}

  [[nodiscard]] bool closed() const { return steady_clock::now() >= closes_at; }

  std::string name;
  steady_clock::time_point closes_at;
  remote far_end;
  weir::place in_queue;
  weir::place served;
  weir::gauge queued;
  weir::gauge in_flight;
  weir::outcomes requests;
};

/// Tells when a call gets through to the dependency.
class entrance final : public dependency {
public:
  explicit entrance(side& of) : of_(of) {}

  asio::awaitable<int> call(int request) override {
    if (of_.closed())
      co_return request;
    of_.served.enter(static_cast<std::uint64_t>(request));
    waiting_.erase(request);
    const weir::span running(of_.name + ": running", {.role = weir::span_role::running});
    co_return co_await of_.far_end.call(request);
  }

  void begins_to_wait(int request) {
    weir::span waits(of_.name + ": waiting", {.role = weir::span_role::waiting});
    waiting_.emplace(request, std::move(waits));
  }

  void has_ended(int request) { waiting_.erase(request); }

private:
  side& of_;
  std::map<int, weir::span> waiting_;
};

/// Everything that the requests share; the last to go takes it down.
struct shop {
  shop(asio::any_io_executor executor, const weir::scene_context& scene)
      : sides{side{executor, "stock", scene, {}}, side{executor,
                                                       "reviews",
                                                       scene,
                                                       {.from = trouble_begins,
                                                        .until = trouble_begins + scene[trouble],
                                                        .answer = scene[slow_answer]}}},
        entrances{entrance(sides[0]), entrance(sides[1])},
        patience_of_a_request(scene[patience]),
        walls(make_bulkheads(executor, {granted(scene, 0), granted(scene, 1)})) {}

  compartment granted(const weir::scene_context& scene, std::size_t which) {
    return {.to = &entrances[which],
            .max_in_flight = scene[max_in_flight],
            .max_queued = scene[max_queued]};
  }

  void show() {
    for (std::size_t which = 0; which < sides.size(); ++which) {
      sides[which].queued.set(static_cast<double>(walls->queued(which)));
      sides[which].in_flight.set(static_cast<double>(walls->in_flight(which)));
    }
  }

  std::array<side, 2> sides;
  std::array<entrance, 2> entrances;
  nanoseconds patience_of_a_request;
  std::unique_ptr<bulkheads> walls;
};

weir::outcome outcome_of(const boost::system::error_code& error) {
  if (error == asio::error::try_again)
    return weir::outcome::rejected;
  return error == asio::error::timed_out ? weir::outcome::timed_out : weir::outcome::failed;
}

asio::awaitable<void> request(std::shared_ptr<shop> in, std::size_t which, int id) {
  side& mine = in->sides[which];
  weir::name_this_task("request to the " + mine.name);
  weir::span whole(mine.name + " request", {.role = weir::span_role::request});
  mine.in_queue.enter(static_cast<std::uint64_t>(id));
  in->entrances[which].begins_to_wait(id);
  auto how = weir::outcome::ok;
  try {
    const auto start_by = steady_clock::now() + in->patience_of_a_request;
    co_await in->walls->call(which, id, start_by);
  } catch (const boost::system::system_error& error) {
    how = outcome_of(error.code());
  }
  if (mine.closed())
    co_return;
  in->entrances[which].has_ended(id);
  in->show();
  mine.requests.add(how, static_cast<std::uint64_t>(id));
  whole.end(how);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> visitors(std::shared_ptr<shop> in, std::size_t which, double per_second) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto random = weir::stream("source " + in->sides[which].name + " requests");
  auto arrivals = weir::world::poisson({per_second});
  asio::steady_timer timer(executor);
  const steady_clock::time_point start = steady_clock::now();
  for (int id = 1 + static_cast<int>(which);; id += 2) {
    const std::optional<nanoseconds> next = arrivals.next(random);
    if (!next)
      co_return;
    timer.expires_at(start + *next);
    co_await timer.async_wait(asio::use_awaitable);
    asio::co_spawn(executor, request(in, which, id), rethrow);
    asio::post(executor, [in] { in->show(); });
  }
}

asio::awaitable<void> afternoon(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto in = std::make_shared<shop>(executor, scene);
  for (const std::size_t which : {0, 1})
    asio::co_spawn(executor, visitors(in, which, scene[arrival_rate]), rethrow);
  asio::steady_timer until_all_have_gone(executor, scene.horizon() + 1s);
  co_await until_all_have_gone.async_wait(asio::use_awaitable);
}

bool stock_does_not_notice(const weir::trace::summary& seen) {
  const auto& requests = seen.outcome("stock requests");
  return requests[weir::outcome::ok] == requests.total() && seen.span("stock request").p99 <= 100ms;
}

bool reviews_know_soon(const weir::trace::summary& seen) {
  return seen.span("reviews: waiting").p99 <= 250ms;
}

} // namespace

WEIR_SCENE(.title = "Two dependencies, one of them slow",
           .caption = "From 3 s to 7 s the reviews take a second for an answer. Watch the queue of "
                      "the stock. Then choose how long a request to the reviews may wait.",
           .knobs = {arrival_rate, slow_answer, trouble, max_in_flight, max_queued, patience},
           .goals = {{"all requests to the stock are answered, 99 of 100 within 100 ms",
                      stock_does_not_notice,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}, 99 of 100 within {} ms",
                                          seen.outcome("stock requests")[weir::outcome::ok],
                                          seen.outcome("stock requests").total(),
                                          seen.span("stock request").p99 / 1ms);
                      }},
                     {"99 of 100 requests to the reviews know within 250 ms if they are served",
                      reviews_know_soon,
                      [](const weir::trace::summary& seen) {
                        return weir::text("99 of 100 within {} ms",
                                          seen.span("reviews: waiting").p99 / 1ms);
                      }}},
           .body = afternoon, .horizon = 10s);
