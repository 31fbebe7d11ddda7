/// \file
/// What the hidden tests of `bulkhead` share: dependencies that answer when the test says so, and
/// calls whose fate is written down.
#pragma once

#include "bulkhead.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

inline constexpr nanoseconds tidying = 2500us; ///< what a dependency takes to end a cancelled call
inline constexpr nanoseconds any_time = 24h;

enum which : std::size_t { A, B, C };

inline std::string_view name_of(std::size_t dependency) {
  constexpr std::string_view names[]{"A", "B", "C"};
  return names[dependency];
}

/// One call through the bulkheads.
struct one_call {
  enum class end { none, answered, refused, timed_out, cancelled, failed };

  one_call(asio::any_io_executor executor, std::size_t dependency, int number, nanoseconds patience)
      : to(dependency),
        request(number),
        name(weir::text("{}{}", name_of(dependency), number)),
        start_by(weir::now() + patience),
        work(std::move(executor), {.tidies = tidying, .when_cancelled = [this] {
                                     weir::note("{} is cancelled in flight", name);
                                   }}) {}

  const std::size_t to;
  const int request;
  const std::string name;
  const nanoseconds start_by;
  const nanoseconds made_at = weir::now();
  weir::testing::operation<int>* asked = nullptr;

  bool started = false; ///< the dependency has been asked
  bool running = false; ///< and is not done with it
  nanoseconds started_at{};
  weir::testing::job work; ///< the dependency's
  error_code answers_with;
  bool answered = false;

  [[nodiscard]] end how() const {
    const error_code error = asked->fate().code();
    return asked->pending()                          ? end::none
           : asked->fate().returned()                ? end::answered
           : error == asio::error::try_again         ? end::refused
           : error == asio::error::timed_out         ? end::timed_out
           : error == asio::error::operation_aborted ? end::cancelled
                                                     : end::failed;
  }

  [[nodiscard]] bool waits() const { return asked->pending() && !started; }

  [[nodiscard]] std::string fate() const {
    switch (how()) {
    case end::answered:
      return "was answered";
    case end::refused:
      return "was refused with try_again";
    case end::timed_out:
      return "ended with timed_out";
    case end::cancelled:
    case end::failed:
      return asked->text();
    case end::none:
      break;
    }
    return running ? "is in flight" : started ? "has been answered, but has not returned" : "waits";
  }
};

/// Answers when it is told to; cancelled, it takes a while to tidy up.
class far_end final : public dependency {
public:
  explicit far_end(std::list<one_call>& calls) : calls_(calls) {}

  asio::awaitable<int> call(int request) override {
    auto& one = *std::ranges::find(calls_, request, &one_call::request);
    const being_served served(one);
    weir::note("{} is started", one.name);
    const bool answered = co_await one.work.run();
    if (!answered || one.answers_with)
      throw boost::system::system_error(answered ? one.answers_with
                                                 : asio::error::operation_aborted);
    co_return 100 * request;
  }

private:
  struct being_served {
    explicit being_served(one_call& of) : one(of) {
      weir::expect(!one.started, "the dependency was asked a second time for {}", one.name);
      one.started = one.running = true;
      one.started_at = weir::now();
    }

    being_served(const being_served&) = delete;
    being_served& operator=(const being_served&) = delete;

    ~being_served() { one.running = false; }

    one_call& one;
  };

  std::list<one_call>& calls_;
};

struct size {
  std::size_t max_in_flight = 1;
  std::size_t max_queued = 1;
};

class bulkhead_fixture {
public:
  /// With as many dependencies as have a size.
  explicit bulkhead_fixture(asio::any_io_executor executor, size a, size b = {0, 0},
                            size c = {0, 0})
      : test_(std::move(executor)), far_end_(calls_) {
    for (const size& one : {a, b, c})
      if (one.max_in_flight != 0)
        sizes_.push_back(one);
    weir::name_this_task("the test");
    std::vector<compartment> compartments;
    for (const auto& [max_in_flight, max_queued] : sizes_)
      compartments.push_back(
          {.to = &far_end_, .max_in_flight = max_in_flight, .max_queued = max_queued});
    walls_ = make_bulkheads(test_.executor(), compartments);
  }

  /// Somebody makes a call, and may wait for `patience`.
  one_call& make(std::size_t dependency, nanoseconds patience = any_time) {
    auto& one = calls_.emplace_back(test_.executor(), dependency,
                                    static_cast<int>(calls_.size()) + 1, patience);
    one.asked = &test_.start(
        one.name,
        [this, &one] { return walls_->call(one.to, one.request, time_point(one.start_by)); },
        [due = 100 * one.request](const weir::testing::operation<int>& ended) {
          const bool right = !ended.fate().returned() || ended.fate().value() == due;
          weir::expect(right, "{} {}, where {} was the answer", ended.name(), ended.text(), due);
        });
    return one;
  }

  /// The same, and everything happens that can happen at this instant.
  asio::awaitable<one_call*> made(std::size_t dependency, nanoseconds patience = any_time) {
    auto& one = make(dependency, patience);
    co_await settle();
    co_return &one;
  }

  /// The dependency is done with a call that is in flight.
  void answer(one_call& one, error_code with = {}) {
    weir::expect(one.running, "{} was to be answered, and {}", one.name, one.fate());
    weir::note("{} is answered by the dependency", one.name);
    one.answered = true;
    one.answers_with = with;
    one.work.finish();
  }

  void cancel(one_call& one) { one.asked->cancel(); }

