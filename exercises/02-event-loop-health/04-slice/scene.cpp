/// \file
/// Half a minute on a whiteboard server, in which its boards are swept once.
#include "slice.hpp"

#include <weir/knob.hpp>
#include <weir/loop_probe.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<nanoseconds> slice{
    "slice",
    {.value = 5ms,
     .min = 20us,
     .max = 500ms,
     .step = 10us,
     .unit = {},
     .documentation = "For so long the sweep works before the others have a turn."}};
const weir::knob<std::int64_t> boards{
    "boards",
    {.value = 20'000,
     .min = 0,
     .max = 50'000,
     .step = 1'000,
     .unit = "boards",
     .documentation = "Boards that have hardly been drawn on. Each costs 20 µs."}};
const weir::knob<std::int64_t> exam_boards{
    "exam-boards",
    {.value = 100,
     .min = 0,
     .max = 300,
     .step = 10,
     .unit = "boards",
     .documentation = "Boards of an exam. They lie next to each other, in the middle."}};
const weir::knob<nanoseconds> exam_board{"exam-board",
                                         {.value = 20ms,
                                          .min = 20us,
                                          .max = 200ms,
                                          .step = 1ms,
                                          .unit = {},
                                          .documentation = "What one of those costs."}};
const weir::knob<nanoseconds> turn{
    "turn",
    {.value = 200us,
     .min = 0us,
     .max = 2ms,
     .step = 20us,
     .unit = {},
     .documentation = "What it costs to come back to the sweep after the others' turn: a round of "
                      "the loop, and cold caches."}};
const weir::knob<double> stroke_rate{"strokes",
                                     {.value = 200,
                                      .min = 10,
                                      .max = 1'000,
                                      .step = 10,
                                      .unit = "/s",
                                      .documentation = "What people draw. Each costs 100 µs."}};

constexpr nanoseconds board = 20us;
constexpr nanoseconds stroke = 100us;
constexpr nanoseconds sweep_at = 5s;
constexpr nanoseconds patience = 30ms;

/// The loop as the sweep sees it: to come again costs something, and whatever was due before has
/// its turn first, timers included.
class round_executor {
public:
  round_executor(asio::any_io_executor loop, nanoseconds costs)
      : loop_(std::move(loop)), costs_(costs) {}

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept {
    return asio::query(loop_, asio::execution::context);
  }

  [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    if (never_)
      return asio::execution::blocking.never;
    return asio::execution::blocking.possibly;
  }

  [[nodiscard]] round_executor require(asio::execution::blocking_t::never_t) const noexcept {
    round_executor made(*this);
    made.never_ = true;
    return made;
  }

  [[nodiscard]] round_executor require(asio::execution::blocking_t::possibly_t) const noexcept {
    round_executor made(*this);
    made.never_ = false;
    return made;
  }

  template <class Function>
  void execute(Function&& f) const {
    std::decay_t<Function> work(std::forward<Function>(f));
    if (!never_) {
      std::move(work)();
      return;
    }
    const auto due = std::make_shared<asio::steady_timer>(loop_, steady_clock::now());
    due->async_wait([due, costs = costs_, work = std::move(work)](auto) mutable {
      weir::world::occupy_loop(costs);
      std::move(work)();
    });
  }

  friend bool operator==(const round_executor& a, const round_executor& b) noexcept {
    return a.loop_ == b.loop_ && a.never_ == b.never_;
  }

private:
  asio::any_io_executor loop_;
  nanoseconds costs_;
  bool never_ = false;
};

/// What a dashboard knows of the server.
struct server {
  weir::loop_probe loop{"loop"};
  weir::gauge left{"boards to sweep", {.unit = "boards", .role = weir::source_role::queue}};
  weir::counter late{"strokes that waited longer than 30 ms", "strokes"};
  nanoseconds busy{}; ///< in this window

  void occupy(nanoseconds work) {
    weir::world::occupy_loop(work);
    busy += work;
  }
};

class all_boards final : public backlog {
public:
  all_boards(server& of, std::int64_t plain, std::int64_t exam, nanoseconds exam_costs)
      : of_(of), plain_(plain), exam_(exam), exam_costs_(exam_costs) {
    of_.left.set(static_cast<double>(plain_ + exam_));
  }

