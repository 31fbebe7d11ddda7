// Five answers to a full buffer, each in terms of a channel, on one and the
// same burst.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <cstddef>
#include <cstdio>
#include <vector>

namespace asio = boost::asio;
using boost::system::error_code;
using queue = asio::experimental::channel<void(error_code, int)>;

struct tally {
  int told_no = 0; // the producer was told, and can act on it
  int dropped = 0; // nobody was told
};

// [policies]
void buffer_then_error(queue& out, int item, tally& count) {
  if (!out.try_send(error_code{}, item))
    ++count.told_no; // e.g. HTTP 503 with Retry-After
}

void drop_newest(queue& out, int item, tally& count) {
  if (!out.try_send(error_code{}, item))
    ++count.dropped; // count it, always
}

// With a channel of capacity 1 this is "keep latest".
void drop_oldest(queue& out, int item, tally& count) {
  if (out.try_send(error_code{}, item))
    return;
  if (out.try_receive([](error_code, int) {}))
    ++count.dropped;
  out.try_send(error_code{}, item);
}

void fail_fast(queue& out, int item, tally& count) { // a channel of capacity 0
  if (!out.try_send(error_code{}, item))
    ++count.told_no; // nobody is free now: say so now
}

// [/policies]

struct product {
  const char* policy;
  const char* story;
  void (*offer)(queue&, int, tally&);
  std::size_t capacity;
};

asio::awaitable<void> consume(queue& in, std::vector<int>& seen) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto [end, item] =
        co_await in.async_receive(asio::as_tuple(asio::use_awaitable));
    if (end)
      co_return;
    seen.push_back(item);
    for (int i = 0; i != 5; ++i)
      co_await asio::post(executor, asio::use_awaitable);
  }
}

asio::awaitable<void> burst(queue& out, const product& p, tally& count) {
  const auto executor = co_await asio::this_coro::executor;
  for (int item = 1; item <= 20; ++item) {
    p.offer(out, item, count);
    co_await asio::post(executor, asio::use_awaitable);
  }
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

int main() {
  constexpr product products[] = {
      {"buffer, then error", "uploads", buffer_then_error, 4},
      {"drop newest", "telemetry", drop_newest, 4},
      {"drop oldest", "black box", drop_oldest, 4},
      {"keep latest", "dashboard", drop_oldest, 1},
      {"fail fast", "payments", fail_fast, 0},
  };
  bool as_claimed = true;
  for (const product& p : products) {
    asio::io_context io;
    queue channel(io, p.capacity);
    std::vector<int> seen;
    tally count;
    asio::co_spawn(io, consume(channel, seen), asio::detached);
    asio::co_spawn(io, burst(channel, p, count), asio::detached);
    io.run();

    std::printf("%-18s %-9s refused %2d, dropped %2d, seen:", p.policy, p.story,
                count.told_no, count.dropped);
    for (const int item : seen)
      std::printf(" %d", item);
    std::printf("\n");
    as_claimed =
        as_claimed && seen.size() + static_cast<std::size_t>(count.told_no) +
                              static_cast<std::size_t>(count.dropped) ==
                          20;
  }
  return as_claimed ? 0 : 1;
}