  /// Done by somebody else in this instant, before or after whatever else happens in it.
  void meanwhile(std::function<void()> what) { test_.meanwhile(std::move(what)); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// A millisecond goes by; then the books must be right.
  asio::awaitable<void> settle() {
    co_await wait(1ms);
    for (std::size_t dependency = 0; dependency < sizes_.size(); ++dependency)
      check_books(dependency);
  }

  void expect_waits(const one_call& one) const {
    weir::expect(one.waits(), "{} {}, although {}", one.name, one.fate(), situation(one.to));
  }

  void expect_started(const one_call& one, nanoseconds due) const {
    weir::expect(one.started, "{} {}: {}", one.name, one.fate(), situation(one.to));
    weir::expect(one.started_at == due, "{} was started at {}; it should have been at {}", one.name,
                 one.started_at, due);
  }

  void expect_ended(const one_call& one, one_call::end how, nanoseconds due,
                    std::string_view why) const {
    weir::expect(one.how() == how, "{}, but {} {}: {}", why, one.name, one.fate(),
                 situation(one.to));
    weir::expect(one.asked->ended_at() == due, "{} at {}, but {} ended at {}", why, due, one.name,
                 one.asked->ended_at());
  }

  void expect_never_asked(const one_call& one) const {
    weir::expect(!one.started, "{} {}, and yet the dependency was asked", one.name, one.fate());
  }

  /// What `in_flight` and `queued` say.
  void expect_counts(std::size_t dependency) const {
    const auto in_flight = walls_->in_flight(dependency);
    const auto queued = walls_->queued(dependency);
    weir::expect(in_flight == running(dependency), "in_flight() says {} for {}, where {} are",
                 in_flight, name_of(dependency), running(dependency));
    weir::expect(queued == waiting(dependency), "queued() says {} for {}, where {} wait", queued,
                 name_of(dependency), waiting(dependency));
  }

  /// Everybody gets an answer, and then every place is free again.
  asio::awaitable<void> finish() {
    co_await wait(5ms);
    co_await answer_all();
    for (const one_call& one : calls_)
      weir::expect(one.how() != one_call::end::none, "at the end, {} {}", one.name, one.fate());
    for (std::size_t dependency = 0; dependency < sizes_.size(); ++dependency) {
      const auto places = sizes_[dependency].max_in_flight;
      for (std::size_t i = 0; i < places; ++i)
        make(dependency);
      co_await wait(1ms);
      weir::expect(running(dependency) == places,
                   "all calls to {} had ended. Then {} new ones were made, for as many places, and "
                   "{} of them were started",
                   name_of(dependency), places, running(dependency));
      expect_counts(dependency);
    }
    co_await answer_all();
  }

  std::list<one_call>& calls() { return calls_; }

  /// One of those in flight, if there is any.
  void answer_some(weir::random_stream& random, error_code with = {}) {
    if (one_call* const one = some(random, [](const one_call& any) {
          return any.running && !any.answered && !any.asked->cancelled_at();
        }))
      answer(*one, with);
  }

  /// One of those that have not ended, if there is any.
  void cancel_some(weir::random_stream& random) {
    if (one_call* const one =
            some(random, [](const one_call& any) { return any.how() == one_call::end::none; }))
      cancel(*one);
  }

private:
  one_call* some(weir::random_stream& random, bool (*suits)(const one_call&)) {
    std::vector<one_call*> candidates;
    for (one_call& one : calls_)
      if (suits(one))
        candidates.push_back(&one);
    return candidates.empty() ? nullptr : candidates[random.below(candidates.size())];
  }

  asio::awaitable<void> answer_all() {
    for (bool any = true; any;) {
      any = false;
      for (one_call& one : calls_) {
        if (!one.running || one.answered)
          continue;
        answer(one);
        any = true;
      }
      co_await settle();
    }
  }

  [[nodiscard]] std::size_t running(std::size_t dependency) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        calls_, [&](const one_call& one) { return one.to == dependency && one.running; }));
  }

  [[nodiscard]] std::size_t waiting(std::size_t dependency) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        calls_, [&](const one_call& one) { return one.to == dependency && one.waits(); }));
  }

  [[nodiscard]] std::string situation(std::size_t dependency) const {
    std::string text;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      if (i != dependency && running(i) + waiting(i) == 0)
        continue;
      text += weir::text("{}dependency {} has {} of {} places taken and {} of {} waiting",
                         text.empty() ? "" : "; ", name_of(i), running(i), sizes_[i].max_in_flight,
                         waiting(i), sizes_[i].max_queued);
    }
    return text;
  }

  /// What is true of a dependency at any quiet moment.
  void check_books(std::size_t dependency) const {
    const auto [places, room] = sizes_[dependency];
    weir::expect(running(dependency) <= places,
                 "dependency {} has a limit of {} at a time, and {} are in flight",
                 name_of(dependency), places, running(dependency));
    weir::expect(waiting(dependency) <= room, "{} calls wait for dependency {}; its queue has {}",
                 waiting(dependency), name_of(dependency), room);
    for (const one_call& one : calls_) {
      if (one.to != dependency || !one.waits())
        continue;
      weir::expect(running(dependency) == places, "{} waits, although a place is free: {}",
                   one.name, situation(dependency));
      const auto overtook = [&one](const one_call& other) {
        return other.to == one.to && other.started && other.made_at > one.made_at;
      };
      const auto other = std::ranges::find_if(calls_, overtook);
      weir::expect(other == calls_.end(), "{} was started, while {} has waited for longer",
                   other == calls_.end() ? "" : other->name, one.name);
    }
  }

  weir::testing::driver test_;
  std::vector<size> sizes_;
  std::list<one_call> calls_;
  far_end far_end_;
  std::unique_ptr<bulkheads> walls_;
};

} // namespace weir_hidden
