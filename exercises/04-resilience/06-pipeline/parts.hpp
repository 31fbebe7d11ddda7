/// \file
/// The four parts of the toolbox, as the scene and the tests use them. They are given: read them as
/// closely as you like, there is nothing to change.
#pragma once

#include "board.hpp"
#include "pipeline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <utility>

namespace parts {

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::steady_clock;

class timeout final : public remote {
public:
  timeout(board& shared, std::unique_ptr<remote> inner)
      : shared_(shared), inner_(std::move(inner)) {}

  asio::awaitable<int> call(int request) override {
    using namespace asio::experimental::awaitable_operators;
    shared_.passes(kind::timeout, request);
    asio::steady_timer limit(shared_.executor, shared_.set.limit);
    const auto first = co_await (ended(request) || limit.async_wait(asio::use_awaitable));
    if (first.index() == 1)
      throw system_error(asio::error::timed_out);
    const auto& [error, answer] = std::get<0>(first);
    if (error)
      throw system_error(error);
    co_return answer;
  }

private:
  /// `||` waits for a success. An error has to end the wait as well, so it is made a value.
  asio::awaitable<std::pair<error_code, int>> ended(int request) {
    std::pair<error_code, int> how;
    try {
      how.second = co_await inner_->call(request);
    } catch (const system_error& failed) {
      how.first = failed.code();
    }
    co_return how;
  }

  board& shared_;
  std::unique_ptr<remote> inner_;
};

class retry final : public remote {
public:
  retry(board& shared, std::unique_ptr<remote> inner) : shared_(shared), inner_(std::move(inner)) {}

