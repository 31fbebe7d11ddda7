/// \file
/// What `weir author new` writes: an exercise that is small and whole. @ID@ and @FILE@ stand for its id
/// and its files' name.
#pragma once

namespace weir::grader::skeleton {

inline constexpr const char* manifest = R"(format = 1
id = "@ID@"
title = "A latch that opens once"
summary = "What the exercise is about, in one line."
minutes = 15
file = "@FILE@.cpp"
interface = ["@FILE@.hpp"]

[starter]
verdict = "failed"
test = "cancelled"

[[test]]
id = "wait-waits"
promise = "`wait` returns once `open` has been called, and no earlier."
points = 2

[[test]]
id = "cancelled"
promise = "A `wait` that is cancelled throws `operation_aborted` in that instant."
points = 1

[[hint]]
text = "A nudge: where to look."

[[hint]]
text = "What is wrong there."

[[hint]]
text = "Nearly the answer."

[[goal]]
text = "nobody is inside before the latch is open"
)";

inline constexpr const char* brief = R"(# A latch that opens once

A story from production, with figures: what was built, what happened, what it cost.

## Your task

What `@FILE@.cpp` holds, and what it shall do. Everything that is graded stands here, in the words of
`exercise.toml`:

1. **wait-waits** – `wait` returns once `open` has been called, and no earlier.
2. **cancelled** – A `wait` that is cancelled throws `operation_aborted` in that instant.
)";

inline constexpr const char* debrief = R"(# A latch that opens once: after the fix

## What you fixed

In one sentence: shown below every pass.

## Where it happened

The same fault in public, each with the number of its issue or the address of its post-mortem.

## Two other ways

**The one.** What it is and what it costs.

**The other.** What it is and what it costs.

## Read on

- The chapter's section, the next exercise, a paper.
)";

inline constexpr const char* interface_header = R"(#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace asio = boost::asio;

/// Lets coroutines wait until it is opened, which happens once.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
class latch {
public:
  virtual ~latch() = default;

  /// Waits until `open` has been called; returns at once after that. Cancelled (type: terminal), it
  /// throws `boost::system::system_error` with `asio::error::operation_aborted`.
  virtual asio::awaitable<void> wait() = 0;

  /// Lets everybody in who waits, and who comes later. Never waits.
  virtual void open() = 0;
};

/// A latch that is not open.
std::unique_ptr<latch> make_latch(asio::any_io_executor executor);
)";

/// A latch on a timer: @EXPIRY@ is when that expires, @THEN@ what `wait` does after it.
inline constexpr const char* timer_latch = R"(@HEAD@#include "@FILE@.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

class timer_latch final : public latch {
public:
  explicit timer_latch(asio::any_io_executor executor)
      : opened_(executor, asio::steady_timer::time_point::@EXPIRY@()) {}

  asio::awaitable<void> wait() override {
    if (open_)
      co_return;
    boost::system::error_code ignored;
    co_await opened_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
@THEN@  }

  void open() override {
    open_ = true;
    opened_.cancel();
  }

private:
  asio::steady_timer opened_;
  bool open_ = false;
};

} // namespace

std::unique_ptr<latch> make_latch(asio::any_io_executor executor) {
  return std::make_unique<timer_latch>(executor);
}
)";

/// A timer does not say whether it was `open` that ended the wait.
inline constexpr const char* throw_unless_open = R"(    if (!open_)
      throw boost::system::system_error(asio::error::operation_aborted);
)";

inline constexpr const char* channel_latch =
    R"(// accept: a channel that is closed when the latch opens

#include "@FILE@.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

using asio::experimental::error::channel_closed;

class channel_latch final : public latch {
public:
  explicit channel_latch(asio::any_io_executor executor) : opened_(executor) {}

  asio::awaitable<void> wait() override {
    boost::system::error_code ended;
    co_await opened_.async_receive(asio::redirect_error(asio::use_awaitable, ended));
    if (ended != channel_closed)
      throw boost::system::system_error(asio::error::operation_aborted);
  }

  void open() override { opened_.close(); }

private:
  asio::experimental::channel<void(boost::system::error_code)> opened_;
};

} // namespace

std::unique_ptr<latch> make_latch(asio::any_io_executor executor) {
  return std::make_unique<channel_latch>(executor);
}
)";

inline constexpr const char* scene = R"(#include "@FILE@.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <array>

using namespace std::chrono_literals;

