/// \file
/// A front page on a Friday: a gate with seats, and three sources, one of which fails now and then.
#include "request_scope.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/service.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr int seats = 40;

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 60,
                                    .min = 1,
                                    .max = 200,
                                    .step = 1,
                                    .unit = "/s",
                                    .documentation = "Pages that are asked for."}};

const weir::knob<std::chrono::nanoseconds> page_time{
    "page-time",
    {.value = 800ms,
     .min = 50ms,
     .max = 3s,
     .step = 50ms,
     .unit = {},
     .documentation = "A page's deadline, from its request."}};

const weir::knob<std::chrono::nanoseconds> reviews_at_most{
    "reviews-at-most",
    {.value = 300ms,
     .min = 10ms,
     .max = 2s,
     .step = 10ms,
     .unit = {},
     .documentation = "So long a page waits for the reviews, which may be missing."}};

const weir::knob<int> failures{"failures",
                               {.value = 3,
                                .min = 0,
                                .max = 50,
                                .step = 1,
                                .unit = "%",
                                .documentation = "Calls for fares that end with an error."}};

/// Seats, first come, first served.
class counted_gate final : public gate {
public:
  explicit counted_gate(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  asio::awaitable<int> take_seat(time_point /*until*/) override {
    if (taken_ == seats) {
      waiter mine(executor_);
      line_.push_back(&mine);
      boost::system::error_code woken;
      co_await mine.called.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (!mine.served) {
        std::erase(line_, &mine);
        throw boost::system::system_error(asio::error::operation_aborted);
      }
      co_return 1;
    }
    ++taken_;
    show();
    co_return 1;
  }

  void give_back(int /*seat*/) override {
    if (line_.empty()) {
      --taken_;
      show();
      return;
    }
    waiter& next = *line_.front();
    line_.pop_front();
    next.served = true;
    next.called.cancel();
  }

private:
  struct waiter {
    explicit waiter(const asio::any_io_executor& executor) : called(executor, time_point::max()) {}

    asio::steady_timer called;
    bool served = false;
  };

  void show() { shown_.set(taken_); }

  asio::any_io_executor executor_;
  std::deque<waiter*> line_;
  int taken_ = 0;
  weir::gauge shown_{"seats taken", {.capacity = seats, .role = weir::source_role::busy}};
};

class remote_source final : public source {
public:
  remote_source(asio::any_io_executor executor, const std::string& name,
                std::chrono::nanoseconds median, double fails, double hangs)
      : far_(std::move(executor),
             {.name = name,
              .capacity = 1'000,
              .latency = weir::world::lognormal(median, 0.5),
              .faults = {{.probability = fails, .error = weir::world::error::connection_reset},
                         {.effect = weir::world::fault_effect::hang, .probability = hangs}}}) {}

  asio::awaitable<int> ask(int request, time_point /*until*/) override {
    asio::awaitable<weir::world::reply> call =
        far_.call({.id = static_cast<std::uint64_t>(request)});
    co_await std::move(call);
    co_return request;
  }

private:
  weir::world::service far_;
};

struct site {
  site(const asio::any_io_executor& executor, weir::scene_context& scene)
      : entrance(executor),
        timetable(executor, "timetable", 60ms, 0, 0),
        fares(executor, "fares", 80ms, scene[failures] / 100.0, 0),
        reviews(executor, "reviews", 120ms, 0, 0.02),
        time(scene[page_time]),
        at_most(scene[reviews_at_most]) {}

  counted_gate entrance;
  remote_source timetable;
  remote_source fares;
  remote_source reviews;
  const std::chrono::nanoseconds time;
  const std::chrono::nanoseconds at_most;
  weir::gauge inside{"pages under way", {.role = weir::source_role::in_flight}};
  weir::outcomes pages{"pages"};
};

asio::awaitable<void> page(std::shared_ptr<site> ravn, std::uint64_t id) {
  weir::name_this_task("page");
  weir::span request("page", {.role = weir::span_role::request});
  ravn->inside.add(1);
  weir::outcome how = weir::outcome::ok;
  try {
    asio::awaitable<answers> all =
        answer(ravn->entrance,
               {{.from = &ravn->timetable},
                {.from = &ravn->fares},
                {.from = &ravn->reviews, .at_most = ravn->at_most}},
               static_cast<int>(id), std::chrono::steady_clock::now() + ravn->time);
    co_await std::move(all);
  } catch (const boost::system::system_error& error) {
    how = error.code() == asio::error::timed_out ? weir::outcome::timed_out : weir::outcome::failed;
  }
  ravn->inside.subtract(1);
  ravn->pages.add(how, request.id());
  request.end(how);
}

void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> friday(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto ravn = std::make_shared<site>(executor, scene);
  weir::world::source readers(
      executor,
      {.name = "readers",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])}),
       .lasting = 40s});
  while (const std::optional<weir::world::item> next = co_await readers.next())
    asio::co_spawn(executor, page(ravn, next->number), rethrow);
  asio::steady_timer end(executor, time_point(45s));
  co_await end.async_wait(asio::use_awaitable);
}

bool no_seat_lost(const weir::trace::summary& seen) {
  return seen.gauge("seats taken").last == 0;
}

bool answered(const weir::trace::summary& seen) {
  const auto& pages = seen.outcome("pages");
  return pages[weir::outcome::ok] * 100 >= pages.total() * 95;
}

bool quick(const weir::trace::summary& seen) {
  return seen.span("page").p99 <= 400ms;
}

} // namespace

WEIR_SCENE(.title = "A front page on a Friday",
           .caption = "Watch the seats that are taken beside the pages under way. When they stay "
                      "together, turn the time for a page, and the time for the reviews.",
           .knobs = {arrival_rate, page_time, reviews_at_most, failures},
           .goals = {{"no seat is taken when all pages are done", no_seat_lost,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} at the end", seen.gauge("seats taken").last);
                      }},
                     {"at least 95 of 100 pages are answered", answered,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}", seen.outcome("pages")[weir::outcome::ok],
                                          seen.outcome("pages").total());
                      }},
                     {"99 of 100 pages take 400 ms at most", quick,
                      [](const weir::trace::summary& seen) {
                        return weir::text("99 of 100 within {}", seen.span("page").p99);
                      }}},
           .body = friday, .horizon = 45s);
