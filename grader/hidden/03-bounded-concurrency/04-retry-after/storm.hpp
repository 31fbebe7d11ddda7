/// \file
/// The storm on a client: what it draws, how it is carried out, and under which promise a deviation
/// is told.
#pragma once

#include "client.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

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
enum class storm_focus : std::uint8_t { plain, refusing, failing, cancelling };

struct client_command {
  enum class kind : std::uint8_t {
    none,
    ask,
    accept, ///< a request gets an answer
    refuse, ///< it gets a 429
    fail,   ///< its connection breaks
    cancel,
    pass
  } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  std::size_t drawn = 0; ///< whom, which answer, which pause or which error
  int request = 0;
};

/// How a call of send() behaves.
struct sending_kind {
  bool at_once = false; ///< ends as soon as it begins
  bool tidies = false;  ///< takes a while to end when it is cancelled
  std::optional<client_command::kind> how{};
};

struct client_storm {
  std::chrono::nanoseconds interval{};
  std::vector<sending_kind> sendings; ///< the first ones
  std::vector<client_command> commands;

  [[nodiscard]] client_storm without_cancellation() const {
    client_storm rest = *this;
    for (client_command& one : rest.commands)
      if (one.what == client_command::kind::cancel)
        one.what = client_command::kind::none;
    return rest;
  }
};

namespace detail {

inline client_command::kind kind_of(storm_focus focus, std::size_t drawn) {
  using enum client_command::kind;
  using table = std::array<client_command::kind, 12>;
  static constexpr table plain{none,   ask, pass, ask,    accept, ask,
                               accept, ask, pass, accept, ask,    pass};
  static constexpr table refusing{none,   ask, refuse, ask,    accept, refuse,
                                  refuse, ask, pass,   refuse, ask,    pass};
  static constexpr table failing{none, ask, fail, ask,    refuse, accept,
                                 fail, ask, pass, refuse, accept, ask};
  static constexpr table cancelling{none,   ask, cancel, ask,    refuse, accept,
                                    cancel, ask, pass,   refuse, cancel, ask};
  switch (focus) {
  case storm_focus::plain:
    return plain[drawn];
  case storm_focus::refusing:
    return refusing[drawn];
  case storm_focus::failing:
    return failing[drawn];
  case storm_focus::cancelling:
    break;
  }
  return cancelling[drawn];
}

inline sending_kind sending_of(storm_focus focus, std::size_t drawn) {
  using enum client_command::kind;
  switch (drawn) {
  case 3:
    return {.at_once = true, .how = accept};
  case 4:
    return {.tidies = true};
  case 5:
    return {.at_once = true, .how = focus == storm_focus::plain ? accept : refuse};
  case 6:
    return {.at_once = true, .how = focus == storm_focus::failing ? fail : accept};
  default:
    return {};
  }
}

} // namespace detail

inline client_storm draw_storm(storm_focus focus) {
  using namespace std::chrono_literals;
  using weir::storm::value_edge;
  static constexpr std::array<std::chrono::nanoseconds, 8> intervals{2ms, 1ms, 3ms, 900us,
                                                                     2ms, 1ns, 5ms, 1ms};
  constexpr std::size_t ordinary = 4;
  const auto drawn = weir::storm::draw_plan(
      {.header = {intervals.size(), 4},
       .command = {12, 8, weir::storm::moment_draws, 8, ordinary + weir::storm::value_edges},
       .commands = 12});
  client_storm storm{.interval = intervals[drawn.header[0]], .sendings = {}, .commands = {}};
  // A partner that refuses more often than anybody counts.
  if (focus == storm_focus::failing && drawn.header[1] == 3)
    storm.sendings.assign(12, {.at_once = true, .how = client_command::kind::refuse});
  weir::storm::value_series<int> values;
  weir::storm::value_series<int> others;
  for (const auto& fields : drawn.commands) {
    client_command one{.what = detail::kind_of(focus, fields[0]),
                       .when = weir::storm::moment_of(fields[2]),
                       .drawn = fields[1]};
    one.request = values.next(fields[4] < ordinary ? value_edge::fresh
                                                   : static_cast<value_edge>(fields[4] - ordinary));
    // Each request once: who is who has to be seen.
    while (std::ranges::count(storm.commands, one.request, &client_command::request) != 0)
      one.request = 100 + others.next(value_edge::fresh);
    storm.commands.push_back(one);
    storm.sendings.push_back(detail::sending_of(focus, fields[3]));
  }
  return storm;
}

