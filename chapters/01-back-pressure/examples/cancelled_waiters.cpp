// Cancelling a wait on a channel: the item that vanishes, the signal that
// vanishes, and the channel that forgets its capacity.
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <cstdio>

namespace asio = boost::asio;
using boost::system::error_code;
using parcels = asio::experimental::channel<void(error_code, int)>;
using stop_signal = asio::experimental::channel<void(error_code)>;
using namespace asio::experimental::awaitable_operators;

// [lossy]
asio::awaitable<void> serve_lossy(parcels& in, stop_signal& stop,
                                  int& handled) {
  for (;;) {
    auto first = co_await (stop.async_receive(asio::use_awaitable) ||
                           in.async_receive(asio::use_awaitable));
    if (first.index() == 0)
      co_return; // and what if a parcel was taken as well?
    ++handled;
  }
}

// [/lossy]

// [careful]
asio::awaitable<void> serve(parcels& in, stop_signal& stop, int& handled) {
  for (;;) {
    auto group = asio::experimental::make_parallel_group(
        stop.async_receive(asio::deferred), in.async_receive(asio::deferred));
    auto [order, stopped, missed, parcel] = co_await group.async_wait(
        asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!missed)
      ++handled; // `parcel` is ours, whoever finished first
    if (!stopped)
      co_return;
  }
}

// [/careful]

using server = asio::awaitable<void> (*)(parcels&, stop_signal&, int&);

enum class first { signal, parcel };

struct outcome {
  int lost;     ///< parcels that were accepted, and neither handled nor kept
  bool stopped; ///< whether the server has heard of the stop
};

/// Hands over one parcel and the stop signal in one turn of the loop.
outcome in_one_turn(server serve_with, first order) {
  asio::io_context io;
  parcels in(io, 16);
  stop_signal stop(io, 1);
  int handled = 0;
  bool stopped = false;
  asio::co_spawn(io, serve_with(in, stop, handled),
                 [&stopped](std::exception_ptr) { stopped = true; });
  io.poll(); // the server now waits for either

  if (order == first::signal)
    stop.try_send(error_code{});
  int accepted = in.try_send(error_code{}, 7);
  if (order == first::parcel)
    stop.try_send(error_code{});
  io.restart();
  io.poll(); // not run(): a server that has not heard of the stop waits for
             // ever
  while (in.try_receive([](error_code, int) {}))
    --accepted; // still in the channel: not lost
  return {accepted - handled, stopped};
}

// [capacity]
int room_after_a_cancelled_receive() {
  asio::io_context io;
  parcels in(io, 16);
  in.async_receive([](error_code, int) {});
  in.cancel(); // e.g. the receive lost a race against a timer
  io.run();
  int room = 0;
  while (in.try_send(error_code{}, room))
    ++room;
  return room;
}

// [/capacity]

int main() {
  bool as_claimed = true;
  std::printf("                     signal first     parcel first\n");
  std::printf("                     lost  stopped    lost  stopped\n");
  const auto row = [&](const char* what, server serve_with,
                       outcome signal_first, outcome parcel_first) {
    const outcome one = in_one_turn(serve_with, first::signal);
    const outcome two = in_one_turn(serve_with, first::parcel);
    const auto word = [](bool it) {
      return it ? "yes" : "no";
    };
    std::printf("%-18s %6d  %7s  %6d  %7s\n", what, one.lost, word(one.stopped),
                two.lost, word(two.stopped));
    const auto same = [](outcome a, outcome b) {
      return a.lost == b.lost && a.stopped == b.stopped;
    };
    as_claimed =
        as_claimed && same(one, signal_first) && same(two, parcel_first);
  };
  row("stop || receive", serve_lossy, {1, true}, {0, false});
  row("both results read", serve, {0, true}, {0, true});
  std::printf("\ncapacity 16, after a cancelled receive: room for %d\n",
              room_after_a_cancelled_receive());
  return as_claimed ? 0 : 1;
}
