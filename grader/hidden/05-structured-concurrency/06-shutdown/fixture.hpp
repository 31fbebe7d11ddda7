/// \file
/// What the hidden tests of `shutdown` share: a process whose clients, resources and signals are
/// written down beforehand, and the books on what became of them.
#pragma once

#include "shutdown.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>
#include <weir/world/signals.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// What happens to a process.
struct plan {
  std::vector<life> clients = {};
  std::vector<life> resources = {}; ///< in the order in which they are opened
  nanoseconds grace = 20ms;
  std::vector<nanoseconds> signals = {30ms}; ///< in the order in which they come
};

/// One process, and everything around it.
class process_fixture final : private stop_signals, private listener {
public:
  process_fixture(asio::any_io_executor executor, plan how)
      : test_(executor), executor_(executor), signals_(executor, {SIGTERM, SIGINT}) {
    weir::name_this_task("the test");
    books_.grace = how.grace;
    for (const life& each : how.clients)
      books_.clients.push_back({.how = each, .name = text("client {}", books_.clients.size() + 1)});
    if (how.clients.size() > 100) // a crowd, which comes all at once
      test_.at(how.clients.front().comes, [this] {
        for (std::size_t i = 0; i < books_.clients.size(); ++i)
          come(i);
      });
    else
      for (std::size_t i = 0; i < how.clients.size(); ++i)
        test_.at(how.clients[i].comes, [this, i] { come(i); }, books_.clients[i].name);
    for (life& each : how.resources) {
      books_.resources.push_back(
          {.how = each, .name = text("resource {}", books_.resources.size() + 1)});
      closers_.emplace_back(*this, books_.resources.size() - 1);
    }
    for (const nanoseconds each : how.signals) {
      books_.signals.push_back(each);
      if (each <= 0ns)
        signals_.raise(SIGTERM);
      else
        test_.at(each, [this] { signals_.raise(SIGTERM); }, "the platform");
    }
    std::ranges::sort(books_.signals);
  }

  process_fixture(const process_fixture&) = delete;
  process_fixture& operator=(const process_fixture&) = delete;

  /// Lets it live, and looks at what breaks the promise under test.
  asio::awaitable<void> live(std::string_view promise, nanoseconds horizon = 10s) {
    std::vector<resource*> opened;
    for (closer& each : closers_)
      opened.push_back(&each);
    test_.start(
        "run()",
        [this, opened = std::move(opened)] { return run(*this, *this, opened, books_.grace); },
        [this](const auto& it) {
          books_.back = weir::now();
          books_.end = it.text();
          if (it.fate().returned())
            books_.code = it.fate().value();
          books_.left = who_is_left();
        });
    co_await weir::testing::pass(horizon);
    books_.audit(promise);
    tidying_ = true;
    for (int round = 0; round < 5; ++round) {
      close();
      for (asio::steady_timer* const each : at_work_)
        each->cancel();
      signals_.raise(SIGTERM);
      co_await weir::testing::pass(1h);
    }
    co_await test_.finish();
  }

private:
  class visitor final : public request {
  public:
    visitor(process_fixture& in, std::size_t number) : in_(in), number_(number) {}

    visitor(const visitor&) = delete;
    visitor& operator=(const visitor&) = delete;

    ~visitor() override {
      entry& mine = in_.books_.clients[number_];
      mine.hung_up = weir::now();
      mine.hung_up_on = mine.runs();
    }

    asio::awaitable<void> serve() override {
      return in_.call(in_.books_.clients[number_], "served");
    }

  private:
    process_fixture& in_;
    std::size_t number_;
  };

  class closer final : public resource {
  public:
    closer(process_fixture& in, std::size_t number) : in_(in), number_(number) {}

    asio::awaitable<void> close() override {
      return in_.call(in_.books_.resources[number_], "closed");
    }

  private:
    process_fixture& in_;
    std::size_t number_;
  };

  template <class... Values>
  static std::string text(std::string_view pattern, const Values&... values) {
    return weir::text(pattern, values...);
  }

  // ---- what is called

  asio::awaitable<void> call(entry& mine, std::string_view what) {
    if (mine.how.at_the_call) {
      begin(mine, what);
      end(mine, make_exception(mine.how.fails.value_or(thrown::system_error)));
      std::rethrow_exception(mine.error);
    }
    return carry_out(mine, what);
  }

  void begin(entry& mine, std::string_view what) {
    ++mine.begins;
    mine.began = weir::now();
    mine.began_as = ++books_.events;
    weir::note("{} is {}", mine.name, what);
  }

  void end(entry& mine, std::exception_ptr how) {
    mine.ended = weir::now();
    mine.ended_as = ++books_.events;
    mine.error = std::move(how);
    if (mine.error)
      weir::note("{} {}", mine.name, weir::testing::failure(mine.error).text());
    else
      weir::note("{} is done", mine.name);
  }

