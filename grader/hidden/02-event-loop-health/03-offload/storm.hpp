/// \file
/// Calls on an offloader: what is done, how it is carried out, and under which promise a deviation
/// is told. Scenarios are written out, storms are drawn.
#pragma once

#include "offload.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/probe.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>
#include <weir/world/thread_pool.hpp>

#include <boost/asio/strand.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::moment;
using weir::storm::thrown;

/// How a job behaves.
struct script {
  nanoseconds takes = 5ms;
  std::optional<thrown> throws = {};
  bool polite = false;                   ///< ends at the next look when it is asked to stop
  std::optional<thrown> if_stopped = {}; ///< by throwing this, else by returning
  int again = 0;                         ///< so often its caller calls anew, as soon as it is back
};

/// A promise that each of them is part of.
constexpr std::string_view everything = "for-real";

/// How often a polite job looks.
constexpr nanoseconds look = 500us;

struct command {
  enum class kind : std::uint8_t { none, pass, call, cancel, close } what = kind::none;
  moment when = moment::quiet;
  script work{};        ///< of a call
  std::size_t whom = 0; ///< to cancel: counted from who has been there longest
};

/// What happens to one offloader.
struct plan {
  std::size_t threads = 1;
  std::size_t limit = 1;
  bool on_a_strand = false; ///< every other caller is
  std::vector<command> commands{};
};

/// \name Written out: each at a quiet moment, a millisecond after the one before
/// @{
inline command call(script work = {}) {
  return {.what = command::kind::call, .work = work};
}

inline command cancel(std::size_t whom = 0) {
  return {.what = command::kind::cancel, .whom = whom};
}

inline command close() {
  return {.what = command::kind::close};
}

/// In the instant of the one before.
inline command and_then(command one, moment when = moment::at_once) {
  one.when = when;
  return one;
}

inline std::vector<command> pass(int milliseconds) {
  return std::vector<command>(static_cast<std::size_t>(milliseconds),
                              command{.what = command::kind::pass});
}

inline std::vector<command> operator+(std::vector<command> all, command one) {
  all.push_back(one);
  return all;
}

