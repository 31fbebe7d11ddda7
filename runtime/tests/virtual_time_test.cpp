#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detail/scheduler.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include <thread>

using namespace std::chrono_literals;
using weir::test::channel;
using weir::test::run_once;

namespace {

asio::awaitable<void> wait_for(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> record_after(std::chrono::nanoseconds d, int value, std::vector<int>& out) {
  co_await wait_for(d);
  out.push_back(value);
}

} // namespace

TEST_CASE("the clock starts at zero and jumps to the next timer") {
  std::vector<std::chrono::nanoseconds> seen;
  const auto result = run_once([&]() -> asio::awaitable<void> {
    seen.push_back(std::chrono::steady_clock::now().time_since_epoch());
    co_await wait_for(1h);
    seen.push_back(std::chrono::steady_clock::now().time_since_epoch());
  });
  REQUIRE(result);
  CHECK(seen == std::vector<std::chrono::nanoseconds>{0ns, 1h});
  CHECK(result.virtual_time == 1h);
}

TEST_CASE("the wall clock of a run starts at one fixed moment") {
  std::time_t seen = 0;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    co_await wait_for(90s);
    seen = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  }));
  CHECK(seen == 946'684'890);
}

TEST_CASE("outside a run the clocks are the real ones") {
  timespec real{};
  ::clock_gettime(CLOCK_MONOTONIC, &real);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  CHECK(now >= std::chrono::seconds(real.tv_sec));
}

TEST_CASE("timers expire in the order of their deadlines") {
  std::vector<int> order;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    co_await (record_after(30ms, 3, order) && record_after(10ms, 1, order) &&
              record_after(20ms, 2, order));
  }));
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("a timer can be cancelled, one wait at a time or all") {
  std::vector<std::string> ended;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
    for (const char* name : {"a", "b", "c"})
      timer.async_wait([&ended, name](const boost::system::error_code& ec) {
        ended.push_back(std::string(name) +
                        (ec == asio::error::operation_aborted ? " cancelled" : " expired"));
      });
    weir::expect(timer.cancel_one() == 1, "cancel_one found a wait");
    co_await wait_for(1ms);
    weir::expect(ended == std::vector<std::string>{"a cancelled"}, "only the first is cancelled");
    weir::expect(timer.cancel() == 2, "cancel found the other two");
    co_await wait_for(1ms);
    weir::expect(timer.cancel() == 0, "nothing is left to cancel");
  }));
  CHECK(ended == std::vector<std::string>{"a cancelled", "b cancelled", "c cancelled"});
}

TEST_CASE("moving a timer keeps its waits, destroying it cancels them") {
  std::vector<std::string> ended;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto ex = co_await asio::this_coro::executor;
    {
      asio::steady_timer first(ex, 5ms);
      first.async_wait([&](const boost::system::error_code& ec) {
        ended.push_back(ec ? "cancelled" : "expired");
      });
      asio::steady_timer second(std::move(first));
      co_await wait_for(10ms);
      second.expires_after(1s);
      second.async_wait([&](const boost::system::error_code& ec) {
        ended.push_back(ec ? "cancelled" : "expired");
      });
      asio::steady_timer third(ex);
      third = std::move(second);
    }
    co_await wait_for(1ms);
  }));
  CHECK(ended == std::vector<std::string>{"expired", "cancelled"});
}

TEST_CASE("cancellation slots reach a timer") {
  bool cancelled = false;
  const auto result = run_once([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    const auto winner = co_await (wait_for(1h) || wait_for(5ms));
    cancelled = winner.index() == 1;
  });
  REQUIRE(result);
  CHECK(cancelled);
  CHECK(result.virtual_time == 5ms);
}

TEST_CASE("channels, strands, parallel groups and posts work on the virtual context") {
  int sum = 0;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    const auto ex = co_await asio::this_coro::executor;
    channel numbers(ex, 1);
    const auto send = [](channel& to) -> asio::awaitable<void> {
      for (int i = 1; i <= 4; ++i)
        co_await to.async_send(boost::system::error_code{}, i, asio::use_awaitable);
    };
    const auto receive = [](channel& from, int& total) -> asio::awaitable<void> {
      for (int i = 0; i < 4; ++i)
        total += co_await from.async_receive(asio::use_awaitable);
    };
    co_await (send(numbers) && receive(numbers, sum));
    auto strand = asio::make_strand(ex);
    asio::steady_timer on_strand(strand, 1ms);
    on_strand.async_wait(asio::bind_executor(strand, [&](const boost::system::error_code&) {
      if (strand.running_in_this_thread())
        sum += 100;
    }));
    asio::post(strand, [&] { sum += 1000; });
    co_await wait_for(2ms);
    co_await asio::post(asio::use_awaitable);
  }));
  CHECK(sum == 1110);
}

