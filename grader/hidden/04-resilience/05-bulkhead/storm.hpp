/// \file
/// The storm on the bulkheads: a plan carried out, and what is told of it.
#pragma once

#include "bulkhead.hpp"
#include "plan.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/run.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// Three dependencies in a storm, behind their bulkheads.
class storm_run final : public weir::storm::runner<bulkhead_specification>, public dependency {
public:
  storm_run(const asio::any_io_executor& executor, wall_storm storm)
      : runner(executor, model(storm.sizes), model::state{}, storm.commands.size()),
        storm_(std::move(storm)) {
    std::vector<compartment> compartments;
    for (const model::size& one : storm_.sizes)
      compartments.push_back(
          {.to = this, .max_in_flight = one.in_flight, .max_queued = one.queued});
    walls_ = make_bulkheads(executor, std::move(compartments));
  }

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 20 && driver().pending() != 0; ++round) {
      for (one_call& one : calls_) {
        one.work.finish();
        if (one.inside)
          one.under_way->cancel();
      }
      co_await weir::testing::pass();
    }
    const bool empty = driver().pending() == 0;
    if (empty)
      walls_.reset();
    co_return empty;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override {
    const auto saw_any = [&](event::kind what) {
      return holds(found, [what](const event& one) { return one.what == what; });
    };
    const bool others = holds(found, [](const event& one) { return one.who.to != 0; });
    const bool late = saw_any(event::kind::due) ||
                      holds(found, [](const event& one) { return one.late || one.edge; });
    const bool cancels = saw_any(event::kind::cancel);
    const auto& last = until(found).back().what;
    if (others && !late && !cancels)
      return "isolation";
    if (cancels)
      return any_cancelled_in_flight() ? "places-come-back" : "cancelled-waiter";
    if (late)
      return "deadline";
    if (last && (last->what == event::kind::counts || last->how == model::outcome::refused))
      return "overflow";
    if (weir::storm::follows(model(storm_.sizes, false), model::state{}, until(found)))
      return "in-flight";
    if (full(found))
      return "overflow";
    return saw_any(event::kind::ended) ? "places-come-back" : "in-flight";
  }

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    std::string opening;
    for (std::size_t i = 0; i < storm_.sizes.size(); ++i)
      if (i == 0 || holds(found, [i](const event& one) { return one.who.to == i; }))
        opening += weir::text("{}{} has {} places and a queue of {}", opening.empty() ? "" : ", ",
                              std::array{"A", "B", "C"}[i], std::size_t{storm_.sizes[i].in_flight},
                              std::size_t{storm_.sizes[i].queued});
    return weir::storm::tell(finding(found), opening, until(found), line);
  }

  asio::awaitable<int> call(int request) override {
    one_call& mine = *std::ranges::find(calls_, request, &one_call::request);
    if (mine.kind.at_the_call) {
      begun(mine);
      ended(mine, make_exception(*mine.kind.throws));
      std::rethrow_exception(mine.error);
    }
    return serve(mine);
  }

protected:
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    const wall_command& one = storm_.commands[command];
    return one.what == wall_command::kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    const wall_command& one = storm_.commands[command];
    switch (one.what) {
    case wall_command::kind::call:
      make(one);
      break;
    case wall_command::kind::finish:
      if (one_call* const chosen =
              weir::storm::choose(calls_, one.whom, std::mem_fn(&one_call::running)))
        chosen->work.finish();
      break;
    case wall_command::kind::cancel:
      if (one_call* const chosen =
              weir::storm::choose(calls_, one.whom, std::mem_fn(&one_call::inside))) {
        note({.what = event::kind::cancel, .who = chosen->who});
        chosen->cancelled_in_flight = chosen->running;
        chosen->under_way->cancel();
      }
      break;
    case wall_command::kind::none:
      break;
    }
  }

  void read() override {
    for (one_call& one : calls_)
      if (one.limited && weir::now() > one.start_by) {
        one.limited = false;
        note({.what = event::kind::over, .who = one.who});
      }
    for (std::uint8_t i = 0; i < storm_.sizes.size(); ++i)
      note({.what = event::kind::counts,
            .who = {.id = 0, .to = i},
            .in_flight = walls_->in_flight(i),
            .queued = walls_->queued(i)});
  }

  /// Everybody is answered, and there are as many places as ever.
  asio::awaitable<bool> epilogue() override {
    bool good = co_await finish_all();
    const std::size_t many = std::size_t{storm_.sizes[0].in_flight} + storm_.sizes[0].queued;
    for (std::size_t i = 0; good && i <= many; ++i)
      make({});
    if (good)
      good = co_await a_quiet_moment();
    if (good)
      good = co_await finish_all();
    if (good && driver().pending() == 0)
      walls_.reset();
    co_return good;
  }

