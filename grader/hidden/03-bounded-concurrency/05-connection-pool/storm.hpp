/// \file
/// The storm on a pool: what it draws, how it is carried out, and under which promise a deviation
/// is told.
#pragma once

#include "pool.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { plain, deadlines, breaking, failing, everything };

struct pool_command {
  enum class kind : std::uint8_t {
    none,
    acquire,
    finish, ///< connect()
    fail,   ///< connect()
    give_back,
    breaks,
    cancel,
    pass
  } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  std::size_t drawn = 0; ///< whom, how long, or which error
};

/// How a call of connect() behaves.
struct opening_kind {
  bool at_once = false; ///< ends as soon as it begins
  std::optional<weir::storm::thrown> throws{};
};

struct pool_storm {
  std::size_t size = 1;
  bool deadlines = false;
  std::vector<opening_kind> openings; ///< those of the first calls of connect()
  std::vector<pool_command> commands;

  [[nodiscard]] pool_storm without_cancellation() const {
    pool_storm rest = *this;
    for (pool_command& one : rest.commands)
      if (one.what == pool_command::kind::cancel)
        one.what = pool_command::kind::none;
    return rest;
  }
};

namespace detail {

inline pool_command::kind kind_of(storm_focus focus, std::size_t drawn) {
  using enum pool_command::kind;
  using table = std::array<pool_command::kind, 12>;
  static constexpr table plain{none,      acquire, finish,    give_back, acquire,   finish,
                               give_back, acquire, give_back, finish,    give_back, acquire};
  static constexpr table deadlines{none,    acquire, finish, give_back, acquire, finish,
                                   acquire, acquire, pass,   finish,    acquire, pass};
  static constexpr table breaking{none,   acquire, finish,    give_back, acquire, breaks,
                                  finish, acquire, give_back, finish,    breaks,  give_back};
  static constexpr table failing{none,      acquire, finish, fail,   acquire, finish,
                                 give_back, acquire, fail,   finish, fail,    acquire};
  static constexpr table everything{none,   acquire, finish, cancel, acquire, give_back,
                                    breaks, acquire, fail,   finish, cancel,  give_back};
  switch (focus) {
  case storm_focus::plain:
    return plain[drawn];
  case storm_focus::deadlines:
    return deadlines[drawn];
  case storm_focus::breaking:
    return breaking[drawn];
  case storm_focus::failing:
    return failing[drawn];
  case storm_focus::everything:
    break;
  }
  return everything[drawn];
}

inline opening_kind opening_of(storm_focus focus, std::size_t drawn) {
  const bool may_fail = focus == storm_focus::failing || focus == storm_focus::everything;
  if (drawn == 2 || drawn == 3)
    return {.at_once = true};
  if (drawn >= 6 && may_fail)
    return {.at_once = true,
            .throws = drawn == 6 ? weir::storm::thrown::number : weir::storm::thrown::derived};
  return {};
}

} // namespace detail

inline pool_storm draw_storm(storm_focus focus) {
  static constexpr std::array<std::size_t, 8> sizes{1, 2, 3, 1, 2, 1, 5, 300};
  const auto drawn = weir::storm::draw_plan(
      {.header = {sizes.size()}, .command = {12, 8, weir::storm::moment_draws, 8}, .commands = 11});
  pool_storm storm{.size = sizes[drawn.header[0]],
                   .deadlines = focus == storm_focus::deadlines || focus == storm_focus::everything,
                   .openings = {},
                   .commands = {}};
  for (const auto& fields : drawn.commands) {
    storm.commands.push_back({.what = detail::kind_of(focus, fields[0]),
                              .when = weir::storm::moment_of(fields[2]),
                              .drawn = fields[1]});
    storm.openings.push_back(detail::opening_of(focus, fields[3]));
  }
  return storm;
}

/// A pool in a storm, its callers, and the database.
class storm_run final : public weir::storm::runner<pool_specification>, public database {
public:
  storm_run(const asio::any_io_executor& executor, pool_storm storm)
      : runner(executor, model(), model::state{.size = storm.size}, storm.commands.size() + 1),
        storm_(std::move(storm)),
        pool_(make_connection_pool(executor, *this, storm_.size)) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 30 && (driver().pending() != 0 || running() != 0); ++round) {
      for (guest& one : guests_) {
        one.held.reset();
        if (round >= 10 && one.asks->pending())
          one.asks->cancel();
      }
      for (opening& one : openings_)
        one.work.finish();
      co_await weir::testing::pass();
    }
    co_return driver().pending() == 0 && running() == 0;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const pool_story tale(found.last);
    return weir::storm::tell(tale.finding(until(found).back().what),
                             weir::text("a pool of size {}", storm_.size), until(found),
                             pool_story::line);
  }

  // The database.

  asio::awaitable<std::unique_ptr<connection>> connect() override;

