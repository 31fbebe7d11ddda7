/// \file
/// One heat meter on a bad evening, and callers with a deadline.
#include "pass_it_on.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

const weir::knob<nanoseconds> deadline{
    "deadline",
    {.value = 1s,
     .min = 100ms,
     .max = 10s,
     .step = 100ms,
     .unit = {},
     .documentation = "After so long a caller is cancelled. Longer: an answer that is slow comes "
                      "in time, and one that never comes keeps the others waiting."}};
const weir::knob<double> arrival_rate{"arrival-rate",
                                      {.value = 1.5,
                                       .min = 0.5,
                                       .max = 10,
                                       .step = 0.5,
                                       .unit = "/s",
                                       .documentation = "Calls that come."}};
const weir::knob<nanoseconds> median_latency{
    "latency",
    {.value = 150ms,
     .min = 10ms,
     .max = 1s,
     .step = 10ms,
     .unit = {},
     .documentation = "Of an answer: half of them take longer, one in a hundred four times as "
                      "long."}};
const weir::knob<double> hanging{
    "hang-rate",
    {.value = 5,
     .min = 0,
     .max = 50,
     .step = 1,
     .unit = "%",
     .documentation = "Requests that the meter never answers on this connection."}};
const weir::knob<nanoseconds> pause_before_retry{
    "pause",
    {.value = 200ms,
     .min = 10ms,
     .max = 2s,
     .step = 10ms,
     .unit = {},
     .documentation = "From an attempt to connect that has failed to the next."}};

/// The modem looks at the line every 10 ms, so things happen in the same instant now and then.
nanoseconds to_the_tick(nanoseconds time) {
  return std::max<nanoseconds>(10ms, time / 10ms * 10ms);
}

class modem final : public wire {
public:
  modem(weir::scene_context& scene, asio::any_io_executor executor)
      : timer_(std::move(executor)),
        hang_(scene[hanging] / 100),
        latency_(weir::world::lognormal(scene[median_latency], 0.6)) {}

  asio::awaitable<void> connect() override {
    close();
    weir::span attempt("connect", {.role = weir::span_role::attempt});
    co_await spend(80ms);
    if (random_.uniform() < 0.2)
      throw system_error(asio::error::host_unreachable);
  }

  asio::awaitable<void> send(int request) override {
    owed_.push_back(request);
    at_the_meter_.enter(static_cast<std::uint64_t>(request));
    co_await spend(20ms);
  }

  asio::awaitable<int> receive() override {
    weir::span attempt("receive", {.role = weir::span_role::attempt});
    if (random_.uniform() < hang_) {
      timer_.expires_at(steady_clock::time_point::max());
      co_await timer_.async_wait(asio::use_awaitable);
    }
    co_await spend(latency_.draw(random_));
    const int answer = owed_.front();
    owed_.pop_front();
    co_return answer;
  }

  void cancel() override { timer_.cancel(); }

  void close() override { owed_.clear(); }

private:
  asio::awaitable<void> spend(nanoseconds time) {
    const auto now = steady_clock::now().time_since_epoch();
    timer_.expires_after(to_the_tick(time + now % 10ms) - now % 10ms);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  asio::steady_timer timer_;
  weir::random_stream random_ = weir::stream("modem");
  double hang_;
  weir::world::latency_distribution latency_;
  std::deque<int> owed_;
  weir::place at_the_meter_{"at the meter", {.role = weir::source_role::in_flight}};
};

struct evening {
  evening(weir::scene_context& scene, asio::any_io_executor executor)
      : line(scene, executor), heat(make_meter(executor, line, scene[pause_before_retry])) {}

  modem line;
  std::unique_ptr<meter> heat;
  weir::place in_line{"in line", {.role = weir::source_role::waiting}};
  weir::gauge inside{"calls inside", {.unit = "calls", .role = weir::source_role::in_flight}};
  weir::gauge go_on{"cancelled, and go on", {.capacity = 0, .unit = "calls"}};
  weir::gauge strangers{"answers to somebody else", {.capacity = 0, .unit = "answers"}};
  weir::outcomes calls{"calls"};
  std::list<asio::cancellation_signal> signals;
};

struct caller {
  explicit caller(const asio::any_io_executor& executor) : timer(executor) {}

