/// \file
/// What the hidden tests of `deadline` share: a network that does as it is told, and callers whose
/// fate is written down.
#pragma once

#include "deadline.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
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
  std::optional<nanoseconds> answers = {}; ///< after so long; empty: never
  error_code fails_with = {};              ///< that answer is an error
  nanoseconds withdraws = 3ms;             ///< so long it takes when it is cancelled
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
    asio::steady_timer timer(executor_);
    if (mine.answers)
      timer.expires_after(*mine.answers);
    else
      timer.expires_at(asio::steady_timer::time_point::max());
    bool cancelled = false;
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        answer_or_withdraw{timer, mine.withdraws, cancelled, cancelled_at}, asio::use_awaitable,
        timer);
    const error_code error = cancelled ? mine.then : mine.fails_with;
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

  /// An operation, so that what it does about cancellation is not seen by the coroutine around it.
  struct answer_or_withdraw {
    asio::steady_timer& timer;
    nanoseconds withdraws;
    bool& cancelled;
    std::optional<nanoseconds>& cancelled_at;

    enum { starts, waits, withdrawing } state = starts;

    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (state == starts) {
        state = waits;
        timer.async_wait(std::move(self));
      } else if (state == waits && error) {
        state = withdrawing;
        cancelled = true;
        cancelled_at = weir::now();
        weir::note("reserve() is cancelled");
        self.reset_cancellation_state(asio::disable_cancellation());
        timer.expires_after(withdraws);
        timer.async_wait(std::move(self));
      } else {
        self.complete({});
      }
    }
  };

  asio::any_io_executor executor_;
  const std::vector<script> scripts_;
};

/// A call of reserve_within(): how it ended, when, and what there was then.
struct call {
  std::string name;
  std::size_t number = 0; ///< callers begin one after another; this is the n-th, from 0
  bool waits = true;
  int point = 0;
  error_code error;
  std::optional<int> detail; ///< of a `refusal`
  nanoseconds at{};
  bool running = false; ///< its reserve()
  std::vector<int> released;
  asio::cancellation_signal signal;

  [[nodiscard]] bool returned() const { return !waits && !error; }

  [[nodiscard]] bool timed_out() const { return !waits && error == asio::error::timed_out; }

  [[nodiscard]] bool aborted() const { return !waits && error == asio::error::operation_aborted; }

  [[nodiscard]] std::string fate() const {
    if (waits)
      return "has not ended";
    return error ? weir::text("threw \"{}\"", error) : weir::text("returned point {}", point);
  }

  void cancel() {
    weir::note("{} is cancelled", name);
    signal.emit(asio::cancellation_type::terminal);
  }
};

inline asio::awaitable<void> attend(call& mine, scripted_network& network, nanoseconds limit) {
  weir::name_this_task(mine.name);
  try {
    mine.point = co_await reserve_within(network, limit);
  } catch (const refusal& thrown) {
    mine.error = thrown.code();
    mine.detail = thrown.detail;
  } catch (const boost::system::system_error& thrown) {
    mine.error = thrown.code();
  } catch (const weir::expectation_failed&) {
    throw;
  } catch (const std::exception& thrown) {
    weir::fail("reserve_within() threw something that is no system_error: {}", thrown.what());
  }
  mine.waits = false;
  mine.at = weir::now();
  mine.running = network.running.contains(mine.number);
  mine.released = network.released;
  weir::note("{} goes on: reserve_within() {}", mine.name, mine.fate());
}

inline asio::awaitable<void> act_later(asio::any_io_executor executor, nanoseconds delay,
                                       std::function<void()> what) {
  weir::name_this_task("test");
  asio::steady_timer timer(executor, delay);
  co_await timer.async_wait(asio::use_awaitable);
  what();
}

inline void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

class deadline_fixture {
public:
  deadline_fixture(asio::any_io_executor executor, std::vector<script> scripts)
      : network(executor, std::move(scripts)), executor_(executor) {
    weir::name_this_task("test");
  }

  call& start(nanoseconds limit, std::string name = "the caller") {
    call& made = calls_.emplace_back();
    made.name = std::move(name);
    made.number = calls_.size() - 1;
    asio::co_spawn(executor_, attend(made, network, limit),
                   asio::bind_cancellation_slot(made.signal.slot(), rethrow));
    return made;
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) {
    asio::co_spawn(executor_, act_later(executor_, delay, std::move(what)), rethrow);
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// It has ended, and at this time; nothing was left behind.
  void expect_ended(const call& one, nanoseconds due, std::string_view why) const {
    weir::expect(!one.waits, "{}, but {} after that reserve_within() has not ended", why,
                 weir::now() - due);
    weir::expect(!one.running,
                 "reserve_within() {} at {}, and the reserve() that it had called still ran",
                 one.fate(), one.at);
    weir::expect(one.at == due, "{}, but reserve_within() ended at {} instead of {}: it {}", why,
                 one.at, due, one.fate());
  }

  void expect_point(const call& one, int point, nanoseconds due) const {
    expect_ended(one, due, weir::text("reserve() returned point {} at {}", point, due));
    weir::expect(one.returned() && one.point == point,
                 "reserve() returned point {} within the limit, but reserve_within() {}", point,
                 one.fate());
  }

  /// Every reserved point is somebody's who knows of it, or has been released: once, and before
  /// that caller went on.
  void expect_no_point_lost(const call& one) const {
    for (const int point : network.reserved) {
      const auto given_back = std::count(network.released.begin(), network.released.end(), point);
      const bool kept = one.returned() && one.point == point;
      weir::expect(kept || given_back != 0,
                   "point {} was reserved, reserve_within() {}, and nobody releases the point",
                   point, one.fate());
      weir::expect(!kept || given_back == 0, "point {} was returned to the caller and released too",
                   point);
      weir::expect(given_back <= 1, "point {} was released {} times", point, given_back);
      weir::expect(kept || std::count(one.released.begin(), one.released.end(), point) == 1,
                   "reserve_within() {} at {}, and point {} was released only after that",
                   one.fate(), one.at, point);
    }
    for (const int point : network.released)
      weir::expect(std::count(network.reserved.begin(), network.reserved.end(), point) == 1,
                   "point {} was released, but it had not been reserved", point);
    weir::expect(!one.returned() ||
                     std::count(network.reserved.begin(), network.reserved.end(), one.point) == 1,
                 "reserve_within() {}, but that point had not been reserved", one.fate());
  }

  scripted_network network;

private:
  asio::any_io_executor executor_;
  std::list<call> calls_;
};

} // namespace weir_hidden
