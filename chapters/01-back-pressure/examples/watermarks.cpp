// A writer in front of a slow transport: write() never waits, drain() does,
// between two marks.
#include <boost/asio.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace asio = boost::asio;

struct marks {
  std::size_t low;  ///< resume writers at or below this many bytes
  std::size_t high; ///< pause writers above this many bytes
};

// [writer]
class paced_writer {
public:
  paced_writer(const asio::any_io_executor& executor, marks limits)
      : gate_(executor, asio::steady_timer::time_point::max()),
        limits_(limits) {}

  /// Never waits. On its own this is an unbounded buffer.
  void write(std::size_t bytes) {
    buffered_ += bytes;
    peak_ = std::max(peak_, buffered_);
    if (!paused_ && buffered_ > limits_.high) {
      paused_ = true;
      ++pauses_;
    }
  }

  /// Waits while the writer is paused. Callers await it after every write.
  asio::awaitable<void> drain() {
    while (paused_)
      co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  /// The transport took `bytes`. Wakes the writers once the level is down to
  /// the low mark.
  void sent(std::size_t bytes) {
    buffered_ -= bytes;
    if (paused_ && buffered_ <= limits_.low) {
      paused_ = false;
      gate_.cancel(); // completes every waiting drain()
    }
  }

  // [/writer]

  std::size_t buffered() const { return buffered_; }

  std::size_t peak() const { return peak_; }

  int pauses() const { return pauses_; }

private:
  asio::steady_timer gate_; // never expires; cancelling it is the wake-up call
  marks limits_;
  std::size_t buffered_ = 0;
  std::size_t peak_ = 0;
  int pauses_ = 0;
  bool paused_ = false;
};

constexpr int messages = 2000;
constexpr std::size_t message_bytes = 512;
constexpr std::size_t mtu =
    256; // the transport takes this much per turn: half of what comes

asio::awaitable<void> send_all(paced_writer& out, bool awaits_drain,
                               bool& done) {
  const auto executor = co_await asio::this_coro::executor;
  for (int i = 0; i != messages; ++i) {
    out.write(message_bytes);
    if (awaits_drain)
      co_await out.drain();
    co_await asio::post(executor, asio::use_awaitable);
  }
  done = true;
}

asio::awaitable<void> transport(paced_writer& out, const bool& done) {
  const auto executor = co_await asio::this_coro::executor;
  while (!done || out.buffered() != 0) {
    out.sent(std::min(mtu, out.buffered()));
    co_await asio::post(executor, asio::use_awaitable);
  }
}

struct outcome {
  std::size_t peak;
  int pauses;
};

outcome run(marks limits, bool awaits_drain) {
  asio::io_context io;
  paced_writer out(io.get_executor(), limits);
  bool done = false;
  asio::co_spawn(io, send_all(out, awaits_drain, done), asio::detached);
  asio::co_spawn(io, transport(out, done), asio::detached);
  io.run();
  return {out.peak(), out.pauses()};
}

int main() {
  const outcome forgotten = run({.low = 16384, .high = 65536}, false);
  const outcome spread = run({.low = 16384, .high = 65536}, true);
  const outcome pinched = run({.low = 65536, .high = 65536}, true);
  std::printf("drain() forgotten:      peak %6zu bytes\n", forgotten.peak);
  std::printf("marks 16 KiB / 64 KiB:  peak %6zu bytes, %3d pauses\n",
              spread.peak, spread.pauses);
  std::printf("marks 64 KiB / 64 KiB:  peak %6zu bytes, %3d pauses\n",
              pinched.peak, pinched.pauses);
  const bool bounded = spread.peak <= 65536 + message_bytes;
  return bounded && forgotten.peak > 4 * spread.peak &&
                 pinched.pauses > spread.pauses
             ? 0
             : 1;
}
