// A long job in three parts, and a request that comes while it runs: on a real io_context.
#include <boost/asio.hpp>

#include <cstdio>
#include <string>

namespace asio = boost::asio;

std::string order;

// [parts]
asio::awaitable<void> dispatches(asio::any_io_executor loop) {
  for (const char* part : {" part1", " part2", " part3"}) {
    order += part;
    co_await asio::dispatch(loop, asio::use_awaitable);
  }
}

asio::awaitable<void> posts(asio::any_io_executor loop) {
  for (const char* part : {" part1", " part2", " part3"}) {
    order += part;
    co_await asio::post(loop, asio::use_awaitable);
  }
}

// [/parts]

using job = asio::awaitable<void> (*)(asio::any_io_executor);

std::string run(job how) {
  order.clear();
  asio::io_context io;
  asio::co_spawn(io, how(io.get_executor()), asio::detached);
  asio::post(io, [] { order += " REQUEST"; });
  io.run();
  return order;
}

int main() {
  const std::string stays = run(dispatches);
  const std::string leaves = run(posts);
  std::printf("dispatch %s\n", stays.c_str());
  std::printf("post     %s\n", leaves.c_str());
  return stays == " part1 part2 part3 REQUEST" && leaves == " part1 REQUEST part2 part3" ? 0 : 1;
}
