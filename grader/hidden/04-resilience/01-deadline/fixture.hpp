/// \file
/// What the hidden tests of `deadline` share: a network that does as it is told, and callers whose
/// fate is written down.
#pragma once

#include "deadline.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

/// An error that carries more than its code.
class refusal : public boost::system::system_error {
public:
  refusal(error_code code, int more) : system_error(code), detail(more) {}

  int detail;
};

/// How one call of `reserve` goes.
struct script {
  std::optional<nanoseconds> answers = {};        ///< after so long; empty: never
  error_code fails_with = {};                     ///< that answer is an error
  std::optional<weir::storm::thrown> throws = {}; ///< or an exception of another kind
  nanoseconds withdraws = 3ms;                    ///< so long it takes when it is cancelled
  error_code then =
      asio::error::operation_aborted; ///< and that it throws; no error: it has a point
};

/// Points 1, 2, …; the n-th call follows the n-th script, and all later ones the last.
class scripted_network final : public charge_network {
public:
  scripted_network(asio::any_io_executor executor, std::vector<script> scripts)
      : executor_(std::move(executor)), scripts_(std::move(scripts)) {}

  asio::awaitable<int> reserve() override {
    const std::size_t number = calls++;
    const script mine = scripts_[std::min(number, scripts_.size() - 1)];
    const in_flight inside(running, number);
    weir::note("reserve() is called");
    weir::testing::job work(executor_, {.takes = mine.answers.value_or(nanoseconds::max()),
                                        .tidies = mine.withdraws,
                                        .when_cancelled = [this] {
                                          cancelled_at = weir::now();
                                          weir::note("reserve() is cancelled");
                                        }});
    const bool answered = co_await work.run();
    if (answered && mine.throws) {
      weir::note("reserve() throws {}", to_string(*mine.throws));
      std::rethrow_exception(make_exception(*mine.throws));
    }
    const error_code error = answered ? mine.fails_with : mine.then;
    if (error) {
      weir::note("reserve() throws \"{}\"", error);
      throw refusal(error, 42);
    }
    reserved.push_back(static_cast<int>(reserved.size()) + 1);
    weir::note("reserve() returns point {}", reserved.back());
    co_return reserved.back();
  }

  void release(int point) override {
    weir::note("point {} is released", point);
    released.push_back(point);
  }

  std::size_t calls = 0;
  std::set<std::size_t> running; ///< by number, from 0
  std::optional<nanoseconds> cancelled_at;
  std::vector<int> reserved;
  std::vector<int> released;

private:
  struct in_flight {
    in_flight(std::set<std::size_t>& set, std::size_t element) : all(set), number(element) {
      all.insert(number);
    }

    in_flight(const in_flight&) = delete;
    in_flight& operator=(const in_flight&) = delete;

    ~in_flight() { all.erase(number); }

    std::set<std::size_t>& all;
    std::size_t number;
  };

  asio::any_io_executor executor_;
  const std::vector<script> scripts_;
};

/// A call of reserve_within(), and what there was when it ended.
struct call {
  std::size_t number = 0; ///< callers begin one after another; this is the n-th, from 0
  weir::testing::operation<int>* reserved = nullptr;
  bool running = false; ///< its reserve()
  std::vector<int> released;

  [[nodiscard]] bool waits() const { return reserved->pending(); }

  [[nodiscard]] bool returned() const { return reserved->fate().returned(); }

  /// What it returned; 0: nothing.
  [[nodiscard]] int point() const { return returned() ? reserved->fate().value() : 0; }

  [[nodiscard]] bool timed_out() const { return error() == asio::error::timed_out; }

  [[nodiscard]] bool aborted() const { return reserved->fate().cancelled(); }

  [[nodiscard]] error_code error() const { return reserved->fate().code(); }

  [[nodiscard]] nanoseconds at() const { return reserved->ended_at(); }

  [[nodiscard]] std::string fate() const {
    return returned() ? weir::text("returned point {}", point()) : reserved->text();
  }

  void cancel() { reserved->cancel(); }
};

class deadline_fixture {
public:
  deadline_fixture(asio::any_io_executor executor, std::vector<script> scripts)
      : network(executor, std::move(scripts)), test_(executor) {
    weir::name_this_task("the test");
  }

  call& start(nanoseconds limit, std::string name = "the caller") {
    call& made = calls_.emplace_back();
    made.number = calls_.size() - 1;
    made.reserved = &test_.start(
        std::move(name), [this, limit] { return reserve_within(network, limit); },
        [this, &made](const weir::testing::operation<int>&) {
          made.running = network.running.contains(made.number);
          made.released = network.released;
        });
    return made;
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) { test_.at(delay, std::move(what)); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// It has ended, and at this time; nothing was left behind.
  void expect_ended(const call& one, nanoseconds due, std::string_view why) const {
    weir::expect(!one.waits(), "{}, but {} after that reserve_within() has not ended", why,
                 weir::now() - due);
    weir::expect(!one.running,
                 "reserve_within() {} at {}, and the reserve() that it had called still ran",
                 one.fate(), one.at());
    weir::expect(one.at() == due, "{}, but reserve_within() ended at {} instead of {}: it {}", why,
                 one.at(), due, one.fate());
  }

  void expect_point(const call& one, int point, nanoseconds due) const {
    expect_ended(one, due, weir::text("reserve() returned point {} at {}", point, due));
    weir::expect(one.returned() && one.point() == point,
                 "reserve() returned point {} within the limit, but reserve_within() {}", point,
                 one.fate());
  }

  /// Every reserved point is somebody's who knows of it, or has been released: once, and before
  /// that caller went on.
  void expect_no_point_lost(const call& one) const {
    for (const int point : network.reserved) {
      const auto given_back = std::count(network.released.begin(), network.released.end(), point);
      const bool kept = one.returned() && one.point() == point;
      weir::expect(kept || given_back != 0,
                   "point {} was reserved, reserve_within() {}, and nobody releases the point",
                   point, one.fate());
      weir::expect(!kept || given_back == 0, "point {} was returned to the caller and released too",
                   point);
      weir::expect(given_back <= 1, "point {} was released {} times", point, given_back);
      weir::expect(kept || std::count(one.released.begin(), one.released.end(), point) == 1,
                   "reserve_within() {} at {}, and point {} was released only after that",
                   one.fate(), one.at(), point);
    }
    for (const int point : network.released)
      weir::expect(std::count(network.reserved.begin(), network.reserved.end(), point) == 1,
                   "point {} was released, but it had not been reserved", point);
    weir::expect(!one.returned() ||
                     std::count(network.reserved.begin(), network.reserved.end(), one.point()) == 1,
                 "reserve_within() {}, but that point had not been reserved", one.fate());
  }

  scripted_network network;

private:
  weir::testing::driver test_;
  std::list<call> calls_;
};

} // namespace weir_hidden
