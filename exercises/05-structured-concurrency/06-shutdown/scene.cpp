/// \file
/// One of Hellesund's four processes: a minute of sales, a deploy in the middle of them.
#include "shutdown.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/signals.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;

constexpr nanoseconds deploy = 60s;
constexpr nanoseconds patience = 30s; ///< from SIGTERM to SIGKILL
constexpr nanoseconds quick_sale = 2s;
constexpr nanoseconds sale_with_a_code = 40s;
constexpr nanoseconds withdrawing = 1s; ///< what a sale that is cancelled takes
constexpr int few = 8;

const weir::knob<nanoseconds> grace{
    "grace",
    {.value = 20s,
     .min = 0s,
     .max = 60s,
     .step = 500ms,
     .unit = {},
     .documentation = "For so long customers who are inside have time, from the first signal on."}};
const weir::knob<double> arrival_rate{"arrival-rate",
                                      {.value = 3,
                                       .min = 0.5,
                                       .max = 20,
                                       .step = 0.5,
                                       .unit = "1/s",
                                       .documentation = "Customers who come to this process."}};
const weir::knob<unsigned> with_a_code{
    "with-a-code",
    {.value = 10,
     .min = 0,
     .max = 100,
     .step = 5,
     .unit = "%",
     .documentation = "Customers to whom the bank sends a code: 40 s rather than 2."}};
const weir::knob<nanoseconds> flush{
    "flush",
    {.value = 800ms,
     .min = 0s,
     .max = 20s,
     .step = 100ms,
     .unit = {},
     .documentation = "What sending off the receipts that are left takes, when the producer is "
                      "closed."}};
const weir::knob<nanoseconds> second_signal{
    "second-signal",
    {.value = 60s,
     .min = 0s,
     .max = 60s,
     .step = 1s,
     .unit = {},
     .documentation = "So long after the first signal somebody is in a hurry; 60 s: nobody is."}};

enum class stage : std::uint8_t { open, draining, closing, gone, killed };

/// The process, its bank, its customers, and the platform.
struct shop {
  shop(const asio::any_io_executor& on, weir::scene_context& scene)
      : executor(on),
        signals(on, {SIGTERM, SIGINT}),
        bell(on),
        share(scene[with_a_code] / 100.0),
        flushing(scene[flush]) {
    for_nothing.set(0);
    unsent.set(0);
    took.set(0);
  }

  void go(stage to) {
    if (process.current() < to)
      process.set(to);
    if (to >= stage::gone && took.value() == 0)
      took.set(std::chrono::duration<double>(weir::now() - deploy).count());
  }

  [[nodiscard]] bool alive() const { return process.current() < stage::gone; }

  asio::any_io_executor executor;
  weir::world::signals signals;
  asio::steady_timer bell; ///< of the listener
  double share;
  nanoseconds flushing;
  std::deque<bool> outside; ///< who comes in next: with a code?
  bool closed = false;
  bool database_open = true;
  weir::random_stream draws = weir::stream("customers");
  weir::gauge inside{"customers inside", {.role = weir::source_role::in_flight}};
  weir::gauge unsent{"receipts not sent", {.role = weir::source_role::queue}};
  weir::gauge for_nothing{"charged, and no ticket"};
  weir::gauge took{"gone after", {.capacity = 30, .unit = "s"}};
  weir::place at_the_bank{"at the bank", {.role = weir::source_role::in_flight}};
  weir::place withdrawn{"being withdrawn"};
  weir::outcomes sales{"sales"};
  weir::counter tickets{"tickets"};
  weir::counter come_again{"told to come again"};
  weir::counter elsewhere{"went to another process"};
  weir::state<stage> process{"process", {"open", "draining", "closing", "gone", "killed"}};
};

class sale final : public request {
public:
  sale(std::shared_ptr<shop> in, bool code) : in_(std::move(in)), code_(code) {}

