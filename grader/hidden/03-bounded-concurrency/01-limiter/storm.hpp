/// \file
/// The storm on a limiter: what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "limiter.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/run.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { plain, cancelling, limits, everything };

/// How a job behaves.
struct job_kind {
  weir::storm::thrown throws = weir::storm::thrown::system_error;
  bool good = true;         ///< returns
  bool at_the_call = false; ///< throws when it is called, not when it is awaited
  bool at_once = false;     ///< ends as soon as it begins
  bool tidies_up = false;   ///< takes a while when it is cancelled
};

struct storm_command {
  enum class kind : std::uint8_t { none, call, finish, cancel, limit } what = kind::none;
  enum class moment : std::uint8_t { quiet, after_a_turn, at_once, after_three_turns };
  moment when = moment::quiet;
  job_kind job{};        ///< of a call
  std::size_t limit = 0; ///< to be set
  std::size_t whom = 0;  ///< to finish or cancel: counted from who has been there longest
};

struct limiter_storm {
  std::size_t limit = 1;
  std::vector<storm_command> commands;

  [[nodiscard]] limiter_storm without(storm_command::kind what) const {
    limiter_storm rest = *this;
    for (storm_command& one : rest.commands)
      if (one.what == what)
        one.what = storm_command::kind::none;
    return rest;
  }
};

namespace detail {

inline storm_command::kind kind_of(storm_focus focus, std::size_t drawn) {
  using enum storm_command::kind;
  using table = std::array<storm_command::kind, 12>;
  static constexpr table plain{none, call,   call, finish, call, finish,
                               call, finish, call, finish, call, finish};
  static constexpr table cancelling{none, call, finish, cancel, call, finish,
                                    call, call, finish, cancel, call, cancel};
  static constexpr table limits{none, call, finish, limit, call, finish,
                                call, call, finish, limit, call, finish};
  static constexpr table everything{none, call, finish, cancel, limit, call,
                                    call, call, finish, cancel, call,  finish};
  switch (focus) {
  case storm_focus::plain:
    return plain[drawn];
  case storm_focus::cancelling:
    return cancelling[drawn];
  case storm_focus::limits:
    return limits[drawn];
  case storm_focus::everything:
    break;
  }
  return everything[drawn];
}

inline job_kind job_of(std::size_t drawn) {
  using weir::storm::thrown;
  switch (drawn) {
  case 0:
  case 1:
    return {};
  case 2:
    return {.at_once = true};
  case 3:
    return {.tidies_up = true};
  case 4:
    return {.throws = thrown::runtime_error, .good = false, .at_the_call = true};
  case 5:
    return {.throws = thrown::number, .good = false, .at_once = true};
  case 6:
    return {.throws = thrown::derived, .good = false, .at_the_call = true};
  default:
    return {.throws = static_cast<thrown>((drawn - 7) % weir::storm::thrown_kinds), .good = false};
  }
}

} // namespace detail

inline limiter_storm draw_storm(storm_focus focus) {
  static constexpr std::array<std::size_t, 8> limits{1, 2, 3, 5, 1, 2, 8, 0};
  static constexpr std::array<std::size_t, 12> new_limits{1, 0, 2, 3, 5,   SIZE_MAX,
                                                          1, 0, 2, 8, 300, 3};
  const auto drawn =
      weir::storm::draw_plan({.header = {8}, .command = {12, 12, 8}, .commands = 10});
  limiter_storm storm;
  storm.limit = limits[drawn.header[0]];
  for (const auto& fields : drawn.commands) {
    storm_command one;
    one.what = detail::kind_of(focus, fields[0]);
    one.when = static_cast<storm_command::moment>(std::array{0, 1, 2, 0, 1, 2, 2, 3}[fields[2]]);
    one.job = detail::job_of(fields[1]);
    one.limit = new_limits[fields[1]];
    one.whom = fields[1];
    storm.commands.push_back(one);
  }
  return storm;
}

/// A limiter in a storm, its callers and their jobs, and what was seen of them.
class storm_run {
public:
  using model = limiter_specification;
  using conformance = weir::storm::conformance<model>;

  storm_run(asio::any_io_executor executor, limiter_storm storm)
      : driver_(std::move(executor)),
        storm_(std::move(storm)),
        seen_(model(), model::state{.limit = storm_.limit}),
        limiter_(make_limiter(driver_.executor(), storm_.limit)) {}

  storm_run(const storm_run&) = delete;
  storm_run& operator=(const storm_run&) = delete;

