// The blocked put is the signal: one fast producer, one slow consumer, four
// capacities.
//
// Time is counted in the consumer's own steps, so that the figures are the same
// on every machine.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <limits>

namespace asio = boost::asio;
using boost::system::error_code;

struct reading {
  int number{};
  long sent_at{}; // in consumer steps
};

using queue = asio::experimental::channel<void(error_code, reading)>;

constexpr int total = 1000;
constexpr int steps_per_reading = 4;

struct ledger {
  long step = 0;
  int sent = 0;
  int taken = 0;
  int at_risk = 0; // accepted from the producer, not yet taken, when the
                   // producer says "done"
  long longest_wait = 0;
};

// [producer]
asio::awaitable<void> produce(queue& out, ledger& book) {
  for (int i = 0; i != total; ++i) {
    const reading next{i, book.step};
    // No room: we sleep here.
    co_await out.async_send(error_code{}, next, asio::use_awaitable);
    ++book.sent;
  }
  book.at_risk = book.sent - book.taken;
}

// [/producer]

asio::awaitable<void> consume(queue& in, ledger& book) {
  const auto executor = co_await asio::this_coro::executor;
  while (book.taken != total) {
    const reading got = co_await in.async_receive(asio::use_awaitable);
    ++book.taken;
    book.longest_wait = std::max(book.longest_wait, book.step - got.sent_at);
    for (int i = 0; i != steps_per_reading; ++i) {
      co_await asio::post(executor, asio::use_awaitable); // a step of slow work
      ++book.step;
    }
  }
}

ledger run(std::size_t capacity) {
  asio::io_context io;
  queue readings(io, capacity);
  ledger book;
  asio::co_spawn(io, consume(readings, book), asio::detached);
  asio::co_spawn(io, produce(readings, book), asio::detached);
  io.run();
  return book;
}

int main() {
  constexpr auto no_bound = std::numeric_limits<std::size_t>::max();
  bool as_claimed = true;
  std::printf("capacity   at risk when the producer is done   longest wait\n");
  for (const std::size_t capacity :
       {no_bound, std::size_t{64}, std::size_t{4}, std::size_t{0}}) {
    const ledger book = run(capacity);
    if (capacity == no_bound)
      std::printf("    none");
    else
      std::printf("%8zu", capacity);
    std::printf("   %33d   %6ld steps\n", book.at_risk, book.longest_wait);

    const auto held = static_cast<std::size_t>(book.at_risk);
    as_claimed = as_claimed && book.taken == total;
    as_claimed = as_claimed && (capacity == no_bound ? held > total / 2
                                                     : held <= capacity + 1);
  }
  return as_claimed ? 0 : 1;
}