  asio::awaitable<int> call(int request) override {
    shared_.passes(kind::retry, request);
    for (std::size_t attempt = 1;; ++attempt) {
      try {
        co_return co_await inner_->call(request);
      } catch (const system_error& failed) {
        if (failed.code() == asio::error::operation_aborted || attempt == shared_.set.attempts)
          throw;
      }
      const weir::span pause("pause", {weir::span_role::backing_off, shared_.span_of(request)});
      asio::steady_timer timer(shared_.executor, shared_.set.pause(attempt));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

private:
  board& shared_;
  std::unique_ptr<remote> inner_;
};

class breaker final : public remote {
public:
  breaker(board& shared, std::unique_ptr<remote> inner)
      : shared_(shared), inner_(std::move(inner)) {}

  asio::awaitable<int> call(int request) override {
    shared_.passes(kind::breaker, request);
    if (!admits())
      throw system_error(asio::error::connection_refused);
    const int admitted_in = period_;
    error_code error = asio::error::operation_aborted;
    int answer = 0;
    try {
      answer = co_await inner_->call(request);
      error = {};
    } catch (const system_error& failed) {
      error = failed.code();
    }
    if (admitted_in == period_)
      judge(error);
    if (error)
      throw system_error(error);
    co_return answer;
  }

private:
  using state = weir::breaker_phase;

  bool admits() {
    if (state_ == state::open && steady_clock::now() - opened_at_ >= shared_.set.cooldown)
      change_to(state::half_open);
    if (state_ == state::closed)
      return true;
    if (state_ == state::open || probing_)
      return false;
    probing_ = true;
    shared_.breaker.probing(1);
    return true;
  }

  void judge(error_code error) {
    if (error == asio::error::operation_aborted) {
      probing_ = false;
      shared_.breaker.probing(0);
      return;
    }
    count(error);
    const bool enough = results_.size() >= shared_.set.minimum_calls;
    const auto failures = static_cast<std::size_t>(std::ranges::count(results_, true));
    if (state_ == state::half_open)
      change_to(error ? state::open : state::closed);
    else if (enough && failures * 100 >= shared_.set.threshold * results_.size())
      change_to(state::open);
  }

  void count(error_code error) {
    shared_.counted_failures += error ? 1 : 0;
    shared_.breaker.counted(!error                            ? weir::outcome::ok
                            : error == asio::error::timed_out ? weir::outcome::timed_out
                            : error == asio::error::try_again ? weir::outcome::rejected
                                                              : weir::outcome::failed);
    results_.push_back(static_cast<bool>(error));
    if (results_.size() > shared_.set.window)
      results_.pop_front();
    show();
  }

  void show() {
    const auto failures = static_cast<std::size_t>(std::ranges::count(results_, true));
    shared_.breaker.judges_by(results_.size(), failures);
  }

  void change_to(state next) {
    state_ = next;
    ++period_;
    probing_ = false;
    results_.clear();
    shared_.breaker.enter(next);
    if (next != state::open) {
      show();
      return;
    }
    opened_at_ = steady_clock::now();
    ++shared_.times_opened;
    shared_.breaker.cooldown(shared_.set.cooldown);
  }

  board& shared_;
  std::unique_ptr<remote> inner_;
  state state_ = state::closed;
  int period_ = 0;
  bool probing_ = false;
  std::deque<bool> results_; ///< true: failed
  steady_clock::time_point opened_at_;
};

class bulkhead final : public remote {
public:
  bulkhead(board& shared, std::unique_ptr<remote> inner)
      : shared_(shared), inner_(std::move(inner)) {}

  asio::awaitable<int> call(int request) override {
    shared_.passes(kind::bulkhead, request);
    if (in_flight_ < shared_.set.max_in_flight)
      shared_.in_places.set(static_cast<double>(++in_flight_));
    else if (queue_.size() < shared_.set.max_queued)
      co_await wait_for_a_place(request);
    else
      throw system_error(asio::error::try_again);
    const place_taken place{*this};
    co_return co_await inner_->call(request);
  }

private:
  /// Somebody in the queue, for as long as it waits, however that ends.
  struct waiter {
    explicit waiter(bulkhead& before)
        : of(before),
          alarm(before.shared_.executor, steady_clock::time_point::max()),
          position(before.queue_.insert(before.queue_.end(), this)) {
      of.show_queue();
    }

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() {
      if (started)
        return;
      of.queue_.erase(position);
      of.show_queue();
    }

    bulkhead& of;
    asio::steady_timer alarm;
    std::list<waiter*>::iterator position;
    bool started = false;
  };

  struct place_taken {
    bulkhead& of;

    ~place_taken() { of.pass_on_a_place(); }
  };

  asio::awaitable<void> wait_for_a_place(int request) {
    const weir::span waits("queued", {weir::span_role::waiting, shared_.span_of(request)});
    waiter self(*this);
    error_code ignored;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!self.started)
      throw system_error(asio::error::operation_aborted);
  }

  void pass_on_a_place() {
    if (queue_.empty()) {
      shared_.in_places.set(static_cast<double>(--in_flight_));
      return;
    }
    waiter& next = *queue_.front();
    queue_.pop_front();
    show_queue();
    next.started = true;
    next.alarm.cancel();
  }

  void show_queue() { shared_.waiting.set(static_cast<double>(queue_.size())); }

  board& shared_;
  std::unique_ptr<remote> inner_;
  std::size_t in_flight_ = 0;
  std::list<waiter*> queue_;
};

/// Makes the parts for one client.
class box final : public toolbox {
public:
  explicit box(board& shared) : shared_(shared) {}

  std::unique_ptr<remote> with_timeout(std::unique_ptr<remote> inner) override {
    shared_.made.push_back(kind::timeout);
    return std::make_unique<timeout>(shared_, std::move(inner));
  }

  std::unique_ptr<remote> with_retry(std::unique_ptr<remote> inner) override {
    shared_.made.push_back(kind::retry);
    return std::make_unique<retry>(shared_, std::move(inner));
  }

  std::unique_ptr<remote> with_breaker(std::unique_ptr<remote> inner) override {
    shared_.made.push_back(kind::breaker);
    return std::make_unique<breaker>(shared_, std::move(inner));
  }

  std::unique_ptr<remote> with_bulkhead(std::unique_ptr<remote> inner) override {
    shared_.made.push_back(kind::bulkhead);
    return std::make_unique<bulkhead>(shared_, std::move(inner));
  }

private:
  board& shared_;
};

} // namespace parts
