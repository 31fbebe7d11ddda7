#include "process/run_queue.hpp"
#include "testing/catch.hpp"

#include <random>

using namespace weir::viz;

namespace {

run_request request(slot where, std::uint64_t ticket, submission which = submission::mine) {
  run_request wanted;
  wanted.where = where;
  wanted.ticket = ticket;
  wanted.code = which;
  return wanted;
}

std::uint64_t take(run_queue& from, submission which = submission::mine) {
  const auto next = from.take(which);
  return next ? next->request.ticket : 0;
}

} // namespace

TEST_CASE("a newer request takes the place of one that waits", "[process]") {
  run_queue queue;
  queue.add(request(slot::main, 1));
  queue.add(request(slot::main, 2));
  queue.add(request(slot::other, 3));
  queue.add(request(slot::other, 4));
  CHECK(take(queue) == 2);
  CHECK(take(queue) == 4);
  CHECK(take(queue) == 0);
}

TEST_CASE("points of a sweep keep their order, behind the others", "[process]") {
  run_queue queue;
  queue.add(request(slot::sweep, 1));
  queue.add(request(slot::sweep, 2));
  queue.add(request(slot::main, 9));
  CHECK(take(queue) == 9);
  CHECK(take(queue) == 1);
  queue.add(request(slot::other, 8));
  CHECK(take(queue) == 8);
  CHECK(take(queue) == 2);
}

TEST_CASE("each code has its own line", "[process]") {
  run_queue queue;
  queue.add(request(slot::main, 1, submission::mine));
  queue.add(request(slot::other, 2, submission::starter));
  queue.add(request(slot::sweep, 3, submission::starter));
  CHECK_FALSE(queue.waits(submission::solution));
  CHECK(queue.waits(submission::starter));
  CHECK(take(queue, submission::starter) == 2);
  CHECK(take(queue, submission::starter) == 3);
  CHECK_FALSE(queue.waits(submission::starter));
  CHECK(take(queue, submission::mine) == 1);
}

TEST_CASE("another code for the same slot replaces what waits", "[process]") {
  run_queue queue;
  queue.add(request(slot::main, 1, submission::mine));
  queue.add(request(slot::main, 2, submission::starter));
  CHECK_FALSE(queue.waits(submission::mine));
  CHECK(take(queue, submission::starter) == 2);
}

TEST_CASE("a build forgets what waited for its code, a cancelled sweep its points", "[process]") {
  run_queue queue;
  queue.add(request(slot::main, 1, submission::mine));
  queue.add(request(slot::other, 2, submission::starter));
  queue.add(request(slot::sweep, 3, submission::mine));
  queue.add(request(slot::sweep, 4, submission::starter));
  queue.forget(submission::mine);
  CHECK_FALSE(queue.waits(submission::mine));
  queue.cancel_sweep();
  CHECK(take(queue, submission::starter) == 2);
  CHECK_FALSE(queue.waits(submission::starter));
}

TEST_CASE("an older result never comes after a newer one", "[process]") {
  // Two codes are two children: their answers to requests for the same slot may overtake.
  run_queue queue;
  queue.add(request(slot::main, 1, submission::mine));
  const auto first = *queue.take(submission::mine);
  queue.add(request(slot::main, 2, submission::starter));
  const auto second = *queue.take(submission::starter);
  CHECK(queue.accept(second));
  CHECK_FALSE(queue.accept(first));
}

TEST_CASE("whatever comes in, at most two requests wait besides a sweep", "[process]") {
  std::mt19937 random(3);
  run_queue queue;
  std::uint64_t newest_main = 0;
  for (std::uint64_t ticket = 1; ticket < 2000; ++ticket) {
    const auto where = random() % 2 == 0 ? slot::main : slot::other;
    const auto which = static_cast<submission>(random() % 4);
    queue.add(request(where, ticket, which));
    newest_main = where == slot::main ? ticket : newest_main;
    if (random() % 8 == 0) {
      std::size_t waited = 0;
      std::uint64_t main = 0;
      for (const auto each :
           {submission::mine, submission::starter, submission::solution, submission::other}) {
        while (const auto next = queue.take(each)) {
          ++waited;
          main = next->request.where == slot::main ? next->request.ticket : main;
        }
      }
      CHECK(waited <= 2);
      CHECK((main == 0 || main == newest_main));
    }
  }
}