  asio::awaitable<void> serve() override { return sell(in_, code_); }

private:
  /// The bank goes on with it whatever becomes of the process.
  static asio::awaitable<void> sell(std::shared_ptr<shop> in, bool code) {
    weir::name_this_task(code ? "a sale with a code" : "a sale");
    weir::span all("sale", {.role = weir::span_role::request, .parent = 0});
    in->inside.add(1);
    in->at_the_bank.enter(all.id());
    asio::steady_timer bank(in->executor, code ? sale_with_a_code : quick_sale);
    error_code cancelled;
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await bank.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    const bool withdrawn = cancelled.failed();
    if (withdrawn) { // told once more, it leaves the rest to the night
      co_await asio::this_coro::reset_cancellation_state();
      in->withdrawn.enter(all.id());
      bank.expires_after(withdrawing);
      co_await bank.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    in->inside.subtract(1);
    if (withdrawn && in->process.current() != stage::killed) {
      ++in->come_again;
      in->sales.add(weir::outcome::dropped, all.id());
      all.end(weir::outcome::dropped);
      throw system_error(asio::error::operation_aborted);
    }
    if (!in->database_open) {
      in->for_nothing.add(1);
      in->sales.add(weir::outcome::failed, all.id());
      all.end(weir::outcome::failed);
      throw system_error(asio::error::not_connected);
    }
    ++in->tickets;
    in->unsent.add(1);
    in->sales.add(weir::outcome::ok, all.id());
    all.end();
  }

  std::shared_ptr<shop> in_;
  bool code_;
};

/// SIGTERM and SIGINT, as `run` hears them.
class heard final : public stop_signals {
public:
  explicit heard(std::shared_ptr<shop> in) : in_(std::move(in)) {}

  asio::awaitable<void> next() override {
    const int number = co_await in_->signals.wait();
    (void)number;
  }

private:
  std::shared_ptr<shop> in_;
};

class counter_hall final : public listener {
public:
  explicit counter_hall(std::shared_ptr<shop> in) : in_(std::move(in)) {}

  asio::awaitable<std::unique_ptr<request>> accept() override {
    if (in_->outside.empty() && !in_->closed) {
      error_code rung;
      in_->bell.expires_at(asio::steady_timer::time_point::max());
      co_await in_->bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
    if (in_->outside.empty())
      throw system_error(asio::error::operation_aborted);
    const bool code = in_->outside.front();
    in_->outside.pop_front();
    co_return std::make_unique<sale>(in_, code);
  }

  void close() override {
    in_->closed = true;
    in_->bell.cancel();
    in_->go(stage::draining);
  }

private:
  std::shared_ptr<shop> in_;
};

class database final : public resource {
public:
  explicit database(std::shared_ptr<shop> in) : in_(std::move(in)) {}

  asio::awaitable<void> close() override {
    in_->go(stage::closing);
    in_->database_open = false;
    asio::steady_timer timer(in_->executor, 200ms);
    co_await timer.async_wait(asio::use_awaitable);
  }

private:
  std::shared_ptr<shop> in_;
};

/// Sends off the receipts every 5 s, and what is left when it is closed.
class producer final : public resource {
public:
  explicit producer(std::shared_ptr<shop> in) : in_(std::move(in)) {}

  asio::awaitable<void> close() override {
    in_->go(stage::closing);
    asio::steady_timer timer(in_->executor, in_->flushing);
    co_await timer.async_wait(asio::use_awaitable);
    if (in_->alive())
      in_->unsent.set(0);
    sending = false;
  }