  [[nodiscard]] bool empty() const override { return done_ == plain_ + exam_; }

  void do_next() override {
    const bool of_the_exam = done_ >= plain_ / 2 && done_ < plain_ / 2 + exam_;
    of_.occupy(of_the_exam ? exam_costs_ : board);
    if (++done_ % 100 == 0 || of_the_exam || empty())
      of_.left.set(static_cast<double>(plain_ + exam_ - done_));
  }

private:
  server& of_;
  std::int64_t plain_;
  std::int64_t exam_;
  nanoseconds exam_costs_;
  std::int64_t done_ = 0;
};

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> sweep(std::shared_ptr<server> on, std::unique_ptr<all_boards> all,
                            nanoseconds budget) {
  weir::name_this_task("the sweep");
  weir::span whole("sweep", {.role = weir::span_role::work});
  co_await work_off(*all, budget);
  whole.end(weir::outcome::ok);
  on->left.set(0);
}

/// In each of their turns, all that has been drawn by then is served.
asio::awaitable<void> people(std::shared_ptr<server> at, double rate, nanoseconds until) {
  weir::name_this_task("people");
  auto random = weir::stream("strokes");
  auto arrivals = weir::world::poisson({.per_second = rate});
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (const std::optional<nanoseconds> next = arrivals.next(random)) {
    if (*next > until)
      break;
    if (*next > weir::now()) {
      timer.expires_at(steady_clock::time_point(*next));
      co_await timer.async_wait(asio::use_awaitable);
    }
    const nanoseconds waited = weir::now() - *next;
    at->loop.lag(waited);
    if (waited > patience)
      at->late.add(1);
    at->occupy(stroke);
  }
}

/// Writes down how busy the loop was, four times a second.
asio::awaitable<void> utilisation(std::shared_ptr<server> of, nanoseconds until) {
  weir::name_this_task("utilisation");
  asio::steady_timer window(co_await asio::this_coro::executor);
  nanoseconds since = weir::now();
  while (since < until) {
    window.expires_after(250ms);
    co_await window.async_wait(asio::use_awaitable);
    const nanoseconds window_was = weir::now() - since;
    of->loop.utilisation(std::min(1.0, static_cast<double>(of->busy.count()) /
                                           static_cast<double>(window_was.count())));
    of->busy = 0ns;
    since = weir::now();
  }
}

asio::awaitable<void> half_a_minute(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto at = std::make_shared<server>();
  const nanoseconds until = scene.horizon() - 500ms;
  asio::co_spawn(executor, people(at, scene[stroke_rate], until), rethrow);
  asio::co_spawn(executor, utilisation(at, until), rethrow);
  asio::steady_timer timer(executor, sweep_at);
  co_await timer.async_wait(asio::use_awaitable);
  auto all =
      std::make_unique<all_boards>(*at, scene[boards], scene[exam_boards], scene[exam_board]);
  asio::co_spawn(asio::any_io_executor(round_executor(executor, scene[turn])),
                 sweep(at, std::move(all), scene[slice]), rethrow);
  timer.expires_at(steady_clock::time_point(scene.horizon()));
  co_await timer.async_wait(asio::use_awaitable);
}

std::int64_t late_strokes(const weir::trace::summary& seen) {
  return static_cast<std::int64_t>(seen.counter("strokes that waited longer than 30 ms").total);
}

} // namespace

WEIR_SCENE(.title = "A sweep among people who draw",
           .caption =
               "Watch the lag while the exam's boards are swept. Then turn the slice: longer "
               "ones are felt by those who draw, shorter ones by the sweep.",
           .knobs = {slice, boards, exam_boards, exam_board, turn, stroke_rate},
           .goals = {{"no stroke waits longer than 30 ms",
                      [](const weir::trace::summary& seen) { return late_strokes(seen) == 0; },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} did, the worst of them {} ms", late_strokes(seen),
                                          static_cast<std::int64_t>(seen.gauge("loop lag").max));
                      }},
                     {"the sweep is done within 2.6 s",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("boards to sweep").last == 0 &&
                               seen.span("sweep").max <= 2600ms;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} boards left, {} ms",
                            static_cast<std::int64_t>(seen.gauge("boards to sweep").last),
                            seen.span("sweep").max / 1ms);
                      }}},
           .body = half_a_minute, .horizon = 15s);