private:
  using outcome = model::outcome;
  using kind = pool_command::kind;
  using nanoseconds = std::chrono::nanoseconds;

  class seen_connection;

  struct guest {
    std::size_t id = 0;
    weir::testing::operation<std::size_t>* asks = nullptr;
    std::optional<lease> held{};
    bool inside = false;
  };

  struct opening {
    opening(asio::any_io_executor executor, std::function<void()> when_told)
        : told(std::move(when_told)), work(std::move(executor), {.when_cancelled = told}) {}

    std::function<void()> told;
    weir::testing::job work;
    std::optional<weir::storm::thrown> throws{};
    bool running = false;
  };

  void note(event what) {
    what.at = weir::now();
    saw(std::move(what));
  }

  /// The first one asks: a pool that nobody asks is drawn seldom enough.
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    if (command == 0)
      return weir::storm::moment::at_once;
    const pool_command& one = storm_.commands[command - 1];
    return one.what == kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    if (command == 0)
      return acquire(0);
    const pool_command& one = storm_.commands[command - 1];
    switch (one.what) {
    case kind::acquire:
      return acquire(storm_.deadlines ? one.drawn : 0);
    case kind::finish:
    case kind::fail:
      return end_opening(one);
    case kind::give_back:
      if (guest* const found = weir::storm::choose(guests_, one.drawn, has_one))
        give_back(*found);
      return;
    case kind::breaks:
      return break_one(one.drawn);
    case kind::cancel:
      if (guest* const found =
              weir::storm::choose(guests_, one.drawn, std::mem_fn(&guest::inside))) {
        note({.what = event::kind::cancel, .id = found->id});
        found->asks->cancel();
      }
      return;
    case kind::pass:
    case kind::none:
      return;
    }
  }

  static bool has_one(const guest& one) { return one.held.has_value(); }

  [[nodiscard]] std::ptrdiff_t running() const {
    return std::ranges::count_if(openings_, &opening::running);
  }

  /// \param patience an index; 0: for ever
  void acquire(std::size_t patience) {
    using namespace std::chrono_literals;
    using clock = std::chrono::steady_clock;
    static constexpr std::array<nanoseconds, 8> all{
        nanoseconds::max(), 2ms, 1ms, 3ms, 900us, 0ns, 1ns, -1h};
    const bool ever = patience == 0;
    const nanoseconds due = ever ? nanoseconds::max() : weir::now() + all[patience];
    const auto deadline = ever ? clock::time_point::max() : clock::now() + all[patience];
    guest& mine = guests_.emplace_back();
    mine.id = guests_.size();
    mine.asks = &driver().start(
        weir::text("caller {}", mine.id),
        [this, &mine, deadline, due] {
          mine.inside = true;
          note({.what = event::kind::acquire, .id = mine.id, .deadline = due});
          return hold_one(mine, deadline);
        },
        [this, &mine](const auto& one) {
          mine.inside = false;
          const auto& fate = one.fate();
          note({.what = event::kind::back,
                .id = mine.id,
                .connection = fate.returned() ? fate.value() : 0,
                .how = weir::storm::outcome_of(fate.thrown())});
        });
  }

  asio::awaitable<std::size_t> hold_one(guest& mine,
                                        std::chrono::steady_clock::time_point deadline);

  void give_back(guest& one);

  void end_opening(const pool_command& how) {
    opening* const found =
        weir::storm::choose(openings_, how.drawn, std::mem_fn(&opening::running));
    if (found == nullptr)
      return;
    if (how.what == kind::fail)
      found->throws = static_cast<weir::storm::thrown>(how.drawn % weir::storm::thrown_kinds);
    found->work.finish();
  }

  void break_one(std::size_t whom);

  void read() override { note({.what = event::kind::clock}); }

  /// Everybody goes home, and there are as many places as ever.
  asio::awaitable<bool> epilogue() override {
    bool good = co_await all_go();
    if (good && storm_.size <= 3) {
      for (std::size_t i = 0; i <= storm_.size; ++i)
        acquire(0);
      good = co_await a_quiet_moment();
      if (good)
        good = co_await all_go();
    }
    co_return good;
  }

  asio::awaitable<bool> all_go() {
    bool good = true;
    for (int round = 0; good && round < 60; ++round) {
      for (opening& one : openings_)
        if (one.running)
          one.work.finish();
      good = co_await a_quiet_moment();
      bool gave = false;
      for (guest& one : guests_)
        if (good && has_one(one)) {
          give_back(one);
          gave = true;
        }
      if (!gave && driver().pending() == 0)
        break;
      if (good)
        good = co_await a_quiet_moment();
    }
    co_return good;
  }

  pool_storm storm_;
  std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);
  std::vector<seen_connection*> open_; ///< in the order of their numbers
  std::list<opening> openings_;
  std::unique_ptr<connection_pool> pool_;
  std::list<guest> guests_;
};