private:
  struct one_call {
    one_call(const asio::any_io_executor& executor, model::caller its_who, wall_command its_kind)
        : who(its_who), request(its_who.id), kind(its_kind), work(executor) {}

    model::caller who;
    int request;
    wall_command kind;
    weir::testing::job work;
    weir::testing::any_operation* under_way = nullptr;
    std::chrono::nanoseconds start_by{};
    std::exception_ptr error;
    bool limited = false;
    bool due = false;
    bool inside = false;
    bool running = false;
    bool cancelled_in_flight = false;
  };

  [[nodiscard]] bool any_cancelled_in_flight() const {
    return std::ranges::any_of(calls_, &one_call::cancelled_in_flight);
  }

  /// The one that something is wrong with was made when there was neither a place nor room.
  [[nodiscard]] bool full(const deviation_type& found) const {
    const auto* const due = model::first_due(found.last);
    return due != nullptr && due->at == model::guest::stage::done &&
           due->how == model::outcome::refused;
  }

  /// Whose `start_by` is now may end in this instant, whoever notices first.
  void tell_what_is_due() {
    for (one_call& one : calls_)
      if (one.limited && !one.due && one.inside && weir::now() == one.start_by) {
        one.due = true;
        saw({.what = event::kind::due, .who = one.who});
      }
  }

  void note(event what) {
    tell_what_is_due();
    saw(std::move(what));
  }

  void make(const wall_command& how) {
    one_call& mine = calls_.emplace_back(
        driver().executor(),
        model::caller{.id = static_cast<std::uint16_t>(calls_.size() + 1), .to = how.to}, how);
    mine.under_way = &driver().start(
        called(mine.who),
        [this, &mine] {
          using patience = wall_command::patience;
          using namespace std::chrono_literals;
          mine.inside = true;
          const auto waits = mine.kind.waits;
          mine.start_by = weir::now() + (waits == patience::any_time        ? 24h
                                         : waits == patience::half_a_moment ? 500us
                                         : waits == patience::none          ? 0us
                                                                            : -1us);
          mine.limited = waits == patience::half_a_moment;
          if (mine.limited)
            driver().at(500us, [this] { tell_what_is_due(); });
          note({.what = event::kind::call,
                .who = mine.who,
                .late = waits == patience::negative,
                .edge = waits == patience::none});
          return walls_->call(mine.who.to, mine.request, time_point(mine.start_by));
        },
        [this, &mine](auto& one) { back(mine, one); });
  }

  void back(one_call& mine, weir::testing::operation<int>& one) {
    tell_what_is_due();
    mine.inside = false;
    model::outcome how = weir::storm::outcome_of(one.fate().thrown());
    const bool wrong_answer = one.fate().returned() && one.fate().value() != 100 * mine.request;
    const bool wrong_moment =
        how == model::outcome::timed_out && mine.limited && one.ended_at() != mine.start_by;
    if (wrong_answer || wrong_moment)
      how = model::outcome::other;
    note({.what = event::kind::back, .who = mine.who, .how = how, .error = one.text()});
  }

  void begun(one_call& mine) {
    mine.running = true;
    note({.what = event::kind::begun, .who = mine.who});
  }

  void ended(one_call& mine, std::exception_ptr error) {
    mine.running = false;
    mine.error = std::move(error);
    note({.what = event::kind::ended, .who = mine.who, .how = weir::storm::outcome_of(mine.error)});
  }

  asio::awaitable<int> serve(one_call& mine) {
    begun(mine);
    const bool told = co_await mine.work.run();
    ended(mine, !told              ? make_exception(weir::storm::thrown::aborted)
                : mine.kind.throws ? make_exception(*mine.kind.throws)
                                   : std::exception_ptr());
    if (mine.error)
      std::rethrow_exception(mine.error);
    co_return 100 * mine.request;
  }

  asio::awaitable<bool> finish_all() {
    bool good = true;
    for (int round = 0; good && driver().pending() != 0 && round < 40; ++round) {
      for (one_call& one : calls_)
        if (one.running)
          one.work.finish();
      good = co_await a_quiet_moment();
    }
    co_return good;
  }

  [[nodiscard]] std::string finding(const deviation_type& found) const {
    using stage = model::guest::stage;
    const auto& last = until(found).back().what;
    const model::state& at = found.last;
    const auto situation = [&](std::size_t to) {
      return weir::text("{} has {} of {} places taken and {} of {} waiting",
                        std::array{"A", "B", "C"}[to], model::count(at, to, stage::running),
                        std::size_t{storm_.sizes[to].in_flight},
                        model::count(at, to, stage::in_line), std::size_t{storm_.sizes[to].queued});
    };
    if (last && last->what == event::kind::counts)
      return weir::text("in_flight() says {} and queued() {}, where {}", last->in_flight,
                        last->queued, situation(last->who.to));
    if (last && last->what == event::kind::over)
      return called(last->who) + " still waits, and its start_by has passed";
    if (last && last->what == event::kind::back && last->how == model::outcome::other)
      return weir::text("{} {}, and that was not due", called(last->who), last->error);
    if (last)
      return weir::text("{}, and that was not due: {}", line(*last), situation(last->who.to));
    const auto* const due = model::first_due(at);
    if (due == nullptr)
      return "something is left to do";
    if (due->at == stage::placed || due->at == stage::called)
      return weir::text("{} has not been started: {}", called(due->who), situation(due->who.to));
    if (due->at == stage::in_line ||
        (due->at == stage::done && due->how == model::outcome::aborted))
      return called(due->who) + " was cancelled and has not ended";
    return weir::text("{} has not ended; it {}", called(due->who), words(due->how));
  }

  wall_storm storm_;
  std::list<one_call> calls_;
  std::unique_ptr<bulkheads> walls_;
};

/// The scenario: a storm in which only what breaks `promise` is a finding. First without what the
/// focus adds: what deviates then does not need it.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const wall_storm whole = draw_storm(focus);
  std::vector<wall_storm> runs;
  if (focus == storm_focus::walls)
    for (std::uint8_t to = 0; to < 3; ++to)
      runs.push_back(whole.without([to](const wall_command& one) {
        return one.what == wall_command::kind::call && one.to != to;
      }));
  if (focus == storm_focus::cancelling)
    runs.push_back(whole.without(
        [](const wall_command& one) { return one.what == wall_command::kind::cancel; }));
  runs.push_back(whole);
  bool good = true;
  for (std::size_t i = 0; good && i < runs.size(); ++i) {
    storm_run run(executor, runs[i]);
    good = co_await held(run, promise);
  }
}

} // namespace weir_hidden