  /// Works, until it is cancelled; then tidies up, and cancelled once more hurries.
  asio::awaitable<void> carry_out(entry& mine, std::string_view what) {
    begin(mine, what);
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state before = co_await asio::this_coro::cancellation_state;
    const bool is_client = what == "served";
    if (is_client && mine.how.shields &&
        before.cancelled() == asio::cancellation_type::none) // sees every type
      co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    asio::steady_timer timer(executor_);
    at_work_.insert(&timer);
    const nanoseconds now = weir::now();
    nanoseconds until = mine.how.lasts < for_ever - now ? now + mine.how.lasts : for_ever;
    bool done = mine.how.lasts == 0ns;
    while (!done) {
      const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) {
        weir::note("{} is cancelled", mine.name);
        const nanoseconds rest = mine.cancels.empty() ? mine.how.tidies : mine.how.hurries;
        until = mine.cancels.empty() ? weir::now() + rest : std::min(until, weir::now() + rest);
        mine.cancels.push_back(weir::now());
        mine.not_terminal |= state.cancelled() != asio::cancellation_type::terminal;
        if (rest == 0ns)
          break; // as most do it: the state remains cancelled
        if (mine.how.plain) {
          boost::system::error_code interrupted;
          timer.expires_after(rest);
          co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
          break;
        }
        if (is_client)
          co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        else
          co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
      }
      if (!mine.cancels.empty() && weir::now() >= until)
        break;
      boost::system::error_code interrupted;
      timer.expires_at(std::chrono::steady_clock::time_point(until));
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
      done = !interrupted || tidying_;
    }
    at_work_.erase(&timer);
    if (mine.how.shields)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await asio::this_coro::throw_if_cancelled(throws);
    const std::optional<thrown> how = mine.cancels.empty() ? mine.how.fails : mine.how.then;
    end(mine, how ? make_exception(*how) : std::exception_ptr());
    if (mine.error)
      std::rethrow_exception(mine.error);
  }

  // ---- signals

  asio::awaitable<void> next() override {
    const busy here(waits_for_a_signal_);
    const int number = co_await signals_.wait();
    (void)number;
    if (tidying_ && books_.back) // nobody needs it any more
      throw boost::system::system_error(asio::error::operation_aborted);
  }

  // ---- the entrance

  void come(std::size_t number) {
    entry& who = books_.clients[number];
    if (closed_) {
      weir::note("{} comes, and the entrance is closed", who.name);
      return;
    }
    weir::note("{} comes", who.name);
    outside_.push_back(number);
    if (bell_ != nullptr)
      let_in();
  }

  /// The first of those outside goes to the call of `accept` that waits.
  void let_in() {
    entry& who = books_.clients[outside_.front()];
    who.given = weir::now();
    came_in_ = outside_.front();
    outside_.pop_front();
    std::exchange(bell_, nullptr)->cancel();
  }

  asio::awaitable<std::unique_ptr<request>> accept() override {
    const busy here(waits_at_the_entrance_);
    asio::steady_timer bell(executor_, asio::steady_timer::time_point::max());
    came_in_.reset();
    if (!closed_) {
      bell_ = &bell;
      if (!outside_.empty())
        let_in();
      boost::system::error_code rung;
      if (!came_in_)
        co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
      bell_ = nullptr;
    }
    const std::optional<std::size_t> who = std::exchange(came_in_, std::nullopt);
    if (!who)
      throw boost::system::system_error(asio::error::operation_aborted);
    co_return std::make_unique<visitor>(*this, *who);
  }

  void close() override {
    if (!tidying_) {
      books_.closed.push_back(weir::now());
      weir::note("the entrance is closed");
    }
    closed_ = true;
    outside_.clear();
    if (bell_ != nullptr)
      std::exchange(bell_, nullptr)->cancel();
  }

  // ---- the end

  /// A call that may be under way only once at a time.
  class busy {
  public:
    explicit busy(int& calls) : calls_(calls) { ++calls_; }

    busy(const busy&) = delete;
    busy& operator=(const busy&) = delete;

    ~busy() { --calls_; }

  private:
    int& calls_;
  };

  [[nodiscard]] std::string who_is_left() const {
    if (waits_for_a_signal_ != 0)
      return "somebody still waits for a signal";
    if (waits_at_the_entrance_ != 0)
      return "somebody still waits in accept()";
    for (const auto* const all : {&books_.clients, &books_.resources})
      for (const entry& one : *all)
        if (one.runs())
          return text("{} is still being {}", one.name,
                      all == &books_.clients ? "served" : "closed");
    return {};
  }

  weir::testing::driver test_;
  asio::any_io_executor executor_;
  weir::world::signals signals_;
  books books_;
  std::deque<closer> closers_;
  std::set<asio::steady_timer*> at_work_; ///< of those who are being served or closed
  std::deque<std::size_t> outside_;
  asio::steady_timer* bell_ = nullptr; ///< of the call of `accept` that waits
  std::optional<std::size_t> came_in_;
  int waits_for_a_signal_ = 0;
  int waits_at_the_entrance_ = 0;
  bool closed_ = false;
  bool tidying_ = false;
};

inline asio::awaitable<void> process(std::string_view promise, plan how,
                                     nanoseconds horizon = 10s) {
  process_fixture f(co_await asio::this_coro::executor, std::move(how));
  co_await f.live(promise, horizon);
}

} // namespace weir_hidden
