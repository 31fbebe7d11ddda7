/// \file
/// Half a minute of bookings: four legs each, some sold out, and a deadline.
#include "task_group.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/trace/source.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;

constexpr nanoseconds all_day = 28s;

const weir::knob<unsigned> sold_out{"sold-out",
                                    {.value = 5,
                                     .min = 0,
                                     .max = 50,
                                     .step = 1,
                                     .unit = "%",
                                     .documentation = "Legs that can't be had any more."}};
const weir::knob<nanoseconds> deadline{
    "deadline",
    {.value = 850ms,
     .min = 50ms,
     .max = 3s,
     .step = 50ms,
     .unit = {},
     .documentation = "So long a booking may take; then it is cancelled. Shorter: more customers "
                      "who get no ticket."}};
const weir::knob<nanoseconds> slowest{
    "slowest",
    {.value = 900ms,
     .min = 100ms,
     .max = 3s,
     .step = 100ms,
     .unit = {},
     .documentation = "A company answers in 80 ms up to this, evenly spread."}};
const weir::knob<nanoseconds> withdrawal{
    "withdrawal",
    {.value = 100ms,
     .min = 0s,
     .max = 2s,
     .step = 50ms,
     .unit = {},
     .documentation = "What a company takes to withdraw a request that is cancelled."}};

struct harbour {
  explicit harbour(weir::scene_context& scene)
      : gone(scene[sold_out]), slow(scene[slowest]), withdraws(scene[withdrawal]) {}

  unsigned gone;
  nanoseconds slow;
  nanoseconds withdraws;
  std::uint32_t drawn = 12345;
  weir::gauge legs{"legs asked for", {.unit = {}, .role = weir::source_role::in_flight}};
  weir::gauge orphans{"legs asked for by nobody", {.capacity = 0, .unit = {}}};
  weir::counter unowned{"places that nobody owns"};
  weir::counter short_of{"tickets short of a leg"};
  weir::place under_way{"bookings under way", {.role = weir::source_role::in_flight}};
  weir::outcomes bookings{"bookings"};
  std::uint64_t booked = 0;

  std::uint32_t draw(std::uint32_t below) {
    drawn = drawn * 1664525U + 1013904223U;
    return (drawn >> 8U) % below;
  }
};

struct booking {
  unsigned reserved = 0;
  unsigned asked = 0;
  bool over = false;
};

asio::awaitable<void> leg(std::shared_ptr<harbour> here, std::shared_ptr<booking> mine) {
  weir::name_this_task("leg");
  const auto executor = co_await asio::this_coro::executor;
  const auto spread =
      static_cast<std::uint32_t>(std::chrono::milliseconds(1) <= here->slow ? here->slow / 1ms : 1);
  const nanoseconds takes = 80ms + 1ms * here->draw(spread > 80 ? spread - 79 : 1);
  const bool none_left = here->draw(100) < here->gone;
  here->legs.add(1);
  ++mine->asked;
  co_await asio::this_coro::throw_if_cancelled(false);
  error_code cancelled;
  asio::steady_timer timer(executor, takes);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (cancelled) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    timer.expires_after(here->withdraws);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  here->legs.subtract(1);
  --mine->asked;
  if (mine->over)
    here->orphans.subtract(1);
  if (cancelled)
    throw system_error(cancelled);
  if (none_left)
    throw system_error(asio::error::not_found);
  ++mine->reserved;
  if (mine->over)
    ++here->unowned;
}

asio::awaitable<void> book(std::shared_ptr<harbour> here) {
  weir::name_this_task("booking");
  weir::span scope("booking", {.role = weir::span_role::work});
  const auto mine = std::make_shared<booking>();
  const std::uint64_t number = ++here->booked;
  here->under_way.enter(number);
  const auto group = make_task_group(co_await asio::this_coro::executor);
  for (int i = 0; i < 4; ++i)
    group->start([here, mine] { return leg(here, mine); });
  weir::outcome how = weir::outcome::ok;
  try {
    co_await group->join();
    if (mine->reserved != 4)
      ++here->short_of;
  } catch (const group_error&) {
    how = weir::outcome::failed;
  } catch (const system_error&) {
    how = weir::outcome::timed_out;
  }
  mine->over = true;
  here->orphans.add(mine->asked);
  here->bookings.add(how, number);
  scope.end(how);
}

asio::awaitable<void> with_deadline(std::shared_ptr<harbour> here, nanoseconds patience) {
  weir::name_this_task("deadline");
  const auto executor = co_await asio::this_coro::executor;
  asio::cancellation_signal late;
  bool over = false;
  asio::steady_timer timer(executor, patience);
  asio::steady_timer ended(executor, asio::steady_timer::time_point::max());
  asio::co_spawn(executor, book(here),
                 asio::bind_cancellation_slot(late.slot(), [&](const std::exception_ptr&) {
                   over = true;
                   timer.cancel();
                   ended.cancel();
                 }));
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!over)
    late.emit(asio::cancellation_type::terminal);
  if (!over)
    co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> bookings(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto here = std::make_shared<harbour>(scene);
  here->orphans.set(0);
  asio::steady_timer timer(executor);
  while (weir::now() < all_day - 4s) {
    asio::co_spawn(executor, with_deadline(here, scene[deadline]), asio::detached);
    timer.expires_after(100ms + 1ms * here->draw(150));
    co_await timer.async_wait(asio::use_awaitable);
  }
  timer.expires_after(all_day - weir::now());
  co_await timer.async_wait(asio::use_awaitable);
}

std::string many(const weir::trace::summary& seen, const char* of) {
  return weir::text("{} of them", seen.counter(of).total);
}

} // namespace

WEIR_SCENE(.title = "Bookings with four legs",
           .caption = "A booking is one group of four children. Watch the legs that are asked for "
                      "when nobody waits for them any more. Then turn the deadline.",
           .knobs = {sold_out, deadline, slowest, withdrawal},
           .goals = {{"no place is reserved that nobody owns",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("places that nobody owns").total == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return many(seen, "places that nobody owns");
                      }},
                     {"no ticket is short of a leg",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("tickets short of a leg").total == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return many(seen, "tickets short of a leg");
                      }},
                     {"nobody asks for a leg when the booking is over",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("legs asked for by nobody").max == 0;
                      }}},
           .body = bookings, .horizon = 30s);
