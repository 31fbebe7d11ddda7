/// \file
/// The storm on a supervisor: what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "specification.hpp"
#include "story.hpp"
#include "supervisor.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { ends, cancelling };

struct storm_command {
  enum class kind : std::uint8_t { none, fail, finish, crash, pass, cancel } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  weir::storm::thrown error = weir::storm::thrown::system_error;
  std::size_t whom = 0;     ///< counted among those who run
  bool at_the_call = false; ///< of a crash: so the next start fails
};

struct supervisor_storm {
  std::size_t children = 1;
  restart_policy policy;
  std::size_t cancelled_children = 0; ///< how they end
  std::vector<storm_command> commands;

  [[nodiscard]] supervisor_storm without_cancellation() const {
    supervisor_storm rest = *this;
    for (storm_command& one : rest.commands)
      if (one.what == storm_command::kind::cancel)
        one.what = storm_command::kind::none;
    return rest;
  }
};

inline supervisor_storm draw_storm(storm_focus focus) {
  using namespace std::chrono_literals;
  using enum storm_command::kind;
  static constexpr std::array<std::size_t, 8> children{1, 2, 3, 4, 2, 3, 1, 0};
  static constexpr std::array<std::size_t, 8> intensities{1, 2, 3, 0, 1, 2, SIZE_MAX, 5};
  static constexpr std::array<std::chrono::nanoseconds, 8> periods{
      5ms, 3ms, 10ms, 2ms, std::chrono::nanoseconds::max(), 1ns, 4ms, 2900us};
  static constexpr std::array<std::chrono::nanoseconds, 8> backoffs{1ms, 2ms,   0ns, 3ms,
                                                                    1ms, 900us, 1us, 24h};
  using table = std::array<storm_command::kind, 12>;
  static constexpr table ends{none, fail, fail, finish, fail, crash,
                              fail, pass, fail, pass,   fail, crash};
  static constexpr table cancelling{none, fail, cancel, finish, fail, crash,
                                    fail, pass, cancel, pass,   fail, cancel};
  const auto drawn = weir::storm::draw_plan(
      {.header = {8, 8, 8, 8, 8}, .command = {12, 8, 4, weir::storm::moment_draws}, .commands = 9});
  supervisor_storm storm;
  storm.children = children[drawn.header[0]];
  storm.policy = {.intensity = intensities[drawn.header[1]],
                  .period = periods[drawn.header[2]],
                  .backoff = backoffs[drawn.header[3]]};
  if (focus == storm_focus::ends) // nobody is sent home there
    storm.policy.backoff = std::min(storm.policy.backoff, std::chrono::nanoseconds(3ms));
  storm.cancelled_children = drawn.header[4];
  for (const auto& fields : drawn.commands) {
    storm_command one;
    one.what = (focus == storm_focus::ends ? ends : cancelling)[fields[0]];
    one.error = static_cast<weir::storm::thrown>(fields[1] % weir::storm::thrown_kinds);
    one.at_the_call = fields[1] >= weir::storm::thrown_kinds;
    one.whom = fields[2];
    one.when = one.what == pass ? weir::storm::moment::quiet : weir::storm::moment_of(fields[3]);
    storm.commands.push_back(one);
  }
  return storm;
}

/// A supervisor in a storm, and its children.
class storm_run final : public weir::storm::runner<supervisor_specification> {
public:
  storm_run(const asio::any_io_executor& executor, supervisor_storm storm)
      : runner(executor, model(), model::start(storm.policy, storm.children),
               storm.commands.size()),
        storm_(std::move(storm)),
        members_(storm_.children) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 30 && !gone(); ++round) {
      for (member& one : members_) {
        one.ends = {};
        one.crashes = 0;
        if (one.work)
          one.work->finish();
      }
      if (round >= 10)
        supervised_->cancel();
      co_await weir::testing::pass();
    }
    co_return gone();
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const supervisor_story tale(found.last);
    const auto& what = until(found).back().what;
    return weir::storm::tell(tale.finding(what),
                             weir::text("children: {}, intensity: {}, period: {}, backoff: {}",
                                        storm_.children, storm_.policy.intensity,
                                        storm_.policy.period, storm_.policy.backoff),
                             until(found), supervisor_story::line);
  }

