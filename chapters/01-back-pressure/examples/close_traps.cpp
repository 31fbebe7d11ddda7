// What experimental::channel::close() does in Boost 1.81, and the order of
// calls that is safe.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <cstdio>
#include <optional>
#include <string>

namespace asio = boost::asio;
using boost::system::error_code;
using queue = asio::experimental::channel<void(error_code, int)>;

/// Runs what is ready, and no more: a waiting operation stays waiting.
void run_ready(asio::io_context& io) {
  io.restart();
  io.poll();
}

std::string spelled(const std::optional<error_code>& seen) {
  return seen ? seen->message() : "nothing: it is still waiting";
}

// [buffered]
int lost_by_close() {
  asio::io_context io;
  queue orders(io, 8);
  int accepted = 0;
  for (int order = 0; order != 3; ++order)
    accepted += orders.try_send(error_code{}, order);

  orders.close(); // "no more will come"

  int received = 0;
  while (orders.try_receive([](error_code, int) {}))
    ++received;
  return accepted - received;
}

// [/buffered]

struct farewell {
  std::optional<error_code> after_first_call;
  std::optional<error_code> after_both_calls;
  std::optional<error_code> late_sender;
};

// [senders]
farewell part(bool cancel_first) {
  asio::io_context io;
  queue orders(io, 0);
  farewell told;
  std::optional<error_code> waiting;
  orders.async_send(error_code{}, 42, [&](error_code ec) { waiting = ec; });

  cancel_first ? orders.cancel() : orders.close();
  run_ready(io);
  told.after_first_call = waiting;

  cancel_first ? orders.close() : orders.cancel();
  run_ready(io);
  told.after_both_calls = waiting;

  orders.async_send(error_code{}, 43,
                    [&](error_code ec) { told.late_sender = ec; });
  run_ready(io);
  return told;
}

// [/senders]

int main() {
  const int lost = lost_by_close();
  std::printf("3 orders accepted, close(): %d lost\n\n", lost);

  const farewell wrong = part(false);
  std::printf("a sender waits, then close() and cancel():\n");
  std::printf("  close() tells it   %s\n",
              spelled(wrong.after_first_call).c_str());
  std::printf("  cancel() tells it  %s\n\n",
              spelled(wrong.after_both_calls).c_str());

  const farewell right = part(true);
  std::printf("a sender waits, then cancel() and close():\n");
  std::printf("  cancel() tells it  %s\n",
              spelled(right.after_first_call).c_str());
  std::printf("  a later sender     %s\n", spelled(right.late_sender).c_str());

  // Only the safe order is a promise that later releases keep too.
  const bool told_at_once =
      right.after_first_call && right.after_first_call->failed();
  const bool later_refused = right.late_sender && right.late_sender->failed();
  return told_at_once && later_refused && !wrong.after_first_call ? 0 : 1;
}