inline std::vector<command> operator+(std::vector<command> all, const std::vector<command>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// @}

/// An offloader, the threads beside the loop, and the callers.
class offload_run final : public weir::storm::runner<offload_specification> {
public:
  offload_run(const asio::any_io_executor& loop, plan what, std::string_view promise)
      : runner(loop, model(what.threads, what.limit), model::state{}, what.commands.size()),
        plan_(std::move(what)),
        promise_(promise),
        strand_(asio::make_strand(loop)),
        on_strand_(strand_),
        threads_(*this),
        offloader_(make_offloader(threads_, plan_.limit)) {}

  asio::awaitable<bool> tidy_up() override {
    for (int round = 0; round < 100 && inside() != 0; ++round) {
      for (one_call& one : calls_)
        if (one.inside)
          one.under_way->cancel();
      co_await weir::testing::pass(10ms);
    }
    if (closing_ != nullptr && closing_->pending())
      co_await weir::testing::pass();
    const bool empty = inside() == 0 && (closing_ == nullptr || !closing_->pending());
    if (empty)
      offloader_.reset();
    co_return empty;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const offload_story tale(found.last, plan_.threads, plan_.limit);
    return weir::storm::tell(tale.finding(until(found).back().what),
                             weir::text("{} {}, and {} may wait", plan_.threads,
                                        plan_.threads == 1 ? "thread" : "threads", plan_.limit),
                             until(found), offload_story::line);
  }

private:
  using outcome = model::outcome;
  using strand = asio::strand<asio::any_io_executor>;

  /// Threads in virtual time.
  class virtual_threads final : public threads {
  public:
    explicit virtual_threads(offload_run& in) : in_(in), pool_(in.plan_.threads, "threads") {}

    asio::any_io_executor executor() override { return pool_.get_executor(); }

    [[nodiscard]] std::size_t count() const override { return in_.plan_.threads; }

    void join() override {
      weir::note("join()");
      in_.demand("closed", in_.on_the_loop() || pool_.busy() == 0,
                 "join() was called on one of the threads: it waits for itself");
      in_.saw({.what = event::kind::joined});
      const nanoseconds before = weir::now();
      if (in_.on_the_loop())
        pool_.join();
      in_.demand("closed", weir::now() == before, "join() blocked the loop for {}",
                 weir::now() - before);
    }

    [[nodiscard]] weir::world::thread_pool& pool() noexcept { return pool_; }

  private:
    offload_run& in_;
    weir::world::thread_pool pool_;
  };

  struct one_call {
    std::uint16_t id = 0;
    script work{};
    int pictures = 0; ///< that its job and copies of it hold
    weir::testing::any_operation* under_way = nullptr;
    bool inside = false;
  };

  /// What a job holds, and each of its copies. To free it takes so long that others may go on
  /// meanwhile.
  class picture {
  public:
    picture(const offload_run& in, one_call& of) : in_(in), of_(of) { ++of_.pictures; }

    picture(const picture& other) : picture(other.in_, other.of_) {}

    picture& operator=(const picture&) = delete;

    ~picture() {
      if (!in_.on_the_loop())
        std::this_thread::yield();
      --of_.pictures;
    }

  private:
    const offload_run& in_;
    one_call& of_;
  };

  /// What is not a matter of the model.
  template <class... Values>
  void demand(std::string_view promise, bool held, std::string_view finding,
              const Values&... values) const {
    if (promise == promise_ || promise_ == everything)
      weir::expect(held, finding, values...);
  }

  [[nodiscard]] bool on_the_loop() const { return std::this_thread::get_id() == loop_thread_; }

  [[nodiscard]] std::optional<moment> when(std::size_t index) const override {
    const command& one = plan_.commands[index];
    return one.what == command::kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t index) override {
    const command& one = plan_.commands[index];
    switch (one.what) {
    case command::kind::call:
      start(one.work);
      break;
    case command::kind::cancel:
      if (auto* const found =
              weir::storm::choose(calls_, one.whom, std::mem_fn(&one_call::inside))) {
        saw({.what = event::kind::cancel, .id = found->id, .at = weir::now()});
        found->under_way->cancel();
      }
      break;
    case command::kind::close:
      if (closing_ == nullptr)
        begin_to_close();
      break;
    case command::kind::pass:
    case command::kind::none:
      break;
    }
  }

  void begin_to_close() {
    saw({.what = event::kind::close});
    closing_ = &driver().start(
        "close()", [this] { return offloader_->close(); },
        [this](auto& one) {
          demand("closed", on_the_loop(), "close() ended on one of the threads beside the loop");
          demand("closed", one.fate().returned(), "close() {}", one.text());
          saw({.what = event::kind::closed});
        });
  }

  [[nodiscard]] std::size_t inside() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls_, &one_call::inside));
  }

  void start(const script& work) {
    one_call& mine = calls_.emplace_back();
    mine.id = static_cast<std::uint16_t>(calls_.size());
    mine.work = work;
    weir::testing::driver& callers = is_on_strand(mine) ? on_strand_ : driver();
    mine.under_way = &callers.start(
        name_of(mine.id),
        [this, &mine] {
          mine.inside = true;
          saw({.what = event::kind::call, .id = mine.id});
          return offloader_->run([this, &mine, held = picture(*this, mine)](std::stop_token stop) {
            return carry_out(mine, std::move(stop));
          });
        },
        [this, &mine](auto& one) { ended(mine, one); });
  }

  void ended(one_call& mine, const weir::testing::operation<std::string>& one) {
    mine.inside = false;
    const std::string name = name_of(mine.id);
    demand("comes-back", on_the_loop(), "{} {} on one of the threads beside the loop", name,
           one.text());
    demand("comes-back", !is_on_strand(mine) || strand_.running_in_this_thread(),
           "{} was made on a strand, and {} elsewhere", name, one.text());
    demand("nothing-left", mine.pictures == 0, "{} {}, and its job has not been destroyed", name,
           one.text());
    if (one.fate().returned())
      demand("comes-back", one.fate().value() == result_of(mine),
             "the job of {} returned \"{}\", and the call \"{}\"", name, result_of(mine),
             one.fate().value());
    saw({.what = event::kind::back,
         .id = mine.id,
         .how = weir::storm::outcome_of(one.fate().thrown()),
         .error = one.text()});
    if (mine.work.again != 0 && one.fate().returned()) {
      script next = mine.work;
      --next.again;
      start(next);
    }
  }

  [[nodiscard]] bool is_on_strand(const one_call& one) const {
    return plan_.on_a_strand && one.id % 2 == 0;
  }

  static std::string result_of(const one_call& mine) { return weir::text("page {}", mine.id); }

  /// The job, on whatever thread it is called.
  std::string carry_out(const one_call& mine, std::stop_token stop) {
    demand("beside", threads_.pool().get_executor().running_in_this_thread(),
           "the job of {} was called on the loop", name_of(mine.id));
    saw({.what = event::kind::begun, .id = mine.id});
    bool stopped = false;
    {
      const std::stop_callback listen(
          stop, [this, &mine] { saw({.what = event::kind::told, .id = mine.id}); });
      const nanoseconds until = weir::now() + mine.work.takes;
      while (weir::now() < until && !stopped) {
        const nanoseconds left = until - weir::now();
        std::this_thread::sleep_for(mine.work.polite ? std::min(left, look) : left);
        stopped = mine.work.polite && stop.stop_requested();
      }
    }
    const auto& fails = stopped ? mine.work.if_stopped : mine.work.throws;
    const std::exception_ptr error =
        fails ? weir::storm::make_exception(*fails) : std::exception_ptr();
    saw({.what = event::kind::ended,
         .id = mine.id,
         .how = weir::storm::outcome_of(error),
         .at = weir::now()});
    if (error)
      std::rethrow_exception(error);
    return result_of(mine);
  }

  void read() override {
    const nanoseconds due = std::exchange(last_look_, weir::now()) + 1ms;
    demand("beside", weir::now() <= due + 1ms, "the loop stood still for {}", weir::now() - due);
    if (!seen().history().empty() && seen().history().back().at == weir::now())
      return; // a job has ended in this instant, which is not over
    saw({.what = event::kind::counts,
         .running = offloader_->running(),
         .waiting = offloader_->waiting()});
    const std::size_t queued = threads_.pool().queued();
    demand("bounded", queued <= plan_.limit,
           "{} jobs are in the queue of the threads, and {} may wait", queued, plan_.limit);
  }

  /// Everybody comes home; and where that is the matter, it is closed then.
  asio::awaitable<bool> epilogue() override {
    bool good = true;
    for (int left = 60; good && left != 0 && inside() != 0; --left)
      good = co_await a_quiet_moment();
    const bool to_close = promise_ == "closed" || promise_ == everything;
    if (good && to_close && closing_ == nullptr) {
      begin_to_close();
      good = co_await a_quiet_moment();
    }
    if (good && to_close) {
      start({});
      good = co_await a_quiet_moment();
    }
    if (good && inside() == 0)
      offloader_.reset();
    co_return good;
  }

  plan plan_;
  std::string_view promise_;
  strand strand_;
  weir::testing::driver on_strand_;
  std::thread::id loop_thread_ = std::this_thread::get_id();
  nanoseconds last_look_ = weir::now();
  std::list<one_call> calls_;
  virtual_threads threads_;
  std::unique_ptr<offloader> offloader_;
  weir::testing::any_operation* closing_ = nullptr;
};

