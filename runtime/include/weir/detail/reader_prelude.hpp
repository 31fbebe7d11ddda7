/// \file
/// The reader's precompiled header: weir/prelude.hpp, and what readers' files instantiate time and
/// again.
///
/// A reader waits for these templates at every save, so they are instantiated here once. With clang
/// their code goes into libweir-reader.so as well (-fpch-codegen), and the reader's object then
/// holds little beyond the reader's own functions. Nothing here is ever called.
#pragma once

#include <weir/prelude.hpp>

namespace weir::detail::reader_prelude {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

template <class T>
using channel = asio::experimental::channel<void(error_code, T)>;

template <class T>
asio::awaitable<void> use_channel(asio::any_io_executor executor, T value) {
  channel<T> values(executor, 1);
  error_code error;
  values.try_send(error_code{}, value);
  values.try_receive([](error_code, T) {});
  co_await values.async_send(error_code{}, value, asio::use_awaitable);
  auto [refused] =
      co_await values.async_send(error_code{}, value, asio::as_tuple(asio::use_awaitable));
  co_await values.async_send(error_code{}, value, asio::redirect_error(asio::use_awaitable, error));
  value = co_await values.async_receive(asio::use_awaitable);
  auto [failed, received] = co_await values.async_receive(asio::as_tuple(asio::use_awaitable));
  value = co_await values.async_receive(asio::redirect_error(asio::use_awaitable, error));
  (void)refused;
  (void)failed;
  (void)received;
  values.cancel();
  values.close();
}

inline asio::awaitable<void> use_signal(asio::any_io_executor executor) {
  asio::experimental::channel<void(error_code)> signal(executor, 1);
  error_code error;
  signal.try_send(error_code{});
  co_await signal.async_send(error_code{}, asio::use_awaitable);
  co_await signal.async_receive(asio::use_awaitable);
  auto [failed] = co_await signal.async_receive(asio::as_tuple(asio::use_awaitable));
  co_await signal.async_receive(asio::redirect_error(asio::use_awaitable, error));
  (void)failed;
  signal.cancel();
  signal.close();
}

inline asio::awaitable<void> use_timer(asio::any_io_executor executor) {
  using namespace std::chrono_literals;
  asio::steady_timer first(executor, 1ms);
  asio::steady_timer second(executor);
  asio::steady_timer third(executor, asio::steady_timer::time_point::max());
  second.expires_after(1s);
  third.expires_at(std::chrono::steady_clock::now() + 1s);
  error_code error;
  co_await first.async_wait(asio::use_awaitable);
  auto [failed] = co_await first.async_wait(asio::as_tuple(asio::use_awaitable));
  co_await second.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_await (first.async_wait(asio::use_awaitable) || second.async_wait(asio::use_awaitable));
  co_await (first.async_wait(asio::use_awaitable) && second.async_wait(asio::use_awaitable));
  (void)failed;
  first.cancel();
  second.cancel_one();
}

inline asio::awaitable<int> give(int value) {
  co_return value;
}

inline asio::awaitable<void> use_tasks(asio::any_io_executor executor) {
  asio::steady_timer timer(executor);
  auto [failure] =
      co_await asio::co_spawn(executor, use_timer(executor), asio::as_tuple(asio::use_awaitable));
  (void)failure;
  co_await asio::co_spawn(executor, use_timer(executor), asio::use_awaitable);
  co_await asio::post(executor, asio::use_awaitable);
  co_await asio::post(asio::use_awaitable);
  co_await (give(1) || timer.async_wait(asio::use_awaitable));
  co_await (use_timer(executor) || use_timer(executor));
  co_await (use_timer(executor) && use_timer(executor));
  co_await (use_timer(executor) && use_timer(executor) && use_timer(executor));
  auto state = co_await asio::this_coro::cancellation_state;
  (void)state.cancelled();
  co_await asio::this_coro::reset_cancellation_state();
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  asio::co_spawn(executor, use_timer(executor), asio::detached);
  asio::co_spawn(executor, give(1), asio::detached);
  asio::co_spawn(co_await asio::this_coro::executor, use_signal(executor), asio::detached);
  asio::post(executor, std::function<void()>{});
  asio::dispatch(executor, std::function<void()>{});
  asio::cancellation_signal signal;
  signal.emit(asio::cancellation_type::all);
  co_await use_channel(executor, 0);
  co_await use_channel(executor, std::uint64_t{});
  co_await use_channel(executor, std::string{});
}

inline void use_containers() {
  std::deque<int> deque;
  deque.push_back(1);
  deque.pop_front();
  std::vector<int> vector;
  vector.push_back(1);
  std::vector<std::string> strings;
  strings.push_back("");
  std::deque<std::function<void()>> functions;
  functions.push_back([] {});
  functions.pop_front();
  std::map<std::string, int> map;
  map["a"] = 1;
  std::unordered_map<std::string, int> table;
  table["a"] = 1;
  std::list<std::shared_ptr<asio::steady_timer>> waiters;
  waiters.push_back(nullptr);
  waiters.pop_front();
  std::deque<std::shared_ptr<asio::steady_timer>> queue;
  queue.push_back(nullptr);
  queue.pop_front();
}

} // namespace weir::detail::reader_prelude
