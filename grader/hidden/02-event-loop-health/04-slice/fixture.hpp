/// \file
/// What the hidden tests of `slice` share: backlogs of items that cost what they are told to, and
/// the books on them.
#pragma once

#include "others.hpp"
#include "slice.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// One item, and what it does beside its work.
struct item {
  nanoseconds costs = 0ns;
  std::size_t times = 1; ///< so many of them, one after the other
  std::optional<fault> throws = {};
  std::size_t adds = 0;  ///< so many items behind the last one; each costs half of what it costs
  std::size_t posts = 0; ///< handlers that it makes ready
  bool cancels = false;  ///< the caller, in the middle of it
  bool sweeps =
      false; ///< starts another work_off() in the middle of it, with two items of a millisecond
};

/// Something that somebody else does.
struct act {
  std::size_t turn = 1;     ///< in this turn of the others, since its first item
  bool cancels = false;     ///< the caller
  std::vector<item> adds{}; ///< to the backlog
};

/// One call of work_off(), and what happens meanwhile.
struct script {
  nanoseconds slice = 5ms;
  std::vector<item> items{};
  std::vector<act> acts{};
  bool hears_all = false; ///< the caller can be cancelled in every way, and is in all of them
};

/// One call of work_off(). Its backlog goes in the instant in which it ends.
class call {
public:
  /// \param at_once inside this call; else in a turn of its own, so that an item of the first slice
  ///                can cancel it
  /// \param sweep   starts another one
  call(weir::testing::driver& test, others& rest, script what, std::string_view promise,
       std::string name, bool at_once, std::function<void()> sweep)
      : test_(test),
        rest_(rest),
        script_(std::move(what)),
        promise_(promise),
        at_once_(at_once),
        sweep_(std::move(sweep)) {
    books_.slice = script_.slice;
    for (const item& one : script_.items)
      mine_->add(one);
    rest_.wake();
    call_ = &test.start(
        std::move(name), [this] { return when_it_is_known(); },
        [this](const auto& ended) { note_end(ended.fate()); });
  }

  call(const call&) = delete;
  call& operator=(const call&) = delete;

  /// A turn of the others.
  void turn(std::size_t number) {
    for (const act& one : script_.acts)
      if (books_.done != 0 && one.turn == number - first_turn_ && !books_.ended) {
        for (const item& more : one.adds)
          mine_->add(more);
        if (one.cancels)
          cancel(false);
      }
  }

  void cancel(bool by_an_item) {
    if (books_.ended)
      return;
    if (books_.cancelled == never) {
      books_.cancelled = weir::now();
      books_.cancelled_by_item = by_an_item;
      cancelled_in_ = rest_.turns();
    }
    call_->cancel(script_.hears_all ? asio::cancellation_type::all
                                    : asio::cancellation_type::terminal);
  }

  [[nodiscard]] bool ended() const { return books_.ended; }

  [[nodiscard]] std::size_t done() const { return books_.done; }

  /// Looks at what is known by now.
  void judge() {
    if (given_up_)
      return;
    if (!books_.ended)
      books_.left = mine_->size();
    const std::string found = slice_specification(books_, promise_).finding();
    weir::expect(found.empty(), "{}", found);
  }

private:
  class scripted_backlog final : public backlog {
  public:
    explicit scripted_backlog(call& of) : of_(of) {}

    void add(const item& one) {
      items_.push_back(one);
      size_ += one.times;
    }

    void clear() {
      items_.clear();
      size_ = 0;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool empty() const override { return size_ == 0; }

    void do_next() override {
      if (size_ == 0) {
        of_.books_.called_empty = !of_.given_up_;
        return;
      }
      const item one = items_.front();
      if (--items_.front().times == 0)
        items_.pop_front();
      --size_;
      of_.carry_out(one);
    }

  private:
    call& of_;
    std::deque<item> items_;
    std::size_t size_ = 0;
  };

  asio::awaitable<void> when_it_is_known() {
    if (script_.hears_all)
      co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    if (!at_once_)
      co_await asio::post(test_.executor(), asio::use_awaitable);
    books_.called = weir::now();
    called_in_ = rest_.turns();
    idle_ = rest_.idle();
    try {
      co_await work_off(*mine_, script_.slice);
    } catch (const std::bad_alloc&) {
      if (books_.threw != fault::bad_alloc)
        throw;
      out_of_memory_ = std::current_exception(); // an operation of the driver's must not throw it
    }
  }

  void carry_out(const item& one) {
    rest_.wake();
    begin();
    if (one.cancels)
      cancel(true);
    for (std::size_t i = 0; i < one.posts; ++i)
      rest_.post();
    rest_.occupy(one.costs);
    for (std::size_t i = 0; i < one.adds; ++i)
      mine_->add({.costs = one.costs / 2});
    if (one.sweeps)
      sweep_();
    end(one);
    if (one.throws)
      std::rethrow_exception(make_exception(*one.throws));
  }

  void begin() {
    done_item& mine = books_.last;
    done_item& before = books_.before;
    before = std::exchange(mine, {});
    mine.number = ++books_.done;
    mine.turns = rest_.turns();
    mine.began = mine.slice_began = weir::now();
    mine.idle = rest_.idle() - idle_;
    const bool first = mine.number == 1;
    if (first)
      first_turn_ = mine.turns;
    if (!first && before.turns == mine.turns) {
      mine.slice_began = before.slice_began;
      mine.in_slice = before.in_slice + 1;
    } else {
      mine.waited = mine.turns - (first ? called_in_ : before.turns);
      mine.owed = posted_ > rest_.served() ? posted_ - rest_.served() : 0;
      weir::note("a slice begins with item {}", mine.number);
    }
    mine.after_cancel =
        books_.cancelled != never && !(books_.cancelled_by_item && cancelled_in_ == mine.turns);
    mine.after_error = books_.threw.has_value();
    look_at_item();
  }

