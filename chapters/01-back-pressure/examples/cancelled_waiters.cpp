// Cancelling a wait on a channel: the item that vanishes, and the channel that
// forgets its capacity.
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

/// Hands over one parcel and the stop signal in one turn of the loop; returns
/// the parcels lost.
int lost_by(server serve_with) {
  asio::io_context io;
  parcels in(io, 16);
  stop_signal stop(io, 1);
  int handled = 0;
  asio::co_spawn(io, serve_with(in, stop, handled), asio::detached);
  io.poll(); // the server now waits for either

  stop.try_send(error_code{});
  int accepted = in.try_send(error_code{}, 7);
  io.restart();
  io.run();
  while (in.try_receive([](error_code, int) {}))
    --accepted; // still in the channel: not lost
  return accepted - handled;
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
  const int lossy = lost_by(serve_lossy);
  const int careful = lost_by(serve);
  std::printf("stop || receive:   parcels lost %d\n", lossy);
  std::printf("both results read: parcels lost %d\n", careful);
  std::printf("capacity 16, after a cancelled receive: room for %d\n",
              room_after_a_cancelled_receive());
  return lossy == 1 && careful == 0 ? 0 : 1;
}