  /// Carries it out as far as the model can follow, and can be followed: without a deviation, what
  /// is possible had become too much to look at.
  asio::awaitable<bool> conforms() {
    bool good = co_await a_quiet_moment();
    for (std::size_t i = 0; good && i < storm_.commands.size(); ++i) {
      const storm_command& one = storm_.commands[i];
      if (one.what == storm_command::kind::none)
        continue;
      if (one.when == storm_command::moment::quiet)
        good = co_await a_quiet_moment();
      else
        co_await turns(one.when);
      if (good)
        carry_out(one);
    }
    if (good)
      good = co_await a_quiet_moment();
    if (good)
      good = co_await epilogue();
    co_return good;
  }

  /// Ends it after a deviation. Whether all came back and the limiter could go.
  asio::awaitable<bool> tidy_up() {
    for (int round = 0; round < 20 && inside() != 0; ++round) {
      limiter_->set_limit(50);
      for (call& one : calls_) {
        one.work.finish();
        if (one.inside)
          one.under_way->cancel();
      }
      co_await weir::testing::pass();
    }
    const bool empty = inside() == 0;
    if (empty)
      limiter_.reset();
    co_return empty;
  }

  [[nodiscard]] const conformance& seen() const { return seen_; }

  [[nodiscard]] const std::optional<conformance::deviation>& deviation() const {
    return deviation_;
  }

  [[nodiscard]] std::size_t limit() const { return storm_.limit; }

private:
  using event = model::event;
  using outcome = model::outcome;

  struct call {
    call(asio::any_io_executor executor, model::caller its_id, job_kind its_kind)
        : who(its_id),
          kind(its_kind),
          work(std::move(executor),
               {.tidies = std::chrono::microseconds(its_id.stubborn ? 900 : 0)}) {}

    model::caller who;
    job_kind kind;
    weir::testing::job work;
    weir::testing::any_operation* under_way = nullptr;
    bool inside = false;
    bool running = false;
  };

  static outcome outcome_of(const std::exception_ptr& error) {
    if (!error)
      return outcome::returned;
    for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i)
      if (is(error, static_cast<weir::storm::thrown>(i)))
        return static_cast<outcome>(i + 1);
    return outcome::other;
  }

  void carry_out(const storm_command& one) {
    switch (one.what) {
    case storm_command::kind::call:
      start(one.job);
      break;
    case storm_command::kind::finish:
      if (call* const found = pick(one.whom, &call::running))
        found->work.finish();
      break;
    case storm_command::kind::cancel:
      if (call* const found = pick(one.whom, &call::inside)) {
        seen_.saw({.what = event::kind::cancel, .who = found->who});
        found->under_way->cancel();
      }
      break;
    case storm_command::kind::limit:
      set_limit(one.limit);
      break;
    case storm_command::kind::none:
      break;
    }
  }

  void set_limit(std::size_t limit) {
    seen_.saw({.what = event::kind::limit, .limit = limit});
    limiter_->set_limit(limit);
    limit_now_ = limit;
  }

  call* pick(std::size_t whom, bool call::* which) {
    const auto all = static_cast<std::size_t>(std::ranges::count_if(calls_, which));
    if (all == 0)
      return nullptr;
    std::size_t left = whom % all;
    for (call& one : calls_)
      if (one.*which && left-- == 0)
        return &one;
    return nullptr;
  }

  [[nodiscard]] std::size_t inside() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls_, &call::inside));
  }

  void start(job_kind kind) {
    call& mine = calls_.emplace_back(
        driver_.executor(),
        model::caller{static_cast<std::uint16_t>(calls_.size() + 1), kind.tidies_up}, kind);
    mine.under_way = &driver_.start(
        name_of(mine.who),
        [this, &mine] {
          mine.inside = true;
          seen_.saw({.what = event::kind::call, .who = mine.who});
          return limiter_->run([this, &mine] { return make(mine); });
        },
        [this, &mine](auto& one) {
          mine.inside = false;
          seen_.saw({.what = event::kind::back,
                     .who = mine.who,
                     .how = outcome_of(one.fate().thrown()),
                     .error = one.text()});
        });
  }

  asio::awaitable<void> make(call& mine) {
    if (mine.kind.at_the_call) {
      const std::exception_ptr error = make_exception(mine.kind.throws);
      seen_.saw({.what = event::kind::failed, .who = mine.who, .how = outcome_of(error)});
      std::rethrow_exception(error);
    }
    seen_.saw({.what = event::kind::made, .who = mine.who});
    return carry_out(mine);
  }

  asio::awaitable<void> carry_out(call& mine) {
    seen_.saw({.what = event::kind::begun, .who = mine.who});
    mine.running = true;
    bool told = mine.kind.at_once;
    if (!told) {
      try {
        told = co_await mine.work.run();
      } catch (const boost::system::system_error&) {
        told = false; // cancelled before it came to the first wait
      }
    }
    mine.running = false;
    const std::exception_ptr error = !told            ? make_exception(weir::storm::thrown::aborted)
                                     : mine.kind.good ? std::exception_ptr()
                                                      : make_exception(mine.kind.throws);
    seen_.saw({.what = event::kind::ended, .who = mine.who, .how = outcome_of(error)});
    if (error)
      std::rethrow_exception(error);
  }

  asio::awaitable<void> turns(storm_command::moment when) const {
    const int many = when == storm_command::moment::at_once        ? 0
                     : when == storm_command::moment::after_a_turn ? 1
                                                                   : 3;
    for (int i = 0; i < many; ++i)
      co_await asio::post(driver_.executor(), asio::use_awaitable);
  }

  /// Everything that can happen at this instant has happened, and the model could follow.
  asio::awaitable<bool> a_quiet_moment() {
    co_await weir::testing::pass();
    seen_.quiet();
    seen_.saw({.what = event::kind::counts,
               .in_flight = limiter_->in_flight(),
               .waiting = limiter_->waiting()});
    deviation_ = seen_.check();
    co_return !deviation_ && !seen_.undecided();
  }

  /// Everybody goes home, and there are as many permits as ever.
  asio::awaitable<bool> epilogue() {
    if (limit_now_ == 0)
      set_limit(2);
    bool good = co_await finish_all();
    if (good && limit_now_ <= 3) {
      for (std::size_t i = 0; i <= limit_now_; ++i)
        start({});
      good = co_await a_quiet_moment();
      if (good)
        good = co_await finish_all();
    }
    if (good && inside() == 0)
      limiter_.reset();
    co_return good;
  }

  asio::awaitable<bool> finish_all() {
    bool good = true;
    while (good && inside() != 0) {
      for (call& one : calls_)
        if (one.running)
          one.work.finish();
      good = co_await a_quiet_moment();
    }
    co_return good;
  }

  weir::testing::driver driver_;
  limiter_storm storm_;
  conformance seen_;
  std::optional<conformance::deviation> deviation_;
  std::list<call> calls_;
  std::unique_ptr<limiter> limiter_;
  std::size_t limit_now_ = storm_.limit;
};

