// Three stages, two bounded channels, and an end that travels in band behind
// the last item.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <cstdio>
#include <stdexcept>

namespace asio = boost::asio;
using boost::system::error_code;
using belt = asio::experimental::channel<void(error_code, int)>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> read_scans(belt& out, int count) {
  for (int scan = 1; scan <= count; ++scan)
    co_await out.async_send(error_code{}, scan, asio::use_awaitable);
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

// [stage]
asio::awaitable<void> enrich(belt& in, belt& out) {
  for (;;) {
    auto [end, scan] = co_await in.async_receive(as_result);
    if (end) {
      // eof or failure: pass it on, then stop.
      co_await out.async_send(end, 0, asio::use_awaitable);
      co_return;
    }
    co_await out.async_send(error_code{}, scan * 10, asio::use_awaitable);
  }
}

// [/stage]

struct stored {
  int items = 0;
  long sum = 0;
  error_code end;
};

asio::awaitable<void> store(belt& in, stored& shelf) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto [end, scan] = co_await in.async_receive(as_result);
    if (end) {
      shelf.end = end;
      co_return;
    }
    co_await asio::post(executor,
                        asio::use_awaitable); // the last stage is the slow one
    co_await asio::post(executor, asio::use_awaitable);
    ++shelf.items;
    shelf.sum += scan;
  }
}

/// The same pipeline ended the obvious way: the source closes its channel after
/// the last item.
asio::awaitable<void> read_scans_and_close(belt& out, int count) {
  for (int scan = 1; scan <= count; ++scan)
    co_await out.async_send(error_code{}, scan, asio::use_awaitable);
  out.close();
}

stored run(asio::awaitable<void> (*source)(belt&, int), int count) {
  asio::io_context io;
  belt scans(io, 16);
  belt enriched(io, 16);
  stored shelf;
  asio::co_spawn(io, source(scans, count), asio::detached);
  asio::co_spawn(io, enrich(scans, enriched), asio::detached);
  asio::co_spawn(io, store(enriched, shelf), asio::detached);
  io.run();
  return shelf;
}

int main() {
  const stored in_band = run(read_scans, 100);
  std::printf("eof in band:  %3d of 100 stored, ended by: %s\n", in_band.items,
              in_band.end.message().c_str());

  const stored closed = run(read_scans_and_close, 100);
  std::printf("close():      %3d of 100 stored, ended by: %s\n", closed.items,
              closed.end.message().c_str());

  return in_band.items == 100 && in_band.sum == 50500 &&
                 in_band.end == asio::error::eof
             ? 0
             : 1;
}