  asio::steady_timer timer;
  bool cancelled = false;
  bool ended = false;
};

asio::awaitable<void> one_call(std::shared_ptr<evening> tonight, std::shared_ptr<caller> mine,
                               int request) {
  weir::name_this_task("call");
  weir::span whole("call", {.role = weir::span_role::request});
  tonight->inside.add(1);
  tonight->in_line.enter(static_cast<std::uint64_t>(request));
  weir::outcome how = weir::outcome::failed;
  try {
    const int answer = co_await tonight->heat->ask(request);
    how = answer == request ? weir::outcome::ok : weir::outcome::failed;
    if (answer != request)
      tonight->strangers.add(1);
  } catch (const system_error& error) {
    if (error.code() == asio::error::operation_aborted)
      how = weir::outcome::timed_out;
  }
  tonight->inside.subtract(1);
  if (mine->cancelled)
    tonight->go_on.subtract(1);
  mine->ended = true;
  mine->timer.cancel();
  tonight->calls.add(how, static_cast<std::uint64_t>(request));
  whole.end(how);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

/// A call with a deadline: a timer, and a signal.
void start(const asio::any_io_executor& executor, std::shared_ptr<evening> tonight, int request,
           nanoseconds time) {
  const auto mine = std::make_shared<caller>(executor);
  asio::cancellation_signal& signal = tonight->signals.emplace_back();
  mine->timer.expires_after(time - steady_clock::now().time_since_epoch() % 10ms);
  mine->timer.async_wait([mine, tonight, &signal](error_code stopped) {
    if (stopped || mine->ended)
      return;
    mine->cancelled = true;
    tonight->go_on.add(1);
    signal.emit(asio::cancellation_type::terminal);
  });
  asio::co_spawn(executor, one_call(tonight, mine, request),
                 asio::bind_cancellation_slot(signal.slot(), rethrow));
}

asio::awaitable<void> bad_evening(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  weir::world::source requests(
      executor, {.name = "requests",
                 .arrivals = weir::world::poisson({.per_second = scene[arrival_rate]}),
                 .lasting = scene.horizon() - scene[deadline] - 1s});
  const auto tonight = std::make_shared<evening>(scene, executor);
  while (const std::optional<weir::world::item> next = co_await requests.next())
    start(executor, tonight, static_cast<int>(next->number), scene[deadline]);
  asio::steady_timer end(executor, steady_clock::time_point(scene.horizon()));
  co_await end.async_wait(asio::use_awaitable);
}

bool all_end(const weir::trace::summary& seen) {
  return seen.gauge("cancelled, and go on").mean < 0.001;
}

bool own_answers(const weir::trace::summary& seen) {
  return seen.gauge("answers to somebody else").max == 0;
}

bool answered(const weir::trace::summary& seen) {
  const auto& calls = seen.outcome("calls");
  return calls[weir::outcome::ok] * 100 >= calls.total() * 80;
}

} // namespace

WEIR_SCENE(.title = "A heat meter on a bad evening",
           .caption = "Watch the calls that were cancelled and go on, and the answers that went to "
                      "somebody else. Then find a deadline: what does a longer one buy, and who "
                      "pays for it?",
           .knobs = {deadline, arrival_rate, median_latency, hanging, pause_before_retry},
           .goals = {{"a call that is cancelled ends", all_end},
                     {"nobody gets another's answer", own_answers,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} did",
                            static_cast<std::int64_t>(seen.gauge("answers to somebody else").max));
                      }},
                     {"at least 80 of 100 calls are answered", answered,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}", seen.outcome("calls")[weir::outcome::ok],
                                          seen.outcome("calls").total());
                      }}},
           .body = bad_evening, .horizon = 30s);
