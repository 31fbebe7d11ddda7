// Two replicas are asked for a place. One refuses at once; or both grant one, in one instant.
#include <weir/policy.hpp>

#include <boost/asio/experimental/parallel_group.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using boost::system::system_error;

struct replica {
  asio::awaitable<int> reserve() {
    asio::steady_timer timer(co_await asio::this_coro::executor, answers_after);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled)
      throw system_error(cancelled);
    if (refuses)
      throw system_error(asio::error::connection_refused);
    ++reserved;
    co_return 1;
  }

  void release() { --reserved; }

  std::chrono::milliseconds answers_after{};
  bool refuses = false;
  int reserved = 0;
};

/// What is handed on when anybody has ended, well or not: the first answer.
asio::awaitable<bool> first_answer(replica& a, replica& b) {
  const auto executor = co_await asio::this_coro::executor;
  auto both = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, a.reserve(), asio::deferred),
      asio::co_spawn(executor, b.reserve(), asio::deferred));
  auto [order, x, i, y, j] =
      co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  co_return order[0] == 0 ? !x : !y;
}

asio::awaitable<bool> either(replica& a, replica& b) {
  co_await (a.reserve() || b.reserve());
  co_return true;
}

// [both]
asio::awaitable<bool> first_success(replica& a, replica& b) {
  const auto executor = co_await asio::this_coro::executor;
  auto both = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, a.reserve(), asio::deferred),
      asio::co_spawn(executor, b.reserve(), asio::deferred));
  const auto one = asio::experimental::wait_for_one_success();
  auto [order, x, i, y, j] = co_await both.async_wait(one, asio::use_awaitable);
  if (!x && !y) // the loser has one as well
    (order[0] == 0 ? b : a).release();
  co_return !x || !y;
}

// [/both]

using race = asio::awaitable<bool> (*)(replica&, replica&);

struct outcome {
  bool got = false;
  int reserved = 0;
};

outcome between(race how, replica a, replica b) {
  outcome seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    seen.got = co_await how(a, b);
    seen.reserved = a.reserved + b.reserved;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return seen;
}

int main() {
  std::printf("%-22s one refuses at 2 ms   both grant at 20 ms\n", "");
  const auto row = [](const char* what, race how) {
    const outcome one = between(how, {2ms, true}, {20ms});
    const outcome two = between(how, {20ms}, {20ms});
    const auto word = [](const outcome& of) {
      return std::string(of.got ? "a place" : "nothing") + ", " + std::to_string(of.reserved) +
             " taken";
    };
    std::printf("%-22s %-21s %s\n", what, word(one).c_str(), word(two).c_str());
    return two.reserved * 10 + one.got;
  };
  const int answer = row("the first answer", first_answer);
  const int operators = row("a || b", either);
  const int careful = row("both results read", first_success);
  return answer == 20 && operators == 21 && careful == 11 ? 0 : 1;
}
