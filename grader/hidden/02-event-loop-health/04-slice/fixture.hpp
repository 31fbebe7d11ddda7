/// \file
/// What the hidden tests of `slice` share: backlogs of items that cost what they are told to, the
/// rest of the loop, which wants its turns, and the books on both.
#pragma once

#include "slice.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// One item, and what it does beside its work.
struct item {
  nanoseconds costs = 0ns;
  std::optional<thrown> throws = {};
  std::size_t adds = 0;  ///< so many items behind the last one; each costs half of what it costs
  std::size_t posts = 0; ///< handlers that it makes ready
  bool cancels = false;  ///< the caller, in the middle of it
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
};

/// The rest of the loop: a handler that makes itself ready again and again, as long as there is
/// work. So it has a turn whenever somebody who is fair lets others have one. When for a while
/// nobody else has done anything, it rests, and time goes by.
class others {
public:
  others(asio::any_io_executor executor, nanoseconds takes)
      : executor_(std::move(executor)), takes_(takes) {}

  others(const others&) = delete;
  others& operator=(const others&) = delete;

  /// Somebody does something: from now on there are turns again.
  void wake() {
    quiet_ = 0;
    if (rests_) {
      rests_ = false;
      come_again();
    }
  }

  /// What is done in each turn.
  void each_turn(std::function<void(std::size_t)> what) { what_ = std::move(what); }

  /// A handler is made ready that somebody waits for.
  void post() {
    ++posted_;
    asio::post(executor_, [this] { ++served_; });
  }

  void occupy(nanoseconds work) {
    weir::world::occupy_loop(work);
    occupied_ += work;
  }

  [[nodiscard]] std::size_t turns() const { return turns_; }

  [[nodiscard]] std::size_t posted() const { return posted_; }

  [[nodiscard]] std::size_t served() const { return served_; }

  /// So long had nobody anything to do, since the run began.
  [[nodiscard]] nanoseconds idle() const { return weir::now() - occupied_; }

  [[nodiscard]] bool resting() const { return rests_; }

private:
  /// Somebody who wants to go on comes within so many turns.
  static constexpr std::size_t patience = 16;

  void come_again() {
    asio::post(executor_, [this] { have_a_turn(); });
  }

  void have_a_turn() {
    ++turns_;
    if (++quiet_ > patience) {
      rests_ = true;
      return;
    }
    if (what_)
      what_(turns_);
    if (quiet_ == 1) {
      weir::note("the others have a turn");
      occupy(takes_);
    }
    come_again();
  }

  asio::any_io_executor executor_;
  nanoseconds takes_;
  std::function<void(std::size_t)> what_;
  std::size_t turns_ = 0;
  std::size_t posted_ = 0;
  std::size_t served_ = 0;
  std::size_t quiet_ = 0; ///< turns since somebody has done something
  nanoseconds occupied_{};
  bool rests_ = true;
};

/// One call of work_off(). Its backlog goes in the instant in which it ends.
class call {
public:
  call(weir::testing::driver& test, others& rest, script what, std::string_view promise,
       std::string name)
      : test_(test), rest_(rest), script_(std::move(what)), promise_(promise) {
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
      if (!books_.items.empty() && one.turn == number - first_turn_ && !books_.ended) {
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
    call_->cancel();
  }

  [[nodiscard]] bool ended() const { return books_.ended; }

  [[nodiscard]] std::size_t done() const { return books_.items.size(); }

  /// Looks at what is known by now.
  void judge() {
    if (!books_.ended)
      books_.left = mine_->size();
    const std::string found = slice_specification(books_, promise_).finding();
    weir::expect(found.empty(), "{}", found);
  }

private:
  class scripted_backlog final : public backlog {
  public:
    explicit scripted_backlog(call& of) : of_(of) {}

    void add(const item& one) { items_.push_back(one); }

    [[nodiscard]] std::size_t size() const { return items_.size(); }

    [[nodiscard]] bool empty() const override { return items_.empty(); }

    void do_next() override {
      if (items_.empty()) {
        of_.books_.called_empty = true;
        return;
      }
      const item one = items_.front();
      items_.pop_front();
      of_.carry_out(one);
    }

  private:
    call& of_;
    std::deque<item> items_;
  };

  /// In a turn of its own, so that an item of the first slice can cancel it.
  asio::awaitable<void> when_it_is_known() {
    co_await asio::post(test_.executor(), asio::use_awaitable);
    co_await work_off(*mine_, script_.slice);
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
    end(one);
    if (one.throws)
      std::rethrow_exception(weir::storm::make_exception(*one.throws));
  }

  void begin() {
    if (books_.items.empty())
      first_turn_ = rest_.turns();
    const bool same_slice = !books_.items.empty() && books_.items.back().turns == rest_.turns();
    const bool cancelled =
        books_.cancelled != never && !(books_.cancelled_by_item && cancelled_in_ == rest_.turns());
    books_.items.push_back(
        {.number = books_.items.size() + 1,
         .began = weir::now(),
         .turns = rest_.turns(),
         .owed = posted_ > rest_.served() && !same_slice ? posted_ - rest_.served() : 0,
         .idle = rest_.idle() - idle_,
         .after_cancel = cancelled,
         .after_error = books_.threw.has_value()});
    done_item& mine = books_.items.back();
    mine.slice_began = mine.began;
    if (same_slice) {
      const done_item& before = books_.items[books_.items.size() - 2];
      mine.slice_began = before.slice_began;
      mine.in_slice = before.in_slice + 1;
    } else {
      weir::note("a slice begins with item {}", mine.number);
    }
    const std::string found = slice_specification(books_, promise_).finding_at_item();
    weir::expect(found.empty(), "{}", found);
  }

  void end(const item& one) {
    done_item& mine = books_.items.back();
    mine.ended = weir::now();
    mine.left = mine_->size();
    posted_ = rest_.posted();
    idle_ = rest_.idle();
    if (one.throws && !books_.threw)
      books_.threw = one.throws;
  }

  /// May be inside the call: nobody has waited yet.
  void note_end(const weir::testing::fate_of<void>& how) {
    books_.fate = how;
    books_.ended = true;
    books_.ended_at = weir::now();
    books_.left = mine_->size();
    books_.idle_at_end = rest_.idle() - idle_;
    mine_.reset();
    rest_.wake();
  }

  weir::testing::driver& test_;
  others& rest_;
  script script_;
  std::string promise_;
  history books_;
  std::unique_ptr<scripted_backlog> mine_ = std::make_unique<scripted_backlog>(*this);
  weir::testing::operation<void>* call_ = nullptr;
  std::size_t first_turn_ = 0; ///< of the others, by the first item
  std::size_t cancelled_in_ = 0;
  std::size_t posted_ = 0; ///< handlers, by the end of the last item
  nanoseconds idle_{};     ///< by then
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

  void start(script what) {
    const std::string name =
        calls_.empty() ? "work_off()" : weir::text("work_off() no. {}", calls_.size() + 1);
    calls_.push_back(std::make_unique<call>(test_, rest_, std::move(what), promise_, name));
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

/// So many of one kind.
inline std::vector<item> many(std::size_t count, nanoseconds costs) {
  return std::vector<item>(count, item{.costs = costs});
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

} // namespace weir_hidden
