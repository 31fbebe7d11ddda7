/// \file
/// The storm on a task group: what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "specification.hpp"
#include "story.hpp"
#include "task_group.hpp"

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

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { peaceful, failing, cancelling, parent };

struct group_command {
  enum class kind : std::uint8_t {
    none,
    start,
    finish,
    fail,
    join,
    cancel,
    cancel_join,
    start_and_finish, ///< a child starts another as its last deed
    cancel_and_finish ///< a child calls cancel()
  } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  weir::storm::thrown error = weir::storm::thrown::system_error;
  std::size_t whom = 0; ///< counted among those who run; of a start, how it behaves
};

struct group_storm {
  bool kept = false; ///< after the end of join(); otherwise it goes in that instant
  std::vector<group_command> commands;

  /// Without the cancellations.
  [[nodiscard]] group_storm without(std::initializer_list<group_command::kind> unwanted) const {
    group_storm rest = *this;
    for (group_command& one : rest.commands)
      if (std::ranges::find(unwanted, one.what) != unwanted.end())
        one.what = group_command::kind::none;
    return rest;
  }
};

inline group_storm draw_storm(storm_focus focus) {
  using enum group_command::kind;
  using table = std::array<group_command::kind, 12>;
  static constexpr table peaceful{none,  start,  start,  finish,
                                  join,  start,  finish, start_and_finish,
                                  start, finish, start,  join};
  static constexpr table failing{none,  start,  start, fail, join, start, fail, start_and_finish,
                                 start, finish, start, fail};
  static constexpr table cancelling{none,  start, start,  cancel,
                                    join,  start, finish, cancel_and_finish,
                                    start, fail,  start,  cancel};
  static constexpr table parent{none, start, start,  cancel_join, join,   start,
                                fail, join,  finish, start,       cancel, cancel_join};
  const table& of = focus == storm_focus::peaceful     ? peaceful
                    : focus == storm_focus::failing    ? failing
                    : focus == storm_focus::cancelling ? cancelling
                                                       : parent;
  const auto drawn = weir::storm::draw_plan(
      {.header = {2}, .command = {12, 8, 8, weir::storm::moment_draws}, .commands = 10});
  group_storm storm{.kept = drawn.header[0] == 1, .commands = {}};
  for (const auto& fields : drawn.commands)
    storm.commands.push_back(
        {.what = of[fields[0]],
         .when = weir::storm::moment_of(fields[3]),
         .error = static_cast<weir::storm::thrown>(fields[1] % weir::storm::thrown_kinds),
         .whom = fields[2]});
  return storm;
}

/// A group in a storm, and its children.
class storm_run final : public weir::storm::runner<group_specification> {
public:
  storm_run(const asio::any_io_executor& executor, group_storm storm)
      : runner(executor, model(), model::state{}, storm.commands.size() + 1),
        storm_(std::move(storm)),
        group_(make_task_group(executor)) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 30 && !gone(); ++round) {
      for (member& one : members_) {
        one.ends = {};
        if (one.work)
          one.work->finish();
      }
      join();
      if (round >= 10)
        joining_->cancel();
      co_await weir::testing::pass();
    }
    co_return gone();
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const group_story tale(found.last);
    return weir::storm::tell(tale.finding(until(found).back().what), "a group is made",
                             until(found), group_story::line);
  }