/// A client in a storm, its callers, and the partner.
class storm_run final : public weir::storm::runner<client_specification>, public partner {
public:
  storm_run(const asio::any_io_executor& executor, client_storm storm)
      : runner(executor, model(), model::state{.interval = storm.interval},
               storm.commands.size() + 1),
        storm_(std::move(storm)),
        client_(make_client(executor, *this, storm_.interval)) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 30 && (driver().pending() != 0 || running() != 0); ++round) {
      for (sending& one : sendings_)
        end(one, kind::accept, 0);
      for (const caller& one : callers_)
        if (round >= 10 && one.asks->pending())
          one.asks->cancel();
      co_await weir::testing::pass();
    }
    co_return driver().pending() == 0 && running() == 0;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const client_story tale(found.last);
    return weir::storm::tell(tale.finding(until(found).back().what),
                             weir::text("an interval of {}", storm_.interval), until(found),
                             client_story::line);
  }

  // The partner.

  asio::awaitable<answer> send(int request) override {
    note({.what = event::kind::sent, .request = request});
    return work(request);
  }

private:
  using outcome = model::outcome;
  using kind = client_command::kind;
  using nanoseconds = std::chrono::nanoseconds;

  struct caller {
    int request = 0;
    weir::testing::operation<answer>* asks = nullptr;
    bool inside = false;
  };

  struct sending {
    sending(asio::any_io_executor executor, bool tidies, std::function<void()> when_told)
        : told(std::move(when_told)),
          work(std::move(executor),
               {.tidies = std::chrono::microseconds(tidies ? 900 : 0), .when_cancelled = told}) {}

    std::function<void()> told;
    weir::testing::job work;
    answer gets{};
    std::optional<weir::storm::thrown> throws{};
    bool running = false;
  };

  static constexpr int body_of(int request) {
    return static_cast<int>(static_cast<unsigned>(request) ^ 1U);
  }

  void note(event what) {
    what.at = weir::now();
    saw(std::move(what));
  }

  /// The first one asks: a client that nobody asks is drawn seldom enough.
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    if (command == 0)
      return weir::storm::moment::at_once;
    const client_command& one = storm_.commands[command - 1];
    return one.what == kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    if (command == 0)
      return ask(50);
    const client_command& one = storm_.commands[command - 1];
    switch (one.what) {
    case kind::ask:
      return ask(one.request);
    case kind::accept:
    case kind::refuse:
    case kind::fail:
      if (sending* const found =
              weir::storm::choose(sendings_, one.drawn / 2, std::mem_fn(&sending::running)))
        end(*found, one.what, one.drawn);
      return;
    case kind::cancel:
      if (caller* const found =
              weir::storm::choose(callers_, one.drawn, std::mem_fn(&caller::inside))) {
        note({.what = event::kind::cancel, .request = found->request});
        found->asks->cancel();
      }
      return;
    case kind::pass:
    case kind::none:
      return;
    }
  }

  [[nodiscard]] std::ptrdiff_t running() const {
    return std::ranges::count_if(sendings_, &sending::running);
  }

  void ask(int request) {
    caller& mine = callers_.emplace_back(caller{.request = request});
    mine.asks = &driver().start(
        weir::text("ask({})", request),
        [this, &mine] {
          mine.inside = true;
          note({.what = event::kind::ask, .request = mine.request});
          return client_->ask(mine.request);
        },
        [this, &mine](const auto& one) {
          mine.inside = false;
          const auto& fate = one.fate();
          const answer got = fate.returned() ? fate.value() : answer{};
          note({.what = event::kind::back,
                .request = mine.request,
                .how = weir::storm::outcome_of(fate.thrown()),
                .status = got.status,
                .own = got.body == body_of(mine.request)});
        });
  }

  /// What the partner does about a request: the more is drawn, the stranger it is.
  static void settle(sending& one, kind how, std::size_t drawn) {
    using namespace std::chrono_literals;
    static constexpr std::array<nanoseconds, 8> pauses{3ms, 0ns, 1ms, 5ms, 2ms, 900us, 1ns, 90min};
    static constexpr std::array<int, 8> statuses{200, 503, 404, 200, 0, 428, 430, -1};
    one.throws.reset();
    if (how == kind::fail)
      one.throws = static_cast<weir::storm::thrown>(drawn % weir::storm::thrown_kinds);
    one.gets.status = how == kind::refuse ? answer::too_many_requests : statuses[drawn];
    one.gets.retry_after = how == kind::refuse ? pauses[drawn] : drawn % 2 == 0 ? 0ns : 4ms;
  }

  static void end(sending& one, kind how, std::size_t drawn) {
    if (!one.running)
      return;
    settle(one, how, drawn);
    one.work.finish();
  }

  asio::awaitable<answer> work(int request);

  void read() override { note({.what = event::kind::clock}); }

  /// Everybody gets an answer, however long the pause is.
  asio::awaitable<bool> epilogue() override {
    bool good = true;
    for (int round = 0; good && round < 1'000 && driver().pending() != 0; ++round) {
      for (sending& one : sendings_)
        end(one, kind::accept, 0);
      good = co_await a_quiet_moment();
      if (good && running() == 0 && pause_ends_ > weir::now()) {
        co_await weir::testing::pass(pause_ends_ - weir::now());
        good = co_await a_quiet_moment();
      }
    }
    co_return good;
  }

  client_storm storm_;
  std::list<sending> sendings_;
  std::list<caller> callers_;
  std::unique_ptr<client> client_;
  nanoseconds pause_ends_{};
};

