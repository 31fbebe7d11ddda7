/// \file
/// The reader's object file with threads that nobody simulates: what it does is judged, and not
/// when. No sleeps: whoever waits for a thread looks again until it has come.
#pragma once

#include "offload.hpp"

#include <weir/expect.hpp>
#include <weir/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir_hidden {

/// Two real threads, a real loop, and what is tried on them.
class real_world final : public threads {
public:
  static constexpr std::size_t may_wait = 4;

  real_world() : offloader_(make_offloader(*this, may_wait)) {}

  asio::any_io_executor executor() override { return pool_.get_executor(); }

  [[nodiscard]] std::size_t count() const override { return 2; }

  void join() override { pool_.join(); }

  /// What was found wrong; empty: nothing.
  std::string judge() {
    bool done = false;
    std::string found;
    asio::co_spawn(io_, all(), [&](const std::exception_ptr& error) {
      done = true;
      if (error)
        found = weir::testing::failure(error).text();
    });
    try {
      io_.run_for(std::chrono::seconds(4));
    } catch (const std::exception& error) {
      found = error.what();
    }
    given_up_ = true;
    if (!done && found.empty())
      found = "it has not come to an end in four seconds; last was: " + step_;
    return found;
  }

  /// Only of a world in which all has ended.
  void end() {
    offloader_.reset();
    pool_.join();
  }

private:
  using driver = weir::testing::driver;
  using operation = weir::testing::operation<std::string>;

  [[nodiscard]] bool on_the_loop() const { return std::this_thread::get_id() == loop_thread_; }

  asio::awaitable<void> all() {
    driver test(io_.get_executor());
    co_await refusals(test);
    co_await stops(test);
    co_await many(test);
    step_ = "close()";
    co_await offloader_->close();
    weir::expect(on_the_loop(), "close() ended on one of the threads beside the loop");
    operation& late = ask(test, "a call after close()", [](const std::stop_token&) { return ""; });
    co_await until([&late] { return !late.pending(); });
    weir::expect(late.fate() == weir::testing::threw(asio::error::shut_down),
                 "a call after close() {}", late.text());
  }

  asio::awaitable<void> until(std::function<bool()> held) const {
    while (!held() && !given_up_)
      co_await asio::post(io_.get_executor(), asio::use_awaitable);
  }

  operation& ask(driver& test, std::string name, job work) {
    step_ = name;
    return test.start(
        std::move(name), [this, work = std::move(work)] { return offloader_->run(work); },
        [this](operation& one) {
          if (!on_the_loop())
            elsewhere_ = one.name() + " ended on one of the threads beside the loop";
        });
  }

  void expect_at_home() const { weir::expect(elsewhere_.empty(), "{}", elsewhere_); }

  /// Both threads are held up, four wait, and one is too many; one of the four leaves.
  asio::awaitable<void> refusals(driver& test) {
    const job hold = [this](const std::stop_token&) {
      weir::expect(!on_the_loop(), "a job was called on the loop");
      while (!open_ && !given_up_)
        std::this_thread::yield();
      return std::string("held");
    };
    std::vector<operation*> inside;
    for (std::size_t i = 0; i < count() + may_wait; ++i)
      inside.push_back(&ask(test, "one of six", hold));
    operation& refused = ask(test, "one too many", hold);
    co_await until([&] { return !refused.pending(); });
    expect_at_home();
    weir::expect(refused.fate() == weir::testing::threw(asio::error::try_again),
                 "two jobs ran, four waited, and one more {}", refused.text());
    operation& leaving = *inside[3];
    step_ = "one that waits is cancelled";
    leaving.cancel();
    co_await until([&] { return !leaving.pending(); });
    expect_at_home();
    weir::expect(leaving.fate() == weir::testing::cancelled,
                 "a call that waited was cancelled while both threads were held up, and {}",
                 leaving.text());
    open_ = true;
    step_ = "both threads are let go";
    co_await until([&] { return test.pending() == 0; });
    expect_at_home();
    for (const operation* one : inside)
      weir::expect(one == &leaving || one->fate() == weir::testing::returned(std::string("held")),
                   "a job was let go, and its call {}", one->text());
  }

  /// A job that would not end is asked to.
  asio::awaitable<void> stops(driver& test) {
    operation& endless = ask(test, "a job without an end", [this](const std::stop_token& stop) {
      begun_ = true;
      while (!stop.stop_requested() && !given_up_)
        std::this_thread::yield();
      return std::string("stopped");
    });
    co_await until([this] { return begun_.load(); });
    step_ = "a job that runs is cancelled";
    endless.cancel();
    co_await until([&] { return !endless.pending(); });
    expect_at_home();
    weir::expect(endless.fate() == weir::testing::cancelled,
                 "a call was cancelled while its job ran, and {}", endless.text());
  }

  /// Six callers, fifty jobs each, every fifth of which fails.
  asio::awaitable<void> many(driver& test) {
    std::vector<weir::testing::operation<void>*> callers;
    step_ = "six callers, fifty jobs each";
    for (std::size_t i = 0; i < count() + may_wait; ++i)
      callers.push_back(&test.start("a caller", [this] { return fifty_jobs(); }));
    co_await until([&] { return test.pending() == 0; });
    for (const auto* one : callers)
      weir::expect(one->fate().returned(), "six callers for six places: one of them {}",
                   one->text());
  }

  asio::awaitable<void> fifty_jobs() {
    for (int i = 0; i < 50; ++i) {
      const job work = [i](const std::stop_token&) {
        if (i % 5 == 4)
          throw std::out_of_range("job " + std::to_string(i));
        return "job " + std::to_string(i);
      };
      std::string got;
      try {
        asio::awaitable<std::string> running = offloader_->run(work);
        got = co_await std::move(running);
      } catch (const std::out_of_range& error) {
        got = error.what();
      }
      weir::expect(on_the_loop(), "a call ended on one of the threads beside the loop");
      weir::expect(got == "job " + std::to_string(i), "job {} gave \"{}\"", i, got);
    }
  }

  std::thread::id loop_thread_ = std::this_thread::get_id();
  std::atomic<bool> given_up_ = false;
  std::atomic<bool> open_ = false;  ///< the jobs that hold up both threads may end
  std::atomic<bool> begun_ = false; ///< the job without an end has
  std::string elsewhere_;
  std::string step_;
  mutable asio::io_context io_{1};
  asio::thread_pool pool_{2};
  std::unique_ptr<offloader> offloader_;
};

/// What was found wrong; empty: nothing. Takes some milliseconds.
inline std::string for_real() {
  auto world = std::make_unique<real_world>();
  std::string found = world->judge();
  if (found.empty())
    world->end();
  else
    (void)world.release(); // threads may still be in it
  return found;
}

} // namespace weir_hidden