TEST_CASE("the same code runs on a real io_context in real time") {
  asio::io_context io;
  bool done = false;
  asio::co_spawn(io, wait_for(1ms), [&](const std::exception_ptr& e) { done = !e; });
  io.run();
  CHECK(done);
}

TEST_CASE("sleeping inside a run blocks the loop and moves the clock") {
  std::vector<int> order;
  const auto result = run_once([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    const auto sleeper = [](std::vector<int>& out) -> asio::awaitable<void> {
      std::this_thread::sleep_for(1s);
      out.push_back(1);
      co_return;
    };
    co_await (sleeper(order) && record_after(10ms, 2, order));
    weir::block_loop(1s);
    asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
    timer.wait();
  });
  REQUIRE(result);
  CHECK(order == std::vector<int>{1, 2});
  CHECK(result.virtual_time == 3s + 10ms);
}

TEST_CASE("what would leave virtual time ends the run with an explanation") {
  using code = std::function<void(const asio::any_io_executor&)>;
  const std::vector<std::pair<std::string, code>> attempts{
      {"std::thread",
       [](const asio::any_io_executor&) {
         std::thread([] {}).join();
       }},
      {"thread_pool",
       [](const asio::any_io_executor&) {
         asio::thread_pool pool(1);
       }},
      {"socket",
       [](const asio::any_io_executor& ex) {
         asio::ip::tcp::socket socket(ex);
       }},
      {"resolver",
       [](const asio::any_io_executor& ex) {
         asio::ip::tcp::resolver resolver(ex);
       }},
      {"signal_set",
       [](const asio::any_io_executor& ex) {
         asio::signal_set signals(ex, SIGUSR1);
       }},
  };
  for (const auto& [name, attempt] : attempts) {
    INFO(name);
    const code& call = attempt;
    const auto result =
        run_once([&]() -> asio::awaitable<void> { call(co_await asio::this_coro::executor); });
    CHECK(result.outcome == weir::run_outcome::left_virtual_time);
    CHECK(result.message.find("thread") != std::string::npos);
  }
}

TEST_CASE("a run never owns Asio's scheduler") {
  bool owns = true;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    co_await wait_for(1ms);
    const auto ex = co_await asio::this_coro::executor;
    owns = asio::has_service<asio::detail::scheduler>(asio::query(ex, asio::execution::context));
  }));
  CHECK_FALSE(owns);
}

TEST_CASE("a coroutine cancelled in the instant of its start ends as cancelled, not by an escaped "
          "exception") {
  std::string ended;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto ex = co_await asio::this_coro::executor;
    asio::cancellation_signal stop;
    asio::co_spawn(ex, wait_for(1h),
                   asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr& error) {
                     ended = error ? "cancelled" : "completed";
                   }));
    stop.emit(asio::cancellation_type::terminal);
    co_await wait_for(1ms);
  }));
  CHECK(ended == "cancelled");
}

TEST_CASE("dispatching from within a run is immediate, as on an io_context, and so is a "
          "coroutine's start; posting is not") {
  std::vector<std::string> order;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto ex = co_await asio::this_coro::executor;
    const auto child = [](std::vector<std::string>& out) -> asio::awaitable<void> {
      out.emplace_back("spawned");
      co_return;
    };
    asio::co_spawn(ex, child(order), asio::detached);
    asio::post(ex, [&] { order.emplace_back("posted"); });
    asio::dispatch(ex, [&] { order.emplace_back("dispatched"); });
    order.emplace_back("went on");
    co_await wait_for(1ms);
  }));
  CHECK(order == std::vector<std::string>{"spawned", "dispatched", "went on", "posted"});
}

TEST_CASE("a task that awaits one of two keeps its id and its name") {
  using namespace asio::experimental::awaitable_operators;
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    weir::name_this_task("waiter");
    co_await wait_for(1ms);
    before = weir::current_task();
    co_await (wait_for(1ms) || wait_for(2ms));
    after = weir::current_task();
    co_await wait_for(1ms);
  }));
  CHECK(before != 0);
  CHECK(after == before);
}
