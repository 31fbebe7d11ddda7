/// \file
/// What `weir author new` and `weir author new-chapter` write: an exercise and a chapter that are
/// small and whole. @ID@ and @FILE@ stand for the exercise's id and its files' name, @TITLE@ for
/// the chapter's title.
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

[picture]
code = "naive"
at = "100ms"

[[test]]
id = "wait-waits"
points = 2

[[test]]
id = "cancelled"
points = 1

[[hint]]
text = "A nudge: where to look."

[[hint]]
text = "What is wrong there."

[[hint]]
text = "Nearly the answer."
)";

inline constexpr const char* brief = R"(# A latch that opens once

A story from production, with figures: what was built, what happened, what it cost.

## Your task

What `@FILE@.cpp` holds, and what it shall do. Everything that is graded stands here, one promise for
each test:

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

#include <weir/testing.hpp>

using namespace std::chrono_literals;
using namespace weir::testing;

TEST_CASE("wait returns once open has been called, and no earlier", "[wait-waits]") {
  WEIR_EXPLORE("three guests wait", []() -> asio::awaitable<void> {
    weir::name_this_task("the test");
    driver test(co_await asio::this_coro::executor);
    const auto door = make_latch(test.executor());
    std::vector<operation<void>*> guests;
    for (const char* name : {"guest A", "guest B", "guest C"})
      guests.push_back(&test.start(name, [&door] { return door->wait(); }));
    co_await pass(5ms);
    for (const auto* guest : guests)
      expect_pending(*guest, "nobody had opened the latch");
    door->open();
    co_await pass();
    for (const auto* guest : guests)
      expect_ended(*guest, returned(), 5ms, "the latch was opened");
    const auto& late = test.start("a late guest", [&door] { return door->wait(); });
    co_await pass();
    expect_ended(late, returned(), 6ms, "the latch was open");
  });
}

TEST_CASE("a wait that is cancelled throws operation_aborted", "[cancelled]") {
  WEIR_EXPLORE("one of two guests is called away", []() -> asio::awaitable<void> {
    weir::name_this_task("the test");
    driver test(co_await asio::this_coro::executor);
    const auto door = make_latch(test.executor());
    auto& away = test.start("guest called away", [&door] { return door->wait(); });
    const auto& other = test.start("the other guest", [&door] { return door->wait(); });
    co_await pass(5ms);
    away.cancel();
    co_await pass();
    expect_ended(away, cancelled, 5ms, "it was called away while the latch was closed");
    expect_pending(other, "somebody else was called away");
    door->open();
    co_await test.finish();
    expect_ended(other, returned(), 6ms, "the latch was opened");
  });
}
)";

inline constexpr const char* chapter_prose = R"(# @TITLE@

One question that the chapter answers, in a sentence.

## The outage

What was built, what happened, minute by minute and with figures, what it cost.

## The idea

What would have prevented it. Every claim is printed by a program that is compiled and run by the test
suite, and quoted from it:

<!-- quote: examples/idea.cpp#claim -->
```cpp
asio::awaitable<void> wait_for_an_hour() {
  co_await weir::testing::pass(1h);
}
```

<!-- quote: examples/idea.out -->
```text
an hour has passed, and none of yours
```
)";

inline constexpr const char* chapter_quiz = R"(format = 1

[[question]]
id = "first"
text = """
A situation in production, with figures. What is going on?
"""
options = [
  "What one thinks at first.",
  "What it is.",
]
answer = 1
why = """
What gives it away, and why not the other.
"""
)";

inline constexpr const char* chapter_examples =
    R"(# One program per idea of the chapter; each asserts its own claim and prints what the prose quotes.

weir_add_example(idea)
)";

inline constexpr const char* chapter_example = R"(// An hour of virtual time.
#include <weir/explore.hpp>
#include <weir/testing.hpp>

#include <cstdio>

using namespace std::chrono_literals;

// [claim]
asio::awaitable<void> wait_for_an_hour() {
  co_await weir::testing::pass(1h);
}
// [/claim]

int main() {
  const auto found = weir::explore({.name = "an hour"}, wait_for_an_hour);
  if (!found) {
    std::fputs(found.report().c_str(), stderr);
    return 1;
  }
  std::puts("an hour has passed, and none of yours");
}
)";

inline constexpr const char* chapter_output = "an hour has passed, and none of yours\n";

} // namespace weir::grader::skeleton
