/// \file
/// The storm on a meter: what it draws, how it is carried out, and under which promise a deviation
/// is told.
#pragma once

#include "pass_it_on.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

struct meter_command {
  enum class kind : std::uint8_t {
    none,
    ask,
    finish,
    fail,
    fail_at_call,
    cancel,
    pass
  } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  weir::storm::thrown error = weir::storm::thrown::system_error;
  std::size_t whom = 0; ///< counted among those who wait
};

struct meter_storm {
  std::chrono::nanoseconds pause{};
  std::size_t cancelled_operations = 0; ///< how they end
  std::vector<meter_command> commands;

  [[nodiscard]] meter_storm without_cancellation() const {
    meter_storm rest = *this;
    for (meter_command& one : rest.commands)
      if (one.what == meter_command::kind::cancel)
        one.what = meter_command::kind::none;
    return rest;
  }
};

inline meter_storm draw_storm(bool cancelling) {
  using namespace std::chrono_literals;
  using enum meter_command::kind;
  using table = std::array<meter_command::kind, 12>;
  static constexpr table plain{none, ask,    finish, ask,    finish, fail,
                               pass, finish, ask,    finish, fail,   fail_at_call};
  static constexpr table with_cancels{none, ask,    finish, cancel, ask,    fail,
                                      pass, finish, cancel, ask,    finish, fail_at_call};
  static constexpr std::array<std::chrono::nanoseconds, 4> pauses{1ms, 2ms, 900us, 1ns};
  const auto drawn = weir::storm::draw_plan({.header = {pauses.size(), 4},
                                             .command = {12, 8, 4, weir::storm::moment_draws},
                                             .commands = 11});
  meter_storm storm{
      .pause = pauses[drawn.header[0]], .cancelled_operations = drawn.header[1], .commands = {}};
  for (const auto& fields : drawn.commands)
    storm.commands.push_back(
        {.what = (cancelling ? with_cancels : plain)[fields[0]],
         .when = weir::storm::moment_of(fields[3]),
         .error = static_cast<weir::storm::thrown>(fields[1] % weir::storm::thrown_kinds),
         .whom = fields[2]});
  return storm;
}

/// A meter in a storm, its callers, and the wire below it.
class storm_run final : public weir::storm::runner<meter_specification>, public wire {
public:
  storm_run(const asio::any_io_executor& executor, meter_storm storm)
      : runner(executor, model(), model::state{.pause = storm.pause}, storm.commands.size() + 1),
        storm_(std::move(storm)),
        timer_(executor),
        meter_(make_meter(executor, *this, storm_.pause)) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 40 && driver().pending() != 0; ++round) {
      end_operation({});
      if (round >= 20)
        for (weir::testing::operation<int>* const one : calls_)
          one->cancel();
      co_await weir::testing::pass();
    }
    const bool empty = driver().pending() == 0 && !busy_;
    if (empty)
      meter_.reset();
    co_return empty;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const meter_story tale(found.last);
    return weir::storm::tell(tale.finding(until(found).back().what),
                             weir::text("the pause is {}", storm_.pause), until(found),
                             meter_story::line);
  }

  // The wire.

  asio::awaitable<void> connect() override { return call(step::connect, 0); }

  asio::awaitable<void> send(int request) override {
    return call(step::send, static_cast<std::size_t>(request));
  }

  asio::awaitable<int> receive() override { return answer(call(step::receive, 0)); }

  void cancel() override {
    if (busy_ && !ends_ && !tidies_up_)
      timer_.cancel();
  }

  void close() override {
    note({.what = event::kind::closed});
    owed_.clear();
  }