private:
  using outcome = model::outcome;

  struct member {
    std::exception_ptr ends;            ///< with what it ends when it is told to; null: it returns
    std::size_t crashes = 0;            ///< so many of its next starts fail at once
    bool at_the_call = false;           ///< and that already when it is called
    weir::testing::job* work = nullptr; ///< while it runs
    bool cancelled = false;

    [[nodiscard]] bool runs() const { return work != nullptr && !cancelled; }
  };

  void note(event what) {
    what.at = weir::now();
    saw(std::move(what));
  }

  [[nodiscard]] bool gone() const {
    return !supervised_->pending() &&
           std::ranges::none_of(members_, [](const member& one) { return one.work != nullptr; });
  }

  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    const storm_command& one = storm_.commands[command];
    return one.what == storm_command::kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    const storm_command& one = storm_.commands[command];
    if (one.what == storm_command::kind::cancel) {
      cancel();
      return;
    }
    if (one.what == storm_command::kind::pass)
      return;
    member* const found = weir::storm::choose(members_, one.whom, std::mem_fn(&member::runs));
    if (found == nullptr)
      return;
    found->ends = one.what == storm_command::kind::finish ? nullptr : make_exception(one.error);
    found->crashes = 0;
    if (one.what == storm_command::kind::crash) {
      found->crashes = 1 + one.whom % 2;
      found->at_the_call = one.at_the_call;
    }
    found->work->finish();
  }

  void cancel() {
    if (!supervised_->pending())
      return;
    note({.what = event::kind::cancel});
    supervised_->cancel();
  }

  void begin() override {
    std::vector<child> children;
    for (std::size_t i = 0; i < members_.size(); ++i)
      children.push_back([this, i] { return call(i); });
    supervised_ = &driver().start(
        "supervise()",
        [this, children = std::move(children)] {
          note({.what = event::kind::begin});
          return supervise(children, storm_.policy);
        },
        [this](auto& one) {
          note({.what = event::kind::back,
                .how = weir::storm::outcome_of(one.fate().thrown()),
                .error = one.text()});
        });
  }

  asio::awaitable<void> call(std::size_t who) {
    member& mine = members_[who];
    if (mine.crashes != 0 && mine.at_the_call) {
      --mine.crashes;
      note({.what = event::kind::failed, .who = who, .how = weir::storm::outcome_of(mine.ends)});
      std::rethrow_exception(mine.ends);
    }
    note({.what = event::kind::called, .who = who});
    return live(who);
  }

  asio::awaitable<void> live(std::size_t who) {
    member& mine = members_[who];
    note({.what = event::kind::begun, .who = who});
    const bool stubborn = (storm_.cancelled_children + who) % 3 == 1;
    weir::testing::job work(
        driver().executor(),
        {.tidies = std::chrono::microseconds(stubborn ? 900 : 0), .when_cancelled = [this, who] {
           members_[who].cancelled = true;
           note({.what = event::kind::told, .who = who});
         }});
    mine.work = &work;
    mine.cancelled = false;
    if (mine.crashes != 0) {
      --mine.crashes;
      work.finish();
    }
    bool came_to_its_end = false;
    try {
      came_to_its_end = co_await work.run();
    } catch (const boost::system::system_error&) { // cancelled before it came to the first wait
      mine.cancelled = true;
      note({.what = event::kind::told, .who = who});
    }
    mine.work = nullptr;
    const std::exception_ptr how = came_to_its_end ? mine.ends : end_of_cancelled(who);
    note({.what = event::kind::ended, .who = who, .how = weir::storm::outcome_of(how)});
    if (how)
      std::rethrow_exception(how);
  }

  [[nodiscard]] std::exception_ptr end_of_cancelled(std::size_t who) const {
    switch ((storm_.cancelled_children + who) % 4) {
    case 2:
      return nullptr;
    case 3:
      return make_exception(weir::storm::thrown::runtime_error);
    default:
      return make_exception(weir::storm::thrown::aborted);
    }
  }

  void read() override { note({.what = event::kind::clock}); }

  /// All who run are done; who is in a pause for too long is sent home.
  asio::awaitable<bool> epilogue() override {
    bool good = true;
    for (int round = 0; good && round < 16 && supervised_->pending(); ++round) {
      if (round == 12)
        cancel();
      for (member& one : members_) {
        one.crashes = 0;
        if (!one.runs())
          continue;
        one.ends = nullptr;
        one.work->finish();
      }
      good = co_await a_quiet_moment();
    }
    if (good)
      good = co_await a_quiet_moment(); // the instant of the end is over
    co_return good;
  }

  supervisor_storm storm_;
  std::vector<member> members_;
  weir::testing::any_operation* supervised_ = nullptr;
};

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using kind = event::kind;
  using stage = model::seat::stage;
  const auto seen = until(found);
  std::vector<std::size_t> failures(storm_.children);
  std::vector<bool> pausing(storm_.children);
  bool cancelled = false;
  bool cancelled_in_a_pause = false;
  for (const entry& one : seen) {
    if (!one.what)
      continue;
    const event& what = *one.what;
    if (what.what == kind::cancel && !cancelled) {
      cancelled = true;
      cancelled_in_a_pause = std::ranges::find(pausing, true) != pausing.end();
    }
    if ((what.what == kind::ended && what.how != outcome::returned) || what.what == kind::failed) {
      ++failures[what.who];
      pausing[what.who] = true;
    }
    if (what.what == kind::called)
      pausing[what.who] = false;
  }
  if (cancelled)
    return cancelled_in_a_pause ? "cancelled-in-a-pause" : "cancelled";
  const auto total = std::reduce(failures.begin(), failures.end());
  if (weir::storm::follows(model(false), model::start(storm_.policy, storm_.children), seen))
    return total == 1 && storm_.policy.intensity > 1 ? "restarted" : "intensity";
  if (found.last.gave_up)
    return "escalates";
  const auto failed = std::ranges::count_if(failures, [](std::size_t many) { return many != 0; });
  if (failed == 0)
    return "together";
  const auto& last = seen.back().what;
  const bool somebody_told = last && last->what == kind::told;
  const bool others = std::ranges::any_of(
      found.last.seats, [](const model::seat& one) { return one.at == stage::running; });
  return failed > 1 || (somebody_told && others) ? "undisturbed" : "restarted";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with cancellations
/// first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const supervisor_storm whole = draw_storm(focus);
  if (focus == storm_focus::cancelling) {
    storm_run control(executor, whole.without_cancellation());
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