/// Shrinking leaves only what a deviation needs, so its history tells.
inline std::string_view offload_run::promise(const deviation_type& found) const {
  const auto saw_any = [&](event::kind what) {
    return holds(found, [what](const event& one) { return one.what == what; });
  };
  const auto& last = until(found).back().what;
  if (promise_ == everything)
    return everything;
  if (saw_any(event::kind::close))
    return "closed";
  if (last && last->what == event::kind::counts)
    return "bounded";
  if (saw_any(event::kind::cancel)) {
    const bool ran = holds(found, [&](const event& one) {
      return one.what == event::kind::cancel && holds(found, [&](const event& job) {
               return job.what == event::kind::begun && job.id == one.id;
             });
    });
    return ran ? "stopped" : "withdrawn";
  }
  if (weir::storm::follows(model(plan_.threads, plan_.limit, false), model::state{}, until(found)))
    return "bounded"; // it is the order that is wrong
  const model::guest* const due = last ? nullptr : model::first_due(found.last);
  const bool refusal =
      (last && last->how == outcome::refused) || (due != nullptr && due->how == outcome::refused);
  if (refusal)
    return "bounded";
  if (last && last->what == event::kind::back)
    return saw_any(event::kind::begun) ? "comes-back" : "bounded";
  if (due != nullptr && due->at >= model::stage::ended)
    return "comes-back";
  const bool one_failed = holds(found, [](const event& one) {
    return one.what == event::kind::ended && one.how != outcome::returned;
  });
  return one_failed ? "bounded" : "beside"; // a thread was not given back
}

/// A scenario: in it, what breaks `promise` is a finding.
inline asio::awaitable<void> calls(std::string_view promise, plan what) {
  weir::name_this_task("the test");
  const auto executor = co_await asio::this_coro::executor;
  offload_run run(executor, std::move(what), promise);
  (void)co_await held(run, promise);
}

