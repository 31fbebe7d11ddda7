// A job for a thread_pool: where its result arrives, where its exception goes, and who works
// meanwhile. A real io_context and a real pool.
#include <boost/asio.hpp>

#include <cstdio>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace asio = boost::asio;

using thread_id = std::thread::id;

int parse(const std::string& table) {
  if (table.empty())
    throw std::runtime_error("empty table");
  return static_cast<int>(table.size());
}

// [naive]
template <class Done>
void parse_elsewhere(asio::thread_pool& pool, std::string table, Done done) {
  asio::post(pool, [table = std::move(table), done] { done(parse(table)); });
}

// [/naive]

// [home]
asio::awaitable<int> on(asio::thread_pool& pool, std::string table) {
  const auto job = [](std::string text) -> asio::awaitable<int> {
    co_return parse(text); // on a thread of the pool
  };
  auto away = asio::co_spawn(pool, job(std::move(table)), asio::use_awaitable);
  const int prices = co_await std::move(away);
  co_return prices; // on the caller's executor again
}

// [/home]

const char* name(thread_id it, thread_id loop) {
  return it == loop ? "the loop's thread" : "the pool's thread";
}

struct findings {
  thread_id naive, result, failure;
  std::string told;
  int answered = 0; // requests, while the pool was at work
};

asio::awaitable<void> careful(asio::thread_pool& pool, findings& seen) {
  co_await on(pool, "a table");
  seen.result = std::this_thread::get_id();
  try {
    co_await on(pool, "");
  } catch (const std::runtime_error& e) {
    seen.told = e.what();
  }
  seen.failure = std::this_thread::get_id();
}

int main() {
  findings seen;
  asio::thread_pool pool(1);
  const thread_id loop = std::this_thread::get_id();
  {
    std::promise<void> told;
    parse_elsewhere(pool, "a table", [&](int) {
      seen.naive = std::this_thread::get_id();
      told.set_value();
    });
    told.get_future().wait();
  }
  {
    // The pool's only thread works until three requests have been answered.
    std::promise<void> enough;
    asio::post(pool, [&enough] { enough.get_future().wait(); });
    asio::io_context io;
    asio::co_spawn(io, careful(pool, seen), asio::detached);
    for (int i = 0; i != 3; ++i)
      asio::post(io, [&] {
        if (++seen.answered == 3)
          enough.set_value();
      });
    io.run();
  }
  pool.join();

  std::printf("post, and a callback    its result arrives on %s\n", name(seen.naive, loop));
  std::printf("co_spawn, and awaited   its result arrives on %s\n", name(seen.result, loop));
  std::printf("                        so does \"%s\": %s\n", seen.told.c_str(),
              name(seen.failure, loop));
  std::printf("meanwhile               %d requests answered\n", seen.answered);
  return seen.naive != loop && seen.result == loop && seen.failure == loop &&
                 seen.told == "empty table" && seen.answered == 3
             ? 0
             : 1;
}
