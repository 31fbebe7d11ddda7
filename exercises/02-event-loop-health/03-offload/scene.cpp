/// \file
/// Ten seconds of presale: tickets are rendered, customers lose patience, and at the end the
/// process is told to go.
#include "offload.hpp"

#include <weir/knob.hpp>
#include <weir/loop_probe.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/source.hpp>
#include <weir/world/thread_pool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds doors_close = 10s; ///< then the process is told to go
constexpr nanoseconds tick = 20ms;

const weir::knob<int> thread_count{
    "threads",
    {.value = 2,
     .min = 0,
     .max = 8,
     .step = 1,
     .unit = {},
     .documentation = "Beside the loop. 0: tickets are rendered on the loop, as they once were."}};
const weir::knob<int> limit{"limit",
                            {.value = 8,
                             .min = 0,
                             .max = 200,
                             .step = 1,
                             .unit = "jobs",
                             .documentation = "So many may wait for a thread."}};
const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 12,
                                    .min = 1,
                                    .max = 60,
                                    .step = 1,
                                    .unit = "/s",
                                    .documentation = "Tickets that are asked for."}};
const weir::knob<nanoseconds> job_size{"job-size",
                                       {.value = 250ms,
                                        .min = 1ms,
                                        .max = 2s,
                                        .step = 1ms,
                                        .unit = {},
                                        .documentation = "What a ticket takes to render."}};
const weir::knob<nanoseconds> patience{
    "patience",
    {.value = 2s,
     .min = 100ms,
     .max = 20s,
     .step = 100ms,
     .unit = {},
     .documentation =
         "So long a customer waits at the most. The least patient wait a quarter of it."}};

/// What the dashboard shows.
struct books {
  weir::gauge running{"jobs with a thread", {.unit = "jobs", .role = weir::source_role::busy}};
  weir::gauge waiting{"jobs that wait", {.unit = "jobs", .role = weir::source_role::waiting}};
  weir::counter asked{"tickets asked for", "tickets", weir::source_role::load};
  weir::counter for_nobody{"rendered for nobody", "tickets"};
  weir::outcomes tickets{"tickets"};
  weir::loop_probe loop;
};

class pool final : public threads {
public:
  explicit pool(std::size_t count) : count_(count), pool_(std::max<std::size_t>(count, 1)) {}

  asio::any_io_executor executor() override { return pool_.get_executor(); }

  [[nodiscard]] std::size_t count() const override { return std::max<std::size_t>(count_, 1); }

  void join() override { pool_.join(); }

  [[nodiscard]] bool has_threads() const { return count_ != 0; }

private:
  std::size_t count_;
  weir::world::thread_pool pool_;
};

struct shop {
  explicit shop(weir::scene_context& scene)
      : beside(static_cast<std::size_t>(scene[thread_count])),
        jobs(make_offloader(beside, static_cast<std::size_t>(scene[limit]))),
        takes(scene[job_size]),
        patient_for(scene[patience]) {}

  void show() {
    shown.running.set(static_cast<double>(jobs->running()));
    shown.waiting.set(static_cast<double>(jobs->waiting()));
  }

  books shown;
  pool beside;
  std::unique_ptr<offloader> jobs;
  nanoseconds takes;
  nanoseconds patient_for;
  weir::random_stream random = weir::stream("customers");
};

/// How it ended for the customer. An error has to end `||` as well, so it is made a value.
asio::awaitable<weir::outcome> rendered(std::shared_ptr<shop> in, job work) {
  if (!in->beside.has_threads()) {
    (void)work(std::stop_token());
    co_return weir::outcome::ok;
  }
  try {
    asio::awaitable<std::string> ticket = in->jobs->run(std::move(work));
    co_await std::move(ticket);
  } catch (const boost::system::system_error& error) {
    co_return error.code() == asio::error::operation_aborted ? weir::outcome::timed_out
                                                             : weir::outcome::rejected;
  }
  co_return weir::outcome::ok;
}

asio::awaitable<void> customer(std::shared_ptr<shop> in) {
  using namespace asio::experimental::awaitable_operators;
  weir::name_this_task("customer");
  weir::span request("ticket", {.role = weir::span_role::request});
  in->shown.asked.add();
  const auto leaves =
      steady_clock::now() +
      nanoseconds(static_cast<std::int64_t>(static_cast<double>(in->patient_for.count()) *
                                            in->random.uniform(0.25, 1)));
  const job render = [in, leaves](std::stop_token) {
    if (steady_clock::now() > leaves)
      in->shown.for_nobody.add();
    std::this_thread::sleep_for(in->takes);
    return std::string("a ticket");
  };
  asio::steady_timer impatience(co_await asio::this_coro::executor, leaves);
  asio::awaitable<weir::outcome> ticket = rendered(in, render);
  asio::awaitable<void> gone = impatience.async_wait(asio::use_awaitable);
  const auto first = co_await (std::move(ticket) || std::move(gone));
  weir::outcome how = first.index() == 0 ? std::get<0>(first) : weir::outcome::timed_out;
  if (how == weir::outcome::ok && steady_clock::now() > leaves)
    how = weir::outcome::timed_out;
  in->shown.tickets.add(how);
  in->show();
  request.end(how);
}

/// The probe of the chapter's first exercise, in short.
asio::awaitable<void> watch(std::shared_ptr<shop> in, steady_clock::time_point until) {
  weir::name_this_task("probe");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + tick; due < until; due += tick) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    in->shown.loop.lag(steady_clock::now() - due);
    in->show();
  }
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> presale(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto in = std::make_shared<shop>(scene);
  in->show();
  in->shown.loop.lag(0ns);
  asio::co_spawn(executor, watch(in, steady_clock::time_point(scene.horizon())), rethrow);
  weir::world::source orders(
      executor,
      {.name = "orders",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])}),
       .lasting = doors_close});
  for (;;) {
    const std::optional<weir::world::item> next = co_await orders.next();
    if (!next)
      break;
    asio::co_spawn(executor, customer(in), rethrow);
    in->show();
  }
  weir::note("SIGTERM: close()");
  co_await in->jobs->close();
  weir::note("closed");
  asio::steady_timer end(executor, steady_clock::time_point(scene.horizon()));
  co_await end.async_wait(asio::use_awaitable);
}

bool punctual(const weir::trace::summary& seen) {
  return seen.gauge("loop lag").max <= 20;
}

bool for_somebody(const weir::trace::summary& seen) {
  return seen.counter("rendered for nobody").total == 0;
}

bool enough(const weir::trace::summary& seen) {
  return seen.outcome("tickets")[weir::outcome::ok] >= 74;
}

} // namespace

WEIR_SCENE(.title = "Ten seconds of presale, and a restart",
           .caption =
               "Watch the loop's lag, above all at the end, and who is rendered for. When nobody "
               "is left behind, find the limit that gets the most tickets to their customers.",
           .knobs = {thread_count, limit, arrival_rate, job_size, patience},
           .goals = {{"the loop is never later than 20 ms", punctual,
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {} ms", seen.gauge("loop lag").max);
                      }},
                     {"no ticket is rendered for somebody who has left", for_somebody,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} were", seen.counter("rendered for nobody").total);
                      }},
                     {"74 tickets reach their customers", enough,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}", seen.outcome("tickets")[weir::outcome::ok],
                                          seen.outcome("tickets").total());
                      }}},
           .body = presale, .horizon = 15s);