private:
  using outcome = model::outcome;
  using kind = group_command::kind;

  struct member {
    std::size_t behaves = 0;
    std::exception_ptr ends;            ///< with what it ends when it is told to; null: it returns
    std::optional<kind> last_deed{};    ///< what it does before
    weir::testing::job* work = nullptr; ///< while it runs
    bool cancelled = false;

    [[nodiscard]] bool runs() const { return work != nullptr && !cancelled; }
  };

  void note(event what) {
    what.at = weir::now();
    if (starting_ == 0)
      saw(std::move(what));
    else
      inside_start_.push_back(std::move(what));
  }

  [[nodiscard]] bool gone() const {
    return joining_ != nullptr && !joining_->pending() &&
           std::ranges::none_of(members_, [](const member& one) { return one.work != nullptr; });
  }

  /// The first one is a start: a group of nobody is drawn seldom enough.
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    if (command == 0)
      return weir::storm::moment::at_once;
    const group_command& one = storm_.commands[command - 1];
    return one.what == kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    if (command == 0)
      return start(0, {});
    const group_command& one = storm_.commands[command - 1];
    switch (one.what) {
    case kind::start:
      return start(one.whom, one.error);
    case kind::join:
      return join();
    case kind::cancel:
      return cancel();
    case kind::cancel_join:
      if (joining_ && joining_->pending() && joined_at_ < weir::now()) {
        note({.what = event::kind::cancel_join});
        joining_->cancel();
      }
      return;
    default:
      break;
    }
    member* const found = weir::storm::choose(members_, one.whom, std::mem_fn(&member::runs));
    if (found == nullptr)
      return;
    found->ends = one.what == kind::fail ? make_exception(one.error) : nullptr;
    if (one.what == kind::start_and_finish || one.what == kind::cancel_and_finish)
      found->last_deed = one.what;
    found->work->finish();
  }

  /// \param behaves 5: it is done at once; 6: calling it throws; 7: it throws before it has waited
  void start(std::size_t behaves, weir::storm::thrown error) {
    if (group_ == nullptr)
      return;
    const std::size_t who = members_.size();
    member& mine = members_.emplace_back(member{.behaves = behaves, .ends = {}});
    if (behaves >= 6)
      mine.ends = make_exception(error);
    // What happens inside start() is seen after it: only its return tells whether it was taken.
    const auto place = inside_start_.size();
    ++starting_;
    const bool taken = group_->start([this, who] { return call(who); });
    --starting_;
    inside_start_.insert(inside_start_.begin() + static_cast<std::ptrdiff_t>(place),
                         event{.what = taken ? event::kind::taken : event::kind::refused,
                               .at = weir::now(),
                               .who = who});
    if (starting_ == 0)
      for (event& one : std::exchange(inside_start_, {}))
        saw(std::move(one));
  }

  void cancel() {
    if (group_ == nullptr)
      return;
    note({.what = event::kind::cancel});
    group_->cancel();
  }

  void join() {
    if (joining_ != nullptr)
      return;
    joined_at_ = weir::now();
    joining_ = &driver().start(
        "join()",
        [this] {
          note({.what = event::kind::join});
          return group_->join();
        },
        [this](auto& one) { came_back(one.fate().thrown()); });
  }

  void came_back(const std::exception_ptr& error) {
    event what{.what = event::kind::back, .how = weir::storm::outcome_of(error)};
    try {
      if (error)
        std::rethrow_exception(error);
    } catch (const group_error& all) {
      for (const std::exception_ptr& one : all.errors())
        what.errors.push_back(weir::storm::outcome_of(one));
    } catch (...) {
      // said above
    }
    note(std::move(what));
    if (!storm_.kept &&
        std::ranges::none_of(members_, [](const member& one) { return one.work != nullptr; }))
      group_.reset();
  }

  asio::awaitable<void> call(std::size_t who) {
    const member& mine = members_[who];
    if (mine.behaves == 6) {
      note({.what = event::kind::failed, .who = who, .how = weir::storm::outcome_of(mine.ends)});
      std::rethrow_exception(mine.ends);
    }
    note({.what = event::kind::called, .who = who});
    return live(who);
  }

  asio::awaitable<void> live(std::size_t who) {
    member& mine = members_[who];
    const auto told = [this, who] {
      members_[who].cancelled = true;
      note({.what = event::kind::told, .who = who});
    };
    note({.what = event::kind::begun, .who = who});
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    weir::testing::job work(driver().executor(), {.when_cancelled = told});
    mine.work = &work;
    if (mine.behaves == 5 || mine.behaves == 7)
      work.finish();
    const bool came_to_its_end = co_await work.run();
    if (!came_to_its_end)
      co_await tidy(told, std::chrono::microseconds(who % 2 == 1 ? 900 : 0));
    mine.work = nullptr;
    if (came_to_its_end && mine.last_deed == kind::start_and_finish)
      start(0, {});
    if (came_to_its_end && mine.last_deed == kind::cancel_and_finish)
      cancel();
    co_await asio::this_coro::throw_if_cancelled(throws);
    const std::exception_ptr how = came_to_its_end ? mine.ends : end_of_cancelled(who);
    note({.what = event::kind::ended, .who = who, .how = weir::storm::outcome_of(how)});
    if (how)
      std::rethrow_exception(how);
  }

  /// Cancelled once more, it says so and goes on.
  asio::awaitable<void> tidy(std::function<void()> told, std::chrono::nanoseconds time) {
    asio::steady_timer timer(driver().executor());
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      boost::system::error_code again;
      timer.expires_at(until);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, again));
      if (again)
        told();
    }
  }

  [[nodiscard]] static std::exception_ptr end_of_cancelled(std::size_t who) {
    switch (who % 3) {
    case 2:
      return nullptr;
    case 1:
      return make_exception(weir::storm::thrown::runtime_error);
    default:
      return make_exception(weir::storm::thrown::aborted);
    }
  }

  void read() override { note({.what = event::kind::clock}); }

  /// All who run are done, and somebody joins, unless somebody has.
  asio::awaitable<bool> epilogue() override {
    join();
    bool good = co_await a_quiet_moment();
    for (int round = 0; good && round < 16 && joining_->pending(); ++round) {
      for (member& one : members_)
        if (one.runs()) {
          one.ends = nullptr;
          one.work->finish();
        }
      good = co_await a_quiet_moment();
    }
    if (good)
      good = co_await a_quiet_moment(); // the instant of the end is over
    co_return good;
  }

  group_storm storm_;
  std::unique_ptr<task_group> group_;
  std::deque<member> members_;
  std::vector<event> inside_start_;
  int starting_ = 0; ///< calls of start() under way
  weir::testing::any_operation* joining_ = nullptr;
  std::chrono::nanoseconds joined_at_{};
};

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using seen = event::kind;
  const auto was = [&](seen what) {
    return holds(found, [what](const event& one) { return one.what == what; });
  };
  if (was(seen::cancel_join))
    return "parent-cancelled";
  const auto& last = until(found).back().what;
  if (last && (last->what == seen::taken || last->what == seen::refused))
    return "refused";
  if (was(seen::cancel))
    return "cancel";
  const bool somebody_failed = holds(found, [](const event& one) {
    return one.how != outcome::returned && (one.what == seen::ended || one.what == seen::failed);
  });
  if (!somebody_failed)
    return "join-waits";
  return last && last->what == seen::back && model::all_gone(found.last) ? "all-errors"
                                                                         : "first-error";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with cancellations
/// first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(std::string_view promise, storm_focus focus) {
  using kind = group_command::kind;
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const group_storm whole = draw_storm(focus);
  if (focus == storm_focus::cancelling || focus == storm_focus::parent) {
    storm_run control(executor, focus == storm_focus::parent
                                    ? whole.without({kind::cancel_join})
                                    : whole.without({kind::cancel, kind::cancel_and_finish}));
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
