/// \file
/// What the hidden tests of `first-wins` share: replicas that do as they are told, a race among
/// them, and the books on both.
#pragma once

#include "first_wins.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// How a replica behaves.
struct script {
  nanoseconds answers = never;      ///< after so long
  std::optional<thrown> fails = {}; ///< that answer is an error
  bool at_the_call = false;         ///< and is thrown when `open` is called, not when it is awaited
  nanoseconds withdraws = 0ms;      ///< so long it takes when it is cancelled
  bool late = false;                ///< then it has granted a lease after all
  thrown then = thrown::aborted;    ///< or has thrown this
  nanoseconds gives_back = 0ms;     ///< so long it takes
  std::optional<int> number = {};   ///< of its lease
};

/// Grants lease 101, 102, … by its number, unless it is told otherwise; what happens to it stands
/// in the books.
class scripted_replica final : public replica {
public:
  scripted_replica(asio::any_io_executor executor, script how, history& books, std::size_t number)
      : executor_(std::move(executor)), how_(how), books_(books), number_(number) {}

  asio::awaitable<lease> open() override {
    if (how_.fails && how_.at_the_call) {
      begin();
      fail(*how_.fails);
    }
    return carry_out();
  }

  asio::awaitable<void> give_back(lease what) override {
    const std::size_t mine = books_.returns.size();
    books_.returns.push_back({.replica = number_, .lease = what.number, .began = weir::now()});
    weir::note("lease {} is given back to replica {}", what.number, number_ + 1);
    weir::testing::job work(executor_, {.takes = how_.gives_back});
    bool done = false;
    try {
      co_await a_turn(how_.gives_back);
      done = co_await work.run();
    } catch (const boost::system::system_error&) {
      done = false; // it had been cancelled before
    }
    books_.returns[mine].ended = weir::now();
    books_.returns[mine].cancelled = !done;
    if (!done) {
      weir::note("give_back() of replica {} is cancelled", number_ + 1);
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }

  /// It answers now, if it is asked and has not been cancelled.
  void finish() {
    if (asked_ != nullptr)
      asked_->finish();
  }

private:
  opening& mine() { return books_.openings[number_]; }

  void begin() {
    ++mine().times;
    mine().asked = weir::now();
    weir::note("replica {} is asked", number_ + 1);
  }

  asio::awaitable<lease> carry_out() {
    weir::name_this_task(weir::text("replica {}", number_ + 1));
    begin();
    weir::testing::job work(
        executor_, {.takes = how_.answers, .tidies = how_.withdraws, .when_cancelled = [this] {
                      mine().cancelled = weir::now();
                      weir::note("open() of replica {} is cancelled", number_ + 1);
                    }});
    asked_ = &work;
    bool answered = false;
    try {
      co_await a_turn(how_.answers);
      answered = co_await work.run();
    } catch (const boost::system::system_error&) {
      mine().cancelled = weir::now(); // it had been before
    }
    asked_ = nullptr;
    if (answered && how_.fails)
      fail(*how_.fails);
    if (!answered && !how_.late)
      fail(how_.then);
    mine().ended = weir::now();
    const int granted = how_.number.value_or(100 + static_cast<int>(number_) + 1);
    mine().lease = granted;
    weir::note("replica {} grants lease {}", number_ + 1, granted);
    co_return lease{this, granted};
  }

  /// What takes no time waits all the same.
  asio::awaitable<void> a_turn(nanoseconds takes) const {
    if (takes == 0ns)
      co_await asio::post(executor_, asio::use_awaitable);
  }

  [[noreturn]] void fail(thrown kind) {
    mine().ended = weir::now();
    mine().kind = kind;
    mine().error = make_exception(kind);
    const bool asked_for = kind == thrown::aborted && mine().cancelled != never;
    weir::note("open() of replica {} throws {}", number_ + 1,
               asked_for ? std::string_view("operation_aborted") : to_string(kind));
    std::rethrow_exception(mine().error);
  }

  asio::any_io_executor executor_;
  script how_;
  history& books_;
  std::size_t number_;
  weir::testing::job* asked_ = nullptr;
};

/// One call of acquire(). Replicas and array go in the instant in which it ends.
class race_fixture {
public:
  race_fixture(weir::testing::driver& test, std::string_view promise, std::vector<script> scripts,
               std::string name = "acquire()")
      : test_(test), promise_(promise) {
    books_.openings.resize(scripts.size());
    books_.started = weir::now();
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      replicas_.push_back(
          std::make_unique<scripted_replica>(test.executor(), scripts[i], books_, i));
      array_.push_back(replicas_.back().get());
    }
    race_ = &test.start(
        std::move(name), [this] { return acquire(array_); },
        [this](const auto& race) { note_end(race.fate()); });
  }

  race_fixture(const race_fixture&) = delete;
  race_fixture& operator=(const race_fixture&) = delete;

  /// The caller is cancelled so much later: before or after whatever else happens in that instant.
  void cancel_after(nanoseconds delay) {
    test_.at(delay, [this] { cancel(); });
  }

  void cancel() {
    if (!race_->pending())
      return;
    books_.cancelled = std::min(books_.cancelled, weir::now());
    race_->cancel();
  }

  /// Looks at what is known by now, and what was due by now.
  void judge() {
    const std::string found = first_wins_specification(books_, promise_).finding();
    weir::expect(found.empty(), "{}", found);
  }

  /// Waits for the end, for as long as that may take, and judges. Who never answers does so then,
  /// so that an end comes whatever becomes of cancellations.
  asio::awaitable<void> finish(nanoseconds within = 1s) {
    co_await weir::testing::pass(within);
    judge();
    for (const auto& each : replicas_)
      each->finish();
    if (race_->pending())
      co_await weir::testing::pass(within);
  }

private:
  /// May be inside the call: nobody has waited yet.
  void note_end(const weir::testing::fate_of<lease>& how) {
    books_.fate = how;
    books_.ended = weir::now();
    if (nothing_runs()) {
      replicas_.clear();
      array_.clear();
      array_.shrink_to_fit();
    }
  }

  [[nodiscard]] bool nothing_runs() const {
    return std::ranges::all_of(
               books_.openings,
               [](const opening& one) { return !one.began() || one.ended != never; }) &&
           std::ranges::all_of(books_.returns,
                               [](const return_of_lease& one) { return one.ended != never; });
  }

  weir::testing::driver& test_;
  std::string promise_;
  history books_;
  std::vector<std::unique_ptr<scripted_replica>> replicas_;
  std::vector<replica*> array_;
  weir::testing::operation<lease>* race_ = nullptr;
};

/// A whole scenario: one race, and a caller who may be cancelled at some moments.
inline asio::awaitable<void> race(std::string_view promise, std::vector<script> scripts,
                                  std::vector<nanoseconds> cancelled = {},
                                  nanoseconds within = 1s) {
  weir::name_this_task("the test");
  weir::testing::driver test(co_await asio::this_coro::executor);
  race_fixture one(test, promise, std::move(scripts));
  for (const nanoseconds when : cancelled)
    one.cancel_after(when);
  co_await one.finish(within);
  co_await test.finish();
}

} // namespace weir_hidden
