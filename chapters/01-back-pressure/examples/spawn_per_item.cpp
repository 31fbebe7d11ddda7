// The pile behind the bounded channel: a task per item against a fixed set of
// workers.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <algorithm>
#include <cstdio>

namespace asio = boost::asio;
using boost::system::error_code;
using queue = asio::experimental::channel<void(error_code, int)>;
using permits = asio::experimental::channel<void(error_code)>;

constexpr int scans = 2000;
constexpr int store_connections = 2;
constexpr int steps_per_write = 20;
constexpr int capacity = 8;
constexpr int workers = 8;

struct gateway {
  explicit gateway(asio::io_context& io)
      : channel(io, capacity), store(io, store_connections) {
    for (int i = 0; i != store_connections; ++i)
      store.try_send(error_code{});
  }

  queue channel;
  permits store; // a token in it is a free connection
  int in_channel = 0, deepest_channel = 0;
  int in_flight = 0, most_in_flight = 0;
  int written = 0;
};

asio::awaitable<void> receive_from_scanners(gateway& g) {
  for (int scan = 0; scan != scans; ++scan) {
    co_await g.channel.async_send(error_code{}, scan, asio::use_awaitable);
    g.deepest_channel = std::max(g.deepest_channel, ++g.in_channel);
  }
  for (int i = 0; i != workers; ++i)
    co_await g.channel.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> write_to_store(gateway& g, int /*scan*/) {
  g.most_in_flight = std::max(g.most_in_flight, ++g.in_flight);
  const auto executor = co_await asio::this_coro::executor;
  co_await g.store.async_receive(asio::use_awaitable);
  for (int i = 0; i != steps_per_write; ++i)
    co_await asio::post(executor, asio::use_awaitable);
  co_await g.store.async_send(error_code{}, asio::use_awaitable);
  ++g.written;
  --g.in_flight;
}

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// [spawning]
asio::awaitable<void> dispatch(gateway& g) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto [end, scan] = co_await g.channel.async_receive(as_result);
    if (end)
      co_return;
    --g.in_channel;
    // "So as not to block."
    asio::co_spawn(executor, write_to_store(g, scan), asio::detached);
  }
}

// [/spawning]

// [pool]
asio::awaitable<void> work(gateway& g) {
  for (;;) {
    auto [end, scan] = co_await g.channel.async_receive(as_result);
    if (end)
      co_return;
    --g.in_channel;
    co_await write_to_store(g, scan); // the next receive waits for this write
  }
}

// [/pool]

int main() {
  bool as_claimed = true;
  std::printf(
      "                 deepest channel   most writes in flight   written\n");
  {
    asio::io_context io;
    gateway g(io);
    asio::co_spawn(io, receive_from_scanners(g), asio::detached);
    for (int i = 0; i != workers; ++i)
      asio::co_spawn(io, dispatch(g), asio::detached);
    io.run();
    std::printf("a task per item  %15d   %21d   %7d\n", g.deepest_channel,
                g.most_in_flight, g.written);
    as_claimed = as_claimed && g.most_in_flight > scans / 2 &&
                 g.deepest_channel <= capacity;
  }
  {
    asio::io_context io;
    gateway g(io);
    asio::co_spawn(io, receive_from_scanners(g), asio::detached);
    for (int i = 0; i != workers; ++i)
      asio::co_spawn(io, work(g), asio::detached);
    io.run();
    std::printf("%d workers        %15d   %21d   %7d\n", workers,
                g.deepest_channel, g.most_in_flight, g.written);
    as_claimed =
        as_claimed && g.most_in_flight == workers && g.written == scans;
  }
  return as_claimed ? 0 : 1;
}