  static asio::awaitable<void> send(std::shared_ptr<producer> self) {
    weir::name_this_task("the producer");
    asio::steady_timer timer(self->in_->executor);
    while (self->sending && self->in_->alive()) {
      self->in_->unsent.set(0);
      timer.expires_after(5s);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  bool sending = true;

private:
  std::shared_ptr<shop> in_;
};

asio::awaitable<void> life(std::shared_ptr<shop> here, nanoseconds patient) {
  weir::name_this_task("run()");
  heard signals(here);
  counter_hall entrance(here);
  database tickets(here);
  const auto receipts = std::make_shared<producer>(here);
  asio::co_spawn(here->executor, producer::send(receipts), [](const std::exception_ptr&) {});
  weir::span all("run()", {.parent = 0});
  asio::awaitable<exit_code> running = run(signals, entrance, {&tickets, receipts.get()}, patient);
  const exit_code code = co_await std::move(running);
  all.end(code == exit_code::done ? weir::outcome::ok : weir::outcome::dropped);
  if (here->alive())
    weir::note("the process is gone, and says {}", static_cast<int>(code));
  here->go(stage::gone);
}

/// Customers, until the platform sends them elsewhere.
asio::awaitable<void> customers(std::shared_ptr<shop> here, double per_second) {
  weir::name_this_task("customers");
  asio::steady_timer next(here->executor);
  while (weir::now() < deploy + patience) {
    next.expires_after(nanoseconds(static_cast<std::int64_t>(1e9 / per_second)));
    co_await next.async_wait(asio::use_awaitable);
    if (here->closed) {
      ++here->elsewhere;
      continue;
    }
    here->outside.push_back(here->draws.uniform() < here->share);
    here->bell.cancel();
  }
}

asio::awaitable<void> noon(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto here = std::make_shared<shop>(executor, scene);
  const nanoseconds hurry = scene[second_signal];
  const auto rethrow = [](const std::exception_ptr& error) {
    if (error)
      std::rethrow_exception(error);
  };
  asio::co_spawn(executor, life(here, scene[grace]), rethrow);
  asio::co_spawn(executor, customers(here, scene[arrival_rate]), rethrow);
  asio::steady_timer timer(executor, deploy);
  co_await timer.async_wait(asio::use_awaitable);
  here->signals.raise(SIGTERM);
  if (hurry < patience) {
    timer.expires_after(hurry);
    co_await timer.async_wait(asio::use_awaitable);
    if (here->alive())
      here->signals.raise(SIGTERM);
  }
  timer.expires_at(std::chrono::steady_clock::time_point(deploy + patience));
  co_await timer.async_wait(asio::use_awaitable);
  if (here->alive()) {
    weir::note("SIGKILL");
    here->database_open = false;
    here->go(stage::killed);
  }
  timer.expires_after(nanoseconds(44s));
  co_await timer.async_wait(asio::use_awaitable);
}

bool nobody_paid_for_nothing(const weir::trace::summary& seen) {
  return seen.gauge("charged, and no ticket").max == 0;
}

bool all_receipts(const weir::trace::summary& seen) {
  return seen.gauge("receipts not sent").last == 0;
}

bool gone_by_itself(const weir::trace::summary& seen) {
  const double after = seen.gauge("gone after").last;
  return after > 0 && after < std::chrono::duration<double>(patience).count();
}

bool few_come_again(const weir::trace::summary& seen) {
  return seen.counter("told to come again").total <= few;
}

} // namespace

WEIR_SCENE(.title = "A deploy at noon",
           .caption = "At 60 s the process is told to stop, at 90 s it is killed. Watch who is "
                      "inside, and who was charged and has no ticket. Then turn the grace.",
           .knobs = {grace, arrival_rate, with_a_code, flush, second_signal},
           .goals = {{"nobody is charged without a ticket", nobody_paid_for_nothing,
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} customers",
                            static_cast<std::int64_t>(seen.gauge("charged, and no ticket").max));
                      }},
                     {"every receipt is sent", all_receipts,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} are not", static_cast<std::int64_t>(
                                                            seen.gauge("receipts not sent").last));
                      }},
                     {"the process is gone by itself, within 30 s", gone_by_itself,
                      [](const weir::trace::summary& seen) {
                        const double after = seen.gauge("gone after").last;
                        return gone_by_itself(seen) ? weir::text("after {} s", after)
                                                    : std::string("it was killed");
                      }},
                     {"at most 8 customers are told to come again", few_come_again,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} are", seen.counter("told to come again").total);
                      }}},
           .body = noon, .horizon = 134s);