inline asio::awaitable<answer> storm_run::work(int request) {
  note({.what = event::kind::begun, .request = request});
  const std::size_t number = sendings_.size();
  const sending_kind how =
      number < storm_.sendings.size() ? storm_.sendings[number] : sending_kind{};
  sending& mine = sendings_.emplace_back(driver().executor(), how.tidies, [this, request] {
    note({.what = event::kind::told, .request = request});
  });
  if (how.how)
    settle(mine, *how.how, number % 3);
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
  if (!done)
    mine.throws = weir::storm::thrown::aborted;
  mine.gets.body = body_of(request);
  const std::exception_ptr error = mine.throws ? make_exception(*mine.throws) : nullptr;
  note({.what = event::kind::answered,
        .request = request,
        .how = weir::storm::outcome_of(error),
        .status = mine.gets.status,
        .retry_after = mine.gets.retry_after});
  if (error)
    std::rethrow_exception(error);
  if (mine.gets.status == answer::too_many_requests)
    pause_ends_ = std::max(pause_ends_, weir::now() + mine.gets.retry_after);
  co_return mine.gets;
}

inline std::string_view storm_run::promise(const deviation_type& found) const {
  using seen = event::kind;
  using stage = model::caller::stage;
  const auto& last = until(found).back().what;
  const model::state& was = found.last;
  const auto whose = [&] {
    return std::ranges::find(was.callers, last->request, &model::caller::request);
  };
  if (last && last->what == seen::sent && whose() != was.callers.end() &&
      whose()->at == stage::waits &&
      last->at < (was.refused_at == last->at ? was.pause_before : was.pause_ends))
    return "pause-shared";
  if (holds(found, [](const event& one) { return one.what == seen::cancel; }))
    return "cancelled";
  if (holds(found, [](const event& one) {
        return one.what == seen::answered && one.how != outcome::returned;
      }))
    return "all-answered";
  const bool paused = holds(found, [](const event& one) {
    return one.what == seen::answered && one.status == model::refusal &&
           one.retry_after > nanoseconds(0);
  });
  if (!last || model::due(was) < last->at)
    return std::ranges::count(was.callers, stage::answered, &model::caller::at) != 0
               ? "all-answered"
               : (paused ? "no-burst" : "full-use");
  if (last->what != seen::sent)
    return "all-answered";
  if (whose() == was.callers.end() || whose()->at != stage::waits)
    return "all-answered";
  if (was.last_sent && last->at - *was.last_sent < was.interval)
    return paused ? "no-burst" : "spacing";
  return "order";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. One with cancellations
/// first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const client_storm whole = draw_storm(focus);
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
