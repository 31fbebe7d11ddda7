#include "session/inbox.hpp"
#include "testing/catch.hpp"
#include "tests/session/fake_simulation.hpp"

#include <new>
#include <thread>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

run_finished finished(slot where, std::uint64_t ticket) {
  run_request asked;
  asked.where = where;
  asked.ticket = ticket;
  asked.knobs = {{"arrival-rate", 40}};
  return fake_simulation::result(asked);
}

std::vector<std::uint64_t> tickets(const std::vector<session_update>& updates) {
  std::vector<std::uint64_t> found;
  for (const auto& each : updates) {
    if (const auto* const ready = std::get_if<run_ready>(&each)) {
      found.push_back(ready->request.ticket);
    }
  }
  return found;
}

} // namespace

TEST_CASE("a run is made ready on the thread that puts it in, with the knobs of its scene") {
  inbox box({});
  std::thread simulation([&] {
    box.put(fake_simulation::scene());
    box.put(finished(slot::main, 7));
  });
  simulation.join();
  const auto updates = box.take();
  REQUIRE(updates.size() == 2);
  CHECK(std::get<scene_opened>(updates[0]).scene.id == "breaker");
  const auto& ready = std::get<run_ready>(updates[1]);
  REQUIRE(ready.made != nullptr);
  REQUIRE(ready.made->knobs().size() == fake_simulation::scene().scene.knobs.size());
  CHECK(ready.made->knobs().front().value == 40);
  CHECK(box.take().empty());
}

TEST_CASE("of the results for one slot only the newest waits, of a sweep's all do") {
  inbox box({});
  for (const auto where : {slot::main, slot::other, slot::sweep}) {
    const auto first = 10 * static_cast<std::uint64_t>(where);
    box.put(finished(where, first + 1));
    box.put(finished(where, first + 2));
  }
  CHECK(tickets(box.take()) == std::vector<std::uint64_t>{2, 12, 21, 22});
}

TEST_CASE("banners and scenes keep their places among the runs") {
  inbox box({});
  box.put(finished(slot::main, 1));
  box.put(banner{banner::kind::working, "compiling", ""});
  box.put(finished(slot::main, 2));
  const auto updates = box.take();
  REQUIRE(updates.size() == 2);
  CHECK(std::holds_alternative<banner>(updates[0]));
  CHECK(tickets(updates) == std::vector<std::uint64_t>{2});
}

TEST_CASE("a run that can't be made ready is a banner, and the simulation's thread goes on") {
  int made = 0;
  inbox box({}, [&](const run_finished& what, const std::vector<weir::knob_info>& knobs) {
    return ++made == 1 ? throw std::bad_alloc() : std::make_shared<run>(what, knobs);
  });
  bool went_on = false;
  std::thread simulation([&] {
    box.put(finished(slot::main, 1));
    box.put(finished(slot::main, 2));
    went_on = true;
  });
  simulation.join();
  CHECK(went_on);
  const auto updates = box.take();
  REQUIRE(updates.size() == 2);
  const auto& told = std::get<banner>(updates[0]);
  CHECK(told.what == banner::kind::problem);
  CHECK(told.title == "The run can't be shown");
  CHECK(told.text == std::bad_alloc().what());
  CHECK(tickets(updates) == std::vector<std::uint64_t>{2});
}

TEST_CASE("whoever waits is woken by what comes in, and by nothing else") {
  int woken = 0;
  inbox box([&] { ++woken; });
  run_finished empty;
  box.put(empty); // a run without a trace is none
  CHECK(woken == 0);
  CHECK(box.take().empty());
  box.put(banner{});
  CHECK(woken == 1);
}
