/// \file
/// The storm on bounded_map(): what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "bounded_map.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { plain, failing, cancelling };

struct map_command {
  enum class kind : std::uint8_t { none, finish, fail, cancel } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  weir::storm::thrown error = weir::storm::thrown::system_error;
  std::size_t whom = 0; ///< counted among the calls that run
};

/// How the call for an item behaves.
struct call_kind {
  int item = 0;
  bool at_once = false; ///< ends as soon as it begins
  bool fails = false;   ///< when it ends at once
  bool tidies = false;  ///< takes a while to end when it is cancelled
  weir::storm::thrown throws = weir::storm::thrown::system_error;
  weir::storm::thrown when_cancelled = weir::storm::thrown::aborted;
};

struct map_storm {
  std::size_t limit = 1;
  std::optional<weir::storm::thrown> breaks{}; ///< what `next` throws after the last item
  std::vector<call_kind> items;
  std::vector<map_command> commands;

  [[nodiscard]] map_storm without_failures() const {
    map_storm rest = *this;
    rest.breaks.reset();
    for (call_kind& one : rest.items)
      one.fails = false;
    for (map_command& one : rest.commands)
      if (one.what == map_command::kind::fail)
        one.what = map_command::kind::finish;
    return rest;
  }

  [[nodiscard]] map_storm without_cancellation() const {
    map_storm rest = *this;
    for (map_command& one : rest.commands)
      if (one.what == map_command::kind::cancel)
        one.what = map_command::kind::none;
    return rest;
  }
};

namespace detail {

inline map_command::kind kind_of(storm_focus focus, std::size_t drawn) {
  using enum map_command::kind;
  using table = std::array<map_command::kind, 8>;
  static constexpr table plain{none, finish, finish, finish, finish, finish, finish, finish};
  static constexpr table failing{none, finish, fail, finish, finish, fail, finish, fail};
  static constexpr table cancelling{none, finish, cancel, finish, finish, cancel, finish, cancel};
  switch (focus) {
  case storm_focus::plain:
    return plain[drawn];
  case storm_focus::failing:
    return failing[drawn];
  case storm_focus::cancelling:
    break;
  }
  return cancelling[drawn];
}

inline call_kind call_of(storm_focus focus, std::size_t drawn, weir::storm::thrown throws) {
  using weir::storm::thrown;
  switch (drawn) {
  case 3:
    return {.tidies = true};
  case 4:
    return {.at_once = true};
  case 5:
    return {.at_once = true, .fails = focus == storm_focus::failing, .throws = throws};
  case 6:
    return {.tidies = true, .when_cancelled = thrown::runtime_error};
  case 7:
    return {.when_cancelled = thrown::number};
  default:
    return {};
  }
}

} // namespace detail

inline map_storm draw_storm(storm_focus focus) {
  using weir::storm::thrown;
  using weir::storm::value_edge;
  static constexpr std::array<std::size_t, 8> limits{1, 2, 3, 5, 2, 3, 8, 300};
  static constexpr std::array<std::size_t, 8> counts{3, 1, 2, 0, 5, 6, 8, 10};
  constexpr std::size_t ordinary = 4;
  constexpr std::size_t most = 10;
  const auto drawn = weir::storm::draw_plan(
      {.header = {limits.size(), counts.size(), 2 * weir::storm::thrown_kinds},
       .command = {8, 5, weir::storm::moment_draws, weir::storm::thrown_kinds, 8,
                   ordinary + weir::storm::value_edges},
       .commands = most});
  map_storm storm;
  storm.limit = limits[drawn.header[0]];
  if (focus == storm_focus::failing && drawn.header[2] > weir::storm::thrown_kinds)
    storm.breaks = static_cast<thrown>(drawn.header[2] - weir::storm::thrown_kinds);
  weir::storm::value_series<int> values;
  for (const auto& fields : drawn.commands) {
    const auto throws = static_cast<thrown>(fields[3]);
    storm.commands.push_back({.what = detail::kind_of(focus, fields[0]),
                              .when = weir::storm::moment_of(fields[2]),
                              .error = throws,
                              .whom = fields[1]});
    call_kind one = detail::call_of(focus, fields[4], throws);
    one.item = values.next(fields[5] < ordinary ? value_edge::fresh
                                                : static_cast<value_edge>(fields[5] - ordinary));
    if (storm.items.size() < counts[drawn.header[1]])
      storm.items.push_back(one);
  }
  return storm;
}