/// The promise that a deviation breaks. Shrinking leaves only what the deviation needs, so its
/// story tells.
inline std::string_view promise_of(const storm_run& run,
                                   const storm_run::conformance::deviation& deviation) {
  using model = limiter_specification;
  const auto until = std::span(run.seen().history()).first(deviation.position + 1);
  const auto holds = [&](model::event::kind what) {
    return std::ranges::any_of(
        until, [what](const auto& one) { return one.what && one.what->what == what; });
  };
  const bool cancels = holds(model::event::kind::cancel);
  const bool limits = holds(model::event::kind::limit);
  if (cancels && limits)
    return "books-balance";
  if (const auto& last = until.back().what; last && last->what == model::event::kind::counts)
    return "books-balance";
  if (limits)
    return "new-limit";
  if (cancels)
    return holds(model::event::kind::ended) ? "comes-back" : "cancelled-waiter";
  if (weir::storm::follows(model(false), model::state{.limit = run.limit()}, until))
    return "fifo";
  return holds(model::event::kind::ended) || holds(model::event::kind::failed) ? "comes-back"
                                                                               : "bounded";
}

/// Whether the storm did what it should; a deviation is a finding where `promise` is the one that
/// it breaks. Any other is another test's finding, but an end must be made of it.
inline asio::awaitable<bool> held(storm_run& run, std::string_view promise) {
  const bool good = co_await run.conforms();
  if (good)
    co_return true;
  const auto& deviation = run.deviation();
  if (!deviation || promise_of(run, *deviation) != promise) {
    const bool tidy = co_await run.tidy_up();
    if (tidy)
      co_return false;
  }
  weir::fail("{}", deviation ? told(run.seen(), *deviation, run.limit())
                             : "calls do not end, after more that can have happened than could "
                               "be looked at");
}

/// The scenario: a storm in which only what breaks `promise` is a finding. A storm with
/// cancellations or new limits first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const limiter_storm whole = draw_storm(focus);
  if (focus == storm_focus::cancelling || focus == storm_focus::limits) {
    storm_run control(executor,
                      whole.without(focus == storm_focus::limits ? storm_command::kind::limit
                                                                 : storm_command::kind::cancel));
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
