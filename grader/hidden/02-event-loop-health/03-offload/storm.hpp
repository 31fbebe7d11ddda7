/// \file
/// Calls on an offloader: how they are carried out, and under which promise a deviation is told.
#pragma once

#include "offload.hpp"
#include "plan.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>
#include <weir/world/cpu.hpp>
#include <weir/world/thread_pool.hpp>

#include <boost/asio/strand.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// A promise that each of them is part of.
constexpr std::string_view everything = "for-real";

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
        weir::world::occupy_loop(mine.work.polite ? std::min(left, look) : left);
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

} // namespace weir_hidden