namespace {

const weir::knob<std::chrono::nanoseconds> opens_after{
    "opens-after",
    {.value = 20ms,
     .min = 1ms,
     .max = 100ms,
     .step = 1ms,
     .documentation = "When the latch is opened."}};

struct evening {
  latch& door;
  bool open = false;
  int inside = 0;
  int early = 0;
  weir::gauge guests_inside{"guests inside"};
  weir::gauge too_early{"guests inside too early"};
};

asio::awaitable<void> guest(evening& tonight) {
  co_await tonight.door.wait(); // throws when the guest is called home
  tonight.guests_inside.set(++tonight.inside);
  if (!tonight.open)
    tonight.too_early.set(++tonight.early);
}

asio::awaitable<void> party(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto door = make_latch(executor);
  evening tonight{*door};
  tonight.guests_inside.set(0);
  tonight.too_early.set(0);
  std::array<asio::cancellation_signal, 4> called_home;
  for (auto& each : called_home) {
    asio::co_spawn(executor, guest(tonight), asio::detached);
    asio::co_spawn(executor, guest(tonight),
                   asio::bind_cancellation_slot(each.slot(), asio::detached));
  }
  asio::steady_timer timer(executor, scene[opens_after] / 2);
  co_await timer.async_wait(asio::use_awaitable);
  weir::note("every other guest is called home");
  for (auto& each : called_home)
    each.emit(asio::cancellation_type::terminal);
  timer.expires_after(scene[opens_after] / 2);
  co_await timer.async_wait(asio::use_awaitable);
  weir::note("the latch is opened");
  tonight.open = true;
  door->open();
  timer.expires_after(10ms);
  co_await timer.async_wait(asio::use_awaitable);
}

} // namespace

WEIR_SCENE(.title = "Guests at a latch",
           .caption = "Half of the guests are called home. Watch who comes in, and when.",
           .knobs = {opens_after},
           .goals = {{"nobody is inside before the latch is open",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("guests inside too early").max == 0;
                      }}},
           .body = party, .horizon = 200ms);
)";

inline constexpr const char* hidden_tests = R"(#include "@FILE@.hpp"
#include "weir_catch.hpp"

#include <weir/probe.hpp>

using namespace std::chrono_literals;

namespace {

asio::awaitable<void> pause(std::chrono::nanoseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> guest(latch& door, int& passed) {
  weir::name_this_task("guest");
  co_await door.wait();
  ++passed;
}

/// What became of a guest who may be called away.
struct visit {
  const char* fate = "still waits";
  asio::cancellation_signal called_away;
};

asio::awaitable<void> impatient_guest(latch& door, visit& mine) {
  weir::name_this_task("guest called away");
  try {
    co_await door.wait();
    mine.fate = "was let in";
  } catch (const boost::system::system_error& error) {
    mine.fate = error.code() == asio::error::operation_aborted ? "left" : "got another error";
  }
}

} // namespace

TEST_CASE("wait returns once open has been called, and no earlier", "[wait-waits]") {
  WEIR_EXPLORE("three guests wait", []() -> asio::awaitable<void> {
    weir::name_this_task("the test");
    const auto executor = co_await asio::this_coro::executor;
    const auto door = make_latch(executor);
    int passed = 0;
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(executor, guest(*door, passed), asio::detached);
    co_await pause(5ms);
    weir::expect(passed == 0, "{} of 3 guests passed a latch that nobody had opened", passed);
    door->open();
    co_await pause(1ms);
    weir::expect(passed == 3, "1 ms after open, {} of 3 guests had passed", passed);
    asio::co_spawn(executor, guest(*door, passed), asio::detached);
    co_await pause(1ms);
    weir::expect(passed == 4, "a guest who came after open still waits 1 ms later");
  });
}

TEST_CASE("a wait that is cancelled throws operation_aborted", "[cancelled]") {
  WEIR_EXPLORE("one of two guests is called away", []() -> asio::awaitable<void> {
    weir::name_this_task("the test");
    const auto executor = co_await asio::this_coro::executor;
    const auto door = make_latch(executor);
    int passed = 0;
    visit away;
    asio::co_spawn(executor, impatient_guest(*door, away),
                   asio::bind_cancellation_slot(away.called_away.slot(), asio::detached));
    asio::co_spawn(executor, guest(*door, passed), asio::detached);
    co_await pause(5ms);
    weir::note("one guest is called away");
    away.called_away.emit(asio::cancellation_type::terminal);
    co_await pause(1ms);
    weir::expect(away.fate == std::string_view("left"),
                 "a wait was cancelled while the latch was closed; the guest {}", away.fate);
    door->open();
    co_await pause(1ms);
    weir::expect(passed == 1, "one guest was called away; the other one did not come in at open");
  });
}
)";

} // namespace weir::grader::skeleton
