/// \file
/// The storm on a limiter: what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "limiter.hpp"
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
  weir::storm::moment when = weir::storm::moment::quiet;
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
  const auto drawn = weir::storm::draw_plan(
      {.header = {8}, .command = {12, 12, weir::storm::moment_draws}, .commands = 10});
  limiter_storm storm;
  storm.limit = limits[drawn.header[0]];
  for (const auto& fields : drawn.commands) {
    storm_command one;
    one.what = detail::kind_of(focus, fields[0]);
    one.when = weir::storm::moment_of(fields[2]);
    one.job = detail::job_of(fields[1]);
    one.limit = new_limits[fields[1]];
    one.whom = fields[1];
    storm.commands.push_back(one);
  }
  return storm;
}

/// A limiter in a storm, its callers and their jobs.
class storm_run final : public weir::storm::runner<limiter_specification> {
public:
  storm_run(const asio::any_io_executor& executor, limiter_storm storm)
      : runner(executor, model(), model::state{.limit = storm.limit}, storm.commands.size()),
        storm_(std::move(storm)),
        limiter_(make_limiter(executor, storm_.limit)) {}

  asio::awaitable<bool> tidy_up() override {
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

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const limiter_story tale(found.last);
    const auto& what = until(found).back().what;
    return weir::storm::tell(tale.finding(what), weir::text("a limit of {}", storm_.limit),
                             until(found), limiter_story::line);
  }

private:
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

  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    const storm_command& one = storm_.commands[command];
    return one.what == storm_command::kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    const storm_command& one = storm_.commands[command];
    switch (one.what) {
    case storm_command::kind::call:
      start(one.job);
      break;
    case storm_command::kind::finish:
      if (call* const found = weir::storm::choose(calls_, one.whom, std::mem_fn(&call::running)))
        found->work.finish();
      break;
    case storm_command::kind::cancel:
      if (call* const found = weir::storm::choose(calls_, one.whom, std::mem_fn(&call::inside))) {
        saw({.what = event::kind::cancel, .who = found->who});
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
    saw({.what = event::kind::limit, .limit = limit});
    limiter_->set_limit(limit);
    limit_now_ = limit;
  }

  [[nodiscard]] std::size_t inside() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls_, &call::inside));
  }

  void start(job_kind kind) {
    call& mine = calls_.emplace_back(
        driver().executor(),
        model::caller{static_cast<std::uint16_t>(calls_.size() + 1), kind.tidies_up}, kind);
    mine.under_way = &driver().start(
        name_of(mine.who),
        [this, &mine] {
          mine.inside = true;
          saw({.what = event::kind::call, .who = mine.who});
          return limiter_->run([this, &mine] { return make(mine); });
        },
        [this, &mine](auto& one) {
          mine.inside = false;
          saw({.what = event::kind::back,
               .who = mine.who,
               .how = weir::storm::outcome_of(one.fate().thrown()),
               .error = one.text()});
        });
  }

  asio::awaitable<void> make(call& mine) {
    if (mine.kind.at_the_call) {
      const std::exception_ptr error = make_exception(mine.kind.throws);
      saw({.what = event::kind::failed, .who = mine.who, .how = weir::storm::outcome_of(error)});
      std::rethrow_exception(error);
    }
    saw({.what = event::kind::made, .who = mine.who});
    return carry_out(mine);
  }

  asio::awaitable<void> carry_out(call& mine) {
    saw({.what = event::kind::begun, .who = mine.who});
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
    saw({.what = event::kind::ended, .who = mine.who, .how = weir::storm::outcome_of(error)});
    if (error)
      std::rethrow_exception(error);
  }

  void read() override {
    saw({.what = event::kind::counts,
         .in_flight = limiter_->in_flight(),
         .waiting = limiter_->waiting()});
  }

  /// Everybody goes home, and there are as many permits as ever.
  asio::awaitable<bool> epilogue() override {
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

  limiter_storm storm_;
  std::list<call> calls_;
  std::unique_ptr<limiter> limiter_;
  std::size_t limit_now_ = storm_.limit;
};

inline std::string_view storm_run::promise(const deviation_type& found) const {
  const auto saw_any = [&](event::kind what) {
    return holds(found, [what](const event& one) { return one.what == what; });
  };
  const bool cancels = saw_any(event::kind::cancel);
  const bool limits = saw_any(event::kind::limit);
  if (cancels && limits)
    return "books-balance";
  if (const auto& last = until(found).back().what; last && last->what == event::kind::counts)
    return "books-balance";
  if (limits)
    return "new-limit";
  if (cancels)
    return saw_any(event::kind::ended) ? "comes-back" : "cancelled-waiter";
  if (weir::storm::follows(model(false), model::state{.limit = storm_.limit}, until(found)))
    return "fifo";
  return saw_any(event::kind::ended) || saw_any(event::kind::failed) ? "comes-back" : "bounded";
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