  /// A promise is broken once, not once more with each item that an answer goes on with.
  void look_at_item() {
    slice_specification look(books_, promise_);
    const std::string found = look.finding_at_item();
    if (found.empty() && (!look.another_is_broken() || ++of_no_interest_ < patience))
      return;
    given_up_ = true;
    mine_->clear();
    weir::expect(found.empty(), "{}", found);
  }

  void end(const item& one) {
    done_item& mine = books_.last;
    mine.ended = weir::now();
    mine.left = mine_->size();
    posted_ = rest_.posted();
    idle_ = rest_.idle();
    if (one.throws && !books_.threw) {
      books_.threw = one.throws;
      books_.thrower = mine.number;
      books_.threw_at = mine.ended;
    }
  }

  /// May be inside the call: nobody has waited yet.
  void note_end(const weir::testing::fate_of<void>& how) {
    books_.fate = how;
    if (out_of_memory_)
      books_.fate = weir::testing::failure(out_of_memory_);
    books_.ended = true;
    books_.ended_at = weir::now();
    books_.left = mine_->size();
    books_.idle_at_end = rest_.idle() - idle_;
    books_.waited_at_end =
        rest_.turns() - std::max(books_.done == 0 ? called_in_ : books_.last.turns, cancelled_in_);
    mine_.reset();
    rest_.wake();
  }

  /// So often may an answer break promises that other tests look at. What comes then is not
  /// judged, and need not be borne: turns without an end, or a stack of them.
  static constexpr std::size_t patience = 300;

  weir::testing::driver& test_;
  others& rest_;
  script script_;
  std::string promise_;
  bool at_once_;
  std::function<void()> sweep_;
  history books_;
  std::unique_ptr<scripted_backlog> mine_ = std::make_unique<scripted_backlog>(*this);
  weir::testing::operation<void>* call_ = nullptr;
  std::size_t first_turn_ = 0; ///< of the others, by the first item
  std::size_t called_in_ = 0;
  std::size_t cancelled_in_ = 0;
  std::size_t posted_ = 0; ///< handlers, by the end of the last item
  nanoseconds idle_{};     ///< by then, or when it was called
  std::exception_ptr out_of_memory_;
  std::size_t of_no_interest_ = 0;
  bool given_up_ = false;
};

/// A loop with some calls on it, and the others.
class loop_fixture {
public:
  loop_fixture(asio::any_io_executor executor, std::string_view promise,
               nanoseconds others_take = 0ns)
      : test_(executor), promise_(promise), rest_(executor, others_take) {
    rest_.each_turn([this](std::size_t number) {
      for (std::size_t i = 0; i < calls_.size(); ++i)
        calls_[i]->turn(number);
    });
  }

  void start(script what, bool at_once = false) {
    const std::string name =
        ++started_ == 1 ? "work_off()" : weir::text("work_off() no. {}", started_);
    calls_.push_back(
        std::make_unique<call>(test_, rest_, std::move(what), promise_, name, at_once,
                               [this] { start({.items = {{.costs = 1ms, .times = 2}}}, true); }));
  }

  /// Waits until all have ended, or nothing happens any more, and judges.
  asio::awaitable<void> finish() {
    std::size_t before = 0;
    for (int quiet = 0; quiet < 3 && !all_ended(); ++quiet) {
      co_await weir::testing::pass(1s);
      if (done() != before)
        quiet = 0;
      before = done();
    }
    for (const auto& one : calls_)
      one->judge();
    co_await test_.tidy_up();
    while (!rest_.resting())
      co_await weir::testing::pass();
  }

private:
  [[nodiscard]] bool all_ended() const {
    return std::ranges::all_of(calls_, [](const auto& one) { return one->ended(); });
  }

  [[nodiscard]] std::size_t done() const {
    std::size_t all = 0;
    for (const auto& one : calls_)
      all += one->done();
    return all;
  }

  weir::testing::driver test_;
  std::string promise_;
  others rest_;
  std::size_t started_ = 0;
  std::vector<std::unique_ptr<call>> calls_;
};

/// A whole scenario: some calls that begin one after the other in one turn.
inline asio::awaitable<void> sweep(std::string_view promise, std::vector<script> scripts,
                                   nanoseconds others_take = 0ns) {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, promise, others_take);
  for (script& one : scripts)
    loop.start(std::move(one));
  co_await loop.finish();
}

inline asio::awaitable<void> sweep(std::string_view promise, script one,
                                   nanoseconds others_take = 0ns) {
  std::vector<script> only;
  only.push_back(std::move(one));
  return sweep(promise, std::move(only), others_take);
}

/// So many that cost the same.
inline std::vector<item> many(std::size_t count, nanoseconds costs) {
  return {{.costs = costs, .times = count}};
}

inline std::vector<item> operator+(std::vector<item> first, const std::vector<item>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// One thread, which serves what is ready in order, and looks at its timers once in a round. Time
/// moves by a nanosecond at the most of its own accord: what is measured here are items.
inline weir::explore_options loop(std::string name, std::size_t schedules = 60) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.model = weir::schedule_model{
      .order = weir::order_model::one_thread, .time = weir::time_model::moves, .jitter = 1ns};
  options.search.schedules = schedules;
  return options;
}

/// The same for thousands of slices: one schedule, and years of time.
inline weir::explore_options long_loop(std::string name) {
  weir::explore_options options = loop(std::move(name), 1);
  options.shrink_runs = 1;
  options.limits = {.steps = 1'000'000, .virtual_time = 24h * 365 * 10};
  return options;
}

} // namespace weir_hidden