/// Ten thousand wait, and nine of ten leave in one instant.
inline asio::awaitable<void> crowd() {
  weir::name_this_task("the test");

  class two_threads final : public threads {
  public:
    asio::any_io_executor executor() override { return pool_.get_executor(); }

    [[nodiscard]] std::size_t count() const override { return 2; }

    void join() override { pool_.join(); }

  private:
    weir::world::thread_pool pool_{2, "threads"};
  } beside;

  constexpr std::size_t many = 10'000;
  const auto jobs = make_offloader(beside, many);
  weir::testing::driver test(co_await asio::this_coro::executor);
  std::vector<weir::testing::operation<std::string>*> all;
  std::size_t called = 0;
  for (std::size_t i = 0; i < many; ++i)
    all.push_back(&test.start("a call", [&] {
      return jobs->run([&](const std::stop_token&) {
        ++called;
        std::this_thread::sleep_for(1ms);
        return std::string();
      });
    }));
  for (std::size_t i = 2; i < many; ++i)
    if (i % 10 != 0)
      all[i]->cancel();
  co_await weir::testing::pass(900us);
  weir::expect(jobs->waiting() == 999 && test.pending() == 1'001,
               "of 9998 calls that waited 8999 were cancelled: {} wait, {} have not ended",
               jobs->waiting(), test.pending());
  co_await test.finish();
  weir::expect(called == 1'001, "of 10000 calls 8999 were withdrawn, and {} jobs called", called);
}

/// Two offloaders, each with threads of its own, of which neither knows the other.
inline asio::awaitable<void> two_of_them() {
  weir::name_this_task("the test");
  const auto executor = co_await asio::this_coro::executor;
  weir::testing::driver test(executor);
  const auto half = [](plan what) {
    return [what = std::move(what)] {
      return calls(everything, what);
    };
  };
  test.start("the one half",
             half({.limit = 1, .commands = {call(), call(), call(), cancel(1), close()}}));
  test.start("the other half",
             half({.threads = 2, .limit = 0, .commands = {call(), call(), call(), cancel()}}));
  co_await test.finish();
}

/// A scenario with few orders that differ.
inline weir::explore_options few(std::string name, std::size_t schedules = 80) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = schedules;
  options.determinism_every = schedules == 1 ? 0 : options.determinism_every;
  return options;
}

/// Which commands a storm has.
enum class weather : std::uint8_t { fair, cancelling, closing };

namespace detail {

inline command::kind kind_of(weather how, std::size_t drawn) {
  using enum command::kind;
  using table = std::array<command::kind, 10>;
  static constexpr table fair{none, call, pass, call, call, pass, call, call, pass, call};
  static constexpr table cancelling{none, call, cancel, call, call,
                                    pass, call, cancel, call, cancel};
  static constexpr table closing{none, call, close, call, call, pass, call, close, cancel, call};
  return (how == weather::fair ? fair : how == weather::cancelling ? cancelling : closing)[drawn];
}

inline script script_of(std::size_t drawn) {
  static constexpr std::array<script, 12> all{{
      {},
      {.takes = 2ms},
      {.takes = 0ns},
      {.takes = 3ms, .polite = true},
      {.takes = 2ms, .throws = thrown::system_error},
      {.takes = 1ms, .throws = thrown::number},
      {.takes = 0ns, .throws = thrown::derived},
      {.takes = 900us},
      {.takes = 4ms, .polite = true, .if_stopped = thrown::runtime_error},
      {.takes = 3ms, .throws = thrown::aborted},
      {.takes = 2ms, .throws = thrown::runtime_error, .polite = true},
      {.takes = 1ms, .polite = true, .if_stopped = thrown::aborted},
  }};
  return all[drawn];
}

} // namespace detail

inline asio::awaitable<void> storm(std::string_view promise, weather how) {
  static constexpr std::array<std::size_t, 6> threads{1, 2, 1, 3, 2, 1};
  static constexpr std::array<std::size_t, 6> limits{1, 0, 2, 1, 3, 300};
  const auto drawn = weir::storm::draw_plan({.header = {threads.size(), limits.size(), 8},
                                             .command = {10, 12, weir::storm::moment_draws},
                                             .commands = 9});
  plan what{.threads = threads[drawn.header[0]],
            .limit = limits[drawn.header[1]],
            .on_a_strand = drawn.header[2] > 5};
  for (const auto& fields : drawn.commands)
    what.commands.push_back({.what = detail::kind_of(how, fields[0]),
                             .when = weir::storm::moment_of(fields[2]),
                             .work = detail::script_of(fields[1]),
                             .whom = fields[1]});
  return calls(promise, std::move(what));
}

} // namespace weir_hidden