class storm_run::seen_connection final : public connection {
public:
  seen_connection(storm_run& in, std::size_t its_number)
      : number(its_number), run_(in), here_(in.here_) {
    run_.open_.push_back(this);
  }

  seen_connection(const seen_connection&) = delete;
  seen_connection& operator=(const seen_connection&) = delete;

  ~seen_connection() override {
    if (here_.expired())
      return;
    std::erase(run_.open_, this);
    run_.note({.what = event::kind::closed, .connection = number});
  }

  [[nodiscard]] bool broken() const override { return is_broken; }

  const std::size_t number;
  bool is_broken = false;

private:
  storm_run& run_;
  std::weak_ptr<const bool> here_;
};

inline asio::awaitable<std::size_t>
storm_run::hold_one(guest& mine, std::chrono::steady_clock::time_point deadline) {
  lease got = co_await pool_->acquire(deadline);
  mine.held.emplace(std::move(got));
  co_return dynamic_cast<seen_connection&>(**mine.held).number;
}

inline void storm_run::give_back(guest& one) {
  note({.what = event::kind::returned,
        .connection = dynamic_cast<seen_connection&>(**one.held).number});
  one.held.reset();
}

/// One that is idle or on loan: whose hand-over is over.
inline void storm_run::break_one(std::size_t whom) {
  auto* const found =
      weir::storm::choose(open_, whom, [](const auto* one) { return !one->is_broken; });
  if (found == nullptr)
    return;
  (*found)->is_broken = true;
  note({.what = event::kind::breaks, .connection = (*found)->number});
}

inline asio::awaitable<std::unique_ptr<connection>> storm_run::connect() {
  const std::size_t number = openings_.size() + 1;
  note({.what = event::kind::begun, .connection = number});
  opening& mine = openings_.emplace_back(driver().executor(), [this, number] {
    note({.what = event::kind::told, .connection = number});
  });
  const opening_kind how =
      number <= storm_.openings.size() ? storm_.openings[number - 1] : opening_kind{};
  mine.throws = how.throws;
  bool done = how.at_once;
  if (!done) {
    bool before = false;
    mine.running = true;
    try {
      done = co_await mine.work.run();
    } catch (const boost::system::system_error&) {
      before = true; // cancelled before it came to its first wait
    }
    mine.running = false;
    if (before)
      mine.told();
  }
  const std::exception_ptr error = !done         ? make_exception(weir::storm::thrown::aborted)
                                   : mine.throws ? make_exception(*mine.throws)
                                                 : std::exception_ptr();
  note({.what = event::kind::ended, .connection = number, .how = weir::storm::outcome_of(error)});
  if (error)
    std::rethrow_exception(error);
  std::unique_ptr<connection> made = std::make_unique<seen_connection>(*this, number);
  co_return made;
}

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using seen = event::kind;
  if (holds(found, [](const event& one) { return one.what == seen::cancel; }))
    return "nothing-lost";
  const auto& last = until(found).back().what;
  // Whose deadline it was, and what else fell into that instant.
  const auto falls_into = [&](nanoseconds due) {
    return holds(found, [due](const event& one) {
      return one.at == due && (one.what == seen::returned || one.what == seen::breaks ||
                               (one.what == seen::ended && one.how != outcome::aborted));
    });
  };
  bool late = false;
  bool at_once = false;
  for (const entry& one : until(found))
    if (one.what && one.what->what == seen::acquire) {
      const nanoseconds due = std::max(one.what->deadline, one.what->at);
      if (due <= found.last.now || (last && due <= last->at)) {
        late = true;
        at_once = at_once || falls_into(due);
      }
    }
  if (late)
    return at_once ? "nothing-lost" : "deadline";
  // A place that nobody had, or that was not free: unless a broken connection still has it.
  const bool opens = last && last->what == seen::begun;
  if (opens &&
      std::ranges::count(found.last.links, model::link::stage::doomed, &model::link::at) == 0)
    return "bounded";
  if (holds(found, [](const event& one) {
        return one.what == seen::ended && one.how != outcome::returned;
      }))
    return "connect-fails";
  if (holds(found, [](const event& one) { return one.what == seen::breaks; }))
    return "broken";
  return holds(found, [](const event& one) { return one.what == seen::returned; }) ? "waits-in-line"
                                                                                   : "bounded";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with cancellations
/// first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const pool_storm whole = draw_storm(focus);
  if (focus == storm_focus::everything) {
    storm_run control(executor, whole.without_cancellation());
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