private:
  using outcome = model::outcome;
  using kind = meter_command::kind;

  void note(event what) {
    what.at = weir::now();
    saw(std::move(what));
  }

  /// The first one asks: a meter that nobody asks is drawn seldom enough.
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    if (command == 0)
      return weir::storm::moment::at_once;
    const meter_command& one = storm_.commands[command - 1];
    return one.what == kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    if (command == 0)
      return ask();
    const meter_command& one = storm_.commands[command - 1];
    switch (one.what) {
    case kind::ask:
      return ask();
    case kind::finish:
      return end_operation({});
    case kind::fail:
      return end_operation(one.error);
    case kind::fail_at_call:
      if (!somebody_gives_up())
        next_throws_ = one.error;
      return;
    case kind::cancel:
      return cancel_one(one.whom);
    case kind::pass:
    case kind::none:
      return;
    }
  }

  void ask() {
    const std::size_t id = calls_.size() + 1;
    calls_.push_back(&driver().start(
        weir::text("ask({})", id),
        [this, id] {
          note({.what = event::kind::ask, .id = id});
          return meter_->ask(static_cast<int>(id));
        },
        [this, id](const auto& one) {
          const auto& fate = one.fate();
          note({.what = event::kind::back,
                .id = id,
                .how = weir::storm::outcome_of(fate.thrown()),
                .answered = fate.returned() ? static_cast<std::size_t>(fate.value() - 1000) : 0});
        }));
  }

  /// Nobody is cancelled before his call has begun: the driver alone would end it.
  void cancel_one(std::size_t whom) {
    auto* const found = weir::storm::choose(
        calls_, whom, [this](const auto* one) { return one->pending() && has_begun(*one); });
    if (found == nullptr)
      return;
    const auto id = static_cast<std::size_t>(found - calls_.data()) + 1;
    cancelled_.push_back(id);
    next_throws_.reset();
    note({.what = event::kind::cancel, .id = id});
    (*found)->cancel();
  }

  /// He may call what he never awaits: that is to begin nothing, and must not throw, either.
  [[nodiscard]] bool somebody_gives_up() const {
    return std::ranges::any_of(cancelled_,
                               [this](std::size_t id) { return calls_[id - 1]->pending(); });
  }

  [[nodiscard]] bool has_begun(const weir::testing::operation<int>& call) const {
    return std::ranges::any_of(seen().history(), [&](const entry& one) {
      return one.what && one.what->what == event::kind::ask && calls_[one.what->id - 1] == &call;
    });
  }

  void end_operation(std::optional<weir::storm::thrown> how) {
    if (!busy_ || tidies_up_)
      return;
    ends_ = true;
    fails_ = how;
    timer_.cancel();
  }

  asio::awaitable<void> call(step what, std::size_t request) {
    if (next_throws_) {
      const std::exception_ptr error = make_exception(*std::exchange(next_throws_, std::nullopt));
      note({.what = event::kind::failed,
            .id = request,
            .operation = what,
            .how = weir::storm::outcome_of(error)});
      if (what == step::send)
        owed_.push_back(request); // the meter may have got it all the same
      if (what == step::connect)
        owed_.clear();
      std::rethrow_exception(error);
    }
    return work(what, request);
  }

  asio::awaitable<void> work(step what, std::size_t request) {
    note({.what = event::kind::begun, .id = request, .operation = what});
    weir::expect(!busy_, "{} was called while another operation was under way", name_of(what));
    busy_ = true;
    ends_ = false;
    if (what == step::connect)
      owed_.clear();
    if (what == step::send)
      owed_.push_back(request);
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none) {
      boost::system::error_code interrupted;
      timer_.expires_at(asio::steady_timer::time_point::max());
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
    }
    std::optional<weir::storm::thrown> how = fails_;
    if (!ends_) {
      note({.what = event::kind::told, .operation = what});
      how = co_await tidy();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    busy_ = false;
    const std::exception_ptr error = how ? make_exception(*how) : nullptr;
    note({.what = event::kind::ended, .operation = what, .how = weir::storm::outcome_of(error)});
    if (error)
      std::rethrow_exception(error);
  }

  /// How the cancelled operation ends, which takes a while every other time.
  asio::awaitable<std::optional<weir::storm::thrown>> tidy() {
    using weir::storm::thrown;
    static constexpr std::array<std::optional<thrown>, 4> ends{
        thrown::aborted, std::nullopt, thrown::runtime_error, thrown::number};
    const std::size_t number = storm_.cancelled_operations + cancelled_so_far_++;
    tidies_up_ = true;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::microseconds(number % 2 == 0 ? 0 : 900);
    while (std::chrono::steady_clock::now() < until) {
      boost::system::error_code ignored;
      timer_.expires_at(until);
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    tidies_up_ = false;
    co_return ends[number % ends.size()];
  }

  asio::awaitable<int> answer(asio::awaitable<void> work) {
    co_await std::move(work);
    const std::size_t to = owed_.empty() ? 0 : owed_.front();
    if (!owed_.empty())
      owed_.pop_front();
    co_return static_cast<int>(to) + 1000;
  }

  void read() override { note({.what = event::kind::clock}); }

  /// Whatever is called comes to a good end, until all are home.
  asio::awaitable<bool> epilogue() override {
    next_throws_.reset();
    bool good = true;
    for (int round = 0; good && round < 60 && driver().pending() != 0; ++round) {
      end_operation({});
      good = co_await a_quiet_moment();
    }
    co_return good;
  }

  meter_storm storm_;
  asio::steady_timer timer_;
  std::unique_ptr<meter> meter_;
  std::vector<weir::testing::operation<int>*> calls_;
  std::vector<std::size_t> cancelled_; ///< whose calls were
  std::deque<std::size_t> owed_;       ///< whose answers come on this connection
  std::optional<weir::storm::thrown> next_throws_;
  std::optional<weir::storm::thrown> fails_;
  std::size_t cancelled_so_far_ = 0;
  bool busy_ = false;
  bool ends_ = false; ///< by itself
  bool tidies_up_ = false;
};

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using seen = event::kind;
  const auto& last = until(found).back().what;
  if (last && last->what == seen::back && last->how == outcome::returned &&
      last->answered != last->id)
    return "no-strangers";
  if (last && last->what == seen::begun && last->operation != step::connect && found.last.has &&
      !found.last.has->under_way && model::due(found.last) == step::connect)
    return "no-strangers";
  switch (found.last.met) {
  case model::place::in_line:
    return "in-line";
  case model::place::in_between:
    return "in-between";
  case model::place::on_the_wire:
    return "on-the-wire";
  case model::place::in_the_pause:
    return "in-the-pause";
  case model::place::nowhere:
    break;
  }
  const bool no_connection = holds(found, [](const event& one) {
    return one.operation == step::connect && one.how != outcome::returned &&
           (one.what == seen::ended || one.what == seen::failed);
  });
  return no_connection ? "reconnects" : "one-at-a-time";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with cancellations
/// first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(std::string_view promise, bool cancelling) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const meter_storm whole = draw_storm(cancelling);
  if (cancelling && promise != "no-strangers") {
    storm_run control(executor, whole.without_cancellation());
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
