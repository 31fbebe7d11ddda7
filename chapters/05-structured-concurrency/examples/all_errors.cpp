// Which error comes out of a group whose members are cancelled by the first?
#include <weir/policy.hpp>

#include <boost/asio/experimental/parallel_group.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using boost::system::system_error;

asio::awaitable<void> pass(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> stock() { // breaks after 10 ms
  co_await pass(10ms);
  throw system_error(asio::error::connection_reset);
}

asio::awaitable<void> prices() { // would take 30 ms
  return pass(30ms);
}

std::string what(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const system_error& e) {
    return e.code() == asio::error::operation_aborted ? "aborted" : "reset";
  } catch (...) {
    return "?";
  }
}

// [reading]
/// All that went wrong, without the echoes of our own cancellation.
std::string join(const std::array<std::size_t, 2>& order,
                 const std::array<std::exception_ptr, 2>& errors) {
  std::string all;
  bool cancelled = false; // by the group, after its first error
  for (const std::size_t member : order) {
    if (!errors.at(member))
      continue;
    const std::string text = what(errors.at(member));
    if (!cancelled || text != "aborted")
      all += (all.empty() ? "" : ", ") + text;
    cancelled = true;
  }
  return all;
}

// [/reading]

asio::awaitable<void> left() {
  co_await (stock() && prices());
}

asio::awaitable<void> right() {
  co_await (prices() && stock());
}

asio::awaitable<std::string> group(asio::awaitable<void> a, asio::awaitable<void> b) {
  const auto executor = co_await asio::this_coro::executor;
  auto both = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(a), asio::deferred),
      asio::co_spawn(executor, std::move(b), asio::deferred));
  auto [order, x, y] =
      co_await both.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  co_return join(order, {x, y});
}

std::string run(const weir::scenario& body) {
  const auto fifo = weir::make_fifo();
  const auto result = weir::run(body, *fifo);
  try {
    if (result.error)
      std::rethrow_exception(result.error);
  } catch (const asio::multiple_exceptions& e) {
    return "multiple_exceptions, first: " + what(e.first_exception());
  } catch (const system_error& e) {
    return "system_error: " + what(result.error);
  }
  return "nothing";
}

int main() {
  std::string read;
  const auto reading = [&read](asio::awaitable<void> (*a)(),
                               asio::awaitable<void> (*b)()) -> weir::scenario {
    return [&read, a, b]() -> asio::awaitable<void> {
      read = co_await group(a(), b());
    };
  };
  const std::string one = run(left), two = run(right);
  std::printf("stock() && prices()    %s\n", one.c_str());
  std::printf("prices() && stock()    %s\n", two.c_str());
  run(reading(prices, stock));
  const std::string both_read = read;
  std::printf("a group, all read      %s\n", both_read.c_str());
  run(reading(stock, stock));
  std::printf("the same, both break   %s\n", read.c_str());
  return one == "multiple_exceptions, first: reset" &&
                 two == "multiple_exceptions, first: aborted" && both_read == "reset" &&
                 read == "reset, reset"
             ? 0
             : 1;
}