/// A map in a storm, its source, and its calls.
class storm_run final : public weir::storm::runner<map_specification>,
                        public item_source,
                        public mapping {
public:
  /// \param lazy whether asking for items too early is looked at
  storm_run(const asio::any_io_executor& executor, map_storm storm, bool lazy)
      : runner(executor, model(lazy),
               model::state{.limit = storm.limit,
                            .items = storm.items.size(),
                            .breaks = storm.breaks.has_value()},
               storm.commands.size()),
        storm_(std::move(storm)),
        lazy_(lazy) {}

  asio::awaitable<bool> tidy_up() override {
    ends_ = true;
    for (int round = 0; round < 20 && (map_->pending() || inside_ != 0); ++round) {
      for (call_state& one : calls_)
        one.work.finish();
      if (round >= 10)
        map_->cancel();
      co_await weir::testing::pass();
    }
    co_return !map_->pending() && inside_ == 0;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const map_story tale(found.last);
    return weir::storm::tell(
        tale.finding(until(found).back().what),
        weir::text("a limit of {}, and {} items", storm_.limit, storm_.items.size()), until(found),
        map_story::line);
  }

  // The source.

  std::optional<int> next() override {
    if (ends_)
      return std::nullopt;
    if (given_ < storm_.items.size()) {
      const int item = storm_.items[given_++].item;
      note({.what = event::kind::next, .item = item});
      return item;
    }
    if (!storm_.breaks) {
      note({.what = event::kind::empty});
      return std::nullopt;
    }
    const std::exception_ptr error = make_exception(*storm_.breaks);
    note({.what = event::kind::broken, .how = weir::storm::outcome_of(error)});
    std::rethrow_exception(error);
  }

  // The calls.

  asio::awaitable<int> call(int item) override {
    note({.what = event::kind::made, .item = item});
    return work(item);
  }

private:
  using outcome = model::outcome;
  using kind = map_command::kind;
  using map_call = weir::testing::operation<std::vector<int>>;

  struct call_state {
    call_state(asio::any_io_executor executor, call_kind its_kind, std::function<void()> when_told)
        : kind(its_kind),
          told(std::move(when_told)),
          work(std::move(executor), {.tidies = std::chrono::microseconds(its_kind.tidies ? 900 : 0),
                                     .when_cancelled = told}) {}

    call_kind kind;
    std::function<void()> told;

    weir::testing::job work;
    std::optional<weir::storm::thrown> fails{};
    bool running = false;
  };

  void note(event what) {
    what.at = weir::now();
    saw(std::move(what));
  }

  void begin() override {
    map_ = &driver().start(
        "bounded_map()", [this] { return bounded_map(*this, *this, storm_.limit); },
        [this](auto& one) {
          const auto& fate = one.fate();
          note({.what = event::kind::back,
                .how = weir::storm::outcome_of(fate.thrown()),
                .results = fate.returned() ? fate.value() : std::vector<int>()});
        });
  }

  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    const map_command& one = storm_.commands[command];
    return one.what == kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    const map_command& one = storm_.commands[command];
    if (one.what == kind::cancel) {
      if (map_->pending()) {
        note({.what = event::kind::cancel});
        map_->cancel();
      }
      return;
    }
    call_state* const found =
        weir::storm::choose(calls_, one.whom, std::mem_fn(&call_state::running));
    if (found == nullptr)
      return;
    if (one.what == kind::fail)
      found->fails = one.error;
    found->work.finish();
  }

  /// Equal items are the same to whoever looks, so it does not matter whose call is whose.
  [[nodiscard]] call_kind kind_of_call(int item) {
    for (std::size_t i = 0; i < given_; ++i)
      if (storm_.items[i].item == item && !used_.at(i)) {
        used_[i] = true;
        return storm_.items[i];
      }
    return {.item = item, .at_once = true};
  }

  asio::awaitable<int> work(int item) {
    weir::name_this_task(weir::text("call({})", item));
    const std::size_t number = calls_.size() + 1;
    note({.what = event::kind::begun, .item = item, .call = number});
    ++inside_;
    call_state& mine =
        calls_.emplace_back(driver().executor(), kind_of_call(item), [this, item, number] {
          note({.what = event::kind::told, .item = item, .call = number});
        });
    bool done = mine.kind.at_once;
    if (mine.kind.at_once && mine.kind.fails)
      mine.fails = mine.kind.throws;
    if (!done) {
      mine.running = true;
      done = co_await run(mine);
      mine.running = false;
    }
    --inside_;
    const std::exception_ptr error = !done        ? make_exception(mine.kind.when_cancelled)
                                     : mine.fails ? make_exception(*mine.fails)
                                                  : std::exception_ptr();
    note({.what = event::kind::ended,
          .item = item,
          .call = number,
          .how = weir::storm::outcome_of(error)});
    if (error)
      std::rethrow_exception(error);
    co_return result_of(item);
  }

  /// False when it was cancelled, which it may be before it has come to its first wait.
  static asio::awaitable<bool> run(call_state& mine) {
    bool done = false;
    bool before = false;
    try {
      done = co_await mine.work.run();
    } catch (const boost::system::system_error&) {
      before = true;
    }
    if (before)
      mine.told();
    co_return done;
  }

  /// Whatever runs comes to its end, until the map does.
  asio::awaitable<bool> epilogue() override {
    bool good = true;
    for (std::size_t round = 0; good && map_->pending() && round <= storm_.items.size(); ++round) {
      for (call_state& one : calls_)
        if (one.running)
          one.work.finish();
      good = co_await a_quiet_moment();
    }
    co_return good;
  }

  map_storm storm_;
  bool lazy_;
  map_call* map_ = nullptr;
  std::list<call_state> calls_;
  std::array<bool, 16> used_{}; ///< items whose call has begun
  std::size_t given_ = 0;
  int inside_ = 0;
  bool ends_ = false;
};

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using seen = event::kind;
  if (found.last.cancelled)
    return "cancelled";
  if (!found.last.errors.empty())
    return "first-error";
  const auto& last = until(found).back().what;
  const bool not_started = model::held(found.last) != model::running(found.last);
  if ((!last && lazy_ && not_started) ||
      (last && (last->what == seen::next || last->what == seen::empty)))
    return "lazy";
  if (!last && (model::left(found.last) || not_started) &&
      model::running(found.last) < found.last.limit)
    return "full";
  if (last && last->what == seen::begun && model::running(found.last) >= found.last.limit)
    return "full";
  return "in-order";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with failures or a
/// cancellation first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const map_storm whole = draw_storm(focus);
  if (focus != storm_focus::plain) {
    storm_run control(executor,
                      focus == storm_focus::failing ? whole.without_failures()
                                                    : whole.without_cancellation(),
                      false);
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole, promise == "lazy");
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
