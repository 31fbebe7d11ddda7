#include "base/task_group.hpp"
#include "testing/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>

using namespace weir::grader;
namespace asio = boost::asio;

namespace {

using journal = std::vector<std::string>;

/// Says that it started, waits until it is cancelled, and takes one more step to end.
asio::awaitable<void> wait_long(std::string name, journal& said) {
  said.push_back(name + " begins");
  asio::steady_timer forever{co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max()};
  try {
    co_await forever.async_wait(asio::use_awaitable);
  } catch (const std::exception&) {
    said.push_back(name + " cancelled");
    throw;
  }
}

asio::awaitable<void> fail() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw std::runtime_error{"broken"};
}

asio::awaitable<void> join(task_group& group, journal& said) {
  try {
    co_await group.join();
    said.push_back("joined");
  } catch (const std::runtime_error& thrown) {
    said.push_back(std::string{"joined: "} + thrown.what());
  }
}

} // namespace

TEST_CASE("a group is joined only after all its tasks have ended", "[watch]") {
  asio::io_context context;
  task_group group{context.get_executor()};
  journal said;
  group.spawn(wait_long("one", said), [&] { said.push_back("one ended"); });
  group.spawn(wait_long("two", said), [&] { said.push_back("two ended"); });
  asio::co_spawn(context, join(group, said), asio::detached);
  asio::post(context, [&] { group.cancel(); });
  context.run();
  CHECK(said.back() == "joined");
  CHECK(std::count(said.begin(), said.end(), "one ended") == 1);
  CHECK(std::count(said.begin(), said.end(), "two ended") == 1);
}

TEST_CASE("a task that fails cancels its siblings, and join says why", "[watch]") {
  asio::io_context context;
  task_group group{context.get_executor()};
  journal said;
  group.spawn(wait_long("one", said));
  group.spawn(fail());
  asio::co_spawn(context, join(group, said), asio::detached);
  context.run();
  CHECK(said == journal{"one begins", "one cancelled", "joined: broken"});
}

TEST_CASE("cancelling the join cancels the tasks and still waits for them", "[watch]") {
  asio::io_context context;
  journal said;
  task_group outer{context.get_executor()};
  task_group inner{context.get_executor()};
  inner.spawn(wait_long("one", said));
  outer.spawn(join(inner, said));
  asio::post(context, [&] { outer.cancel(); });
  asio::co_spawn(context, join(outer, said), asio::detached);
  context.run();
  REQUIRE(said.size() == 4);
  CHECK(said[1] == "one cancelled");
  CHECK(said[3] == "joined");
}

TEST_CASE("one task can be cancelled by itself, also after its end", "[watch]") {
  asio::io_context context;
  task_group group{context.get_executor()};
  journal said;
  auto one = group.spawn(wait_long("one", said));
  asio::post(context, [&] { one.cancel(); });
  context.run();
  CHECK(said == journal{"one begins", "one cancelled"});
  one.cancel();
}

TEST_CASE("nothing starts in a cancelled group", "[watch]") {
  asio::io_context context;
  task_group group{context.get_executor()};
  journal said;
  group.cancel();
  group.spawn(wait_long("one", said));
  context.run();
  CHECK(said.empty());
}

TEST_CASE("the newest request waits for the present task's end, older ones are dropped",
          "[watch]") {
  asio::io_context context;
  task_group group{context.get_executor()};
  latest_task latest{group};
  journal said;
  latest.start([&] { return wait_long("first", said); });
  asio::post(context, [&] {
    latest.start([&] { return wait_long("second", said); });
    latest.start([&] { return wait_long("third", said); });
    CHECK(said == journal{"first begins"});
  });
  context.poll();
  CHECK(said == journal{"first begins", "first cancelled", "third begins"});
  latest.cancel();
  context.restart();
  context.run();
  CHECK(said.back() == "third cancelled");
}
