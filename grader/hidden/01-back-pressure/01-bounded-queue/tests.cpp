#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("push waits while the queue is full, and no longer", "[push-waits]") {
  WEIR_EXPLORE("a push waits for a place", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    co_await f.fill(1, 2);
    const call& third = f.push(3);
    co_await f.pass();
    weir::expect(third.waits(), "push(3) {}, although the queue held 2 items, its capacity",
                 third.fate());
    const auto freed_at = weir::now();
    co_await f.take(1, 1);
    weir::expect(third.returned(), "a place became free, but the push that waited for it {}",
                 third.fate());
    weir::expect(third.at() == freed_at, "the push that waited returned {} after a place was free",
                 third.at() - freed_at);
    co_await f.take(2, 3);
    co_await f.finish();
  });

  WEIR_EXPLORE("many wait for one place", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    for (int item = 1; item <= 6; ++item)
      f.push(item);
    co_await f.settle();
    for (int taken = 0; taken <= 6; ++taken) {
      const int due = std::min(6, 2 + taken);
      weir::expect(f.accepted() == due,
                   "6 callers push into a queue of capacity 2; items taken so far: {}, pushes that "
                   "have returned: {} instead of {}",
                   taken, f.accepted(), due);
      if (taken == 6)
        break;
      f.pop();
      co_await f.settle();
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("a newcomer in the instant of a wake-up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    f.push(2);
    co_await f.settle();
    f.pop();
    f.push(3);
    co_await f.settle(); // one place became free, and two want it
    f.pop();
    f.pop();
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "push-waits"); });
}

TEST_CASE("pop waits while the queue is empty, and no longer", "[pop-waits]") {
  WEIR_EXPLORE("many wait for one item", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 4);
    const std::vector<const call*> poppers{&f.pop("popper A"), &f.pop("popper B"),
                                           &f.pop("popper C")};
    for (int items = 0; items <= 3; ++items) {
      const auto pushed_at = weir::now();
      if (items != 0)
        f.push(items);
      co_await f.settle();
      for (const call* popper : poppers) {
        weir::expect(!popper->nothing_left(),
                     "{} {}, but the queue is open: it has to wait (3 poppers, items so far: {})",
                     popper->name(), popper->fate(), items);
        weir::expect(popper->item() != items || popper->waits() || popper->at() == pushed_at,
                     "item {} was pushed to a waiting popper, who got it {} later", items,
                     popper->at() - pushed_at);
      }
      weir::expect(f.taken() == items,
                   "items pushed to 3 waiting poppers: {}; poppers that got one: {}", items,
                   f.taken());
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("items that come at once find as many waiters", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 4);
    f.pop("popper A");
    f.pop("popper B");
    f.pop("popper C");
    co_await f.settle();
    f.burst(1, 2);
    f.push(3);
    co_await f.settle();
    weir::expect(f.taken() == 3,
                 "3 items were pushed in one instant to 3 waiting poppers: {} got one, and {} "
                 "items lie in the queue",
                 f.taken(), 3 - f.taken());
    co_await f.finish();
  });

  WEIR_EXPLORE("a newcomer in the instant of a wake-up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    const call& waiting = f.pop("the popper that waits");
    co_await f.settle();
    f.push(1);
    const call& newcomer = f.pop("the newcomer");
    co_await f.settle();
    for (const call* popper : {&waiting, &newcomer})
      weir::expect(popper->waits() || popper->returned(),
                   "one item came for two poppers, and the queue is open: {} {}", popper->name(),
                   popper->fate());
    f.push(2);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "pop-waits"); });
}

TEST_CASE("first come, first served", "[fifo]") {
  WEIR_EXPLORE("items keep their order", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 3);
    co_await f.fill(1, 3);
    co_await f.take(1, 1);
    co_await f.fill(4, 4);
    co_await f.take(2, 4);
    co_await f.finish();
  });

  WEIR_EXPLORE("pushers keep their order", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    std::vector<const call*> line;
    for (int item = 2; item <= 4; ++item) {
      line.push_back(&f.push(item));
      co_await f.settle();
    }
    for (int item = 1; item <= 3; ++item) {
      co_await f.take(item, item);
      const std::size_t served = static_cast<std::size_t>(item);
      for (std::size_t i = served; i < line.size(); ++i)
        weir::expect(line[i]->waits() || line[served - 1]->returned(),
                     "push({}) returned, while push({}) has waited longer and {}", line[i]->item(),
                     line[served - 1]->item(), line[served - 1]->fate());
    }
    co_await f.take(4, 4);
    co_await f.finish();
  });

  WEIR_EXPLORE("a new push does not overtake one that waits", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    const call& waiting = f.push(2);
    co_await f.settle();
    const call& popped = f.pop();
    const call& newcomer = f.push(3);
    co_await f.pass();
    weir::expect(popped.got(1), "item 1 was due, but pop {}", popped.fate());
    weir::expect(waiting.returned() || newcomer.waits(),
                 "push(2) waited for a place; push(3) came in the instant in which one became "
                 "free, and got it");
    co_await f.take(2, 3);
    co_await f.finish();
  });

  WEIR_EXPLORE("a new push does not pass a waiting one by way of a popper",
               []() -> asio::awaitable<void> {
                 queue_fixture f(co_await asio::this_coro::executor, 1);
                 co_await f.fill(1, 1);
                 f.push(2);
                 co_await f.settle();
                 const call& one = f.pop("one popper");
                 const call& other = f.pop("another popper");
                 f.push(3);
                 co_await f.settle();
                 weir::expect(one.returned() && other.returned(),
                              "two items were due to two poppers: {} {}, {} {}", one.name(),
                              one.fate(), other.name(), other.fate());
                 weir::expect(one.item() + other.item() == 3,
                              "item 1 was held and push(2) waited when push(3) came: items {} and "
                              "{} came out first",
                              one.item(), other.item());
                 co_await f.take(3, 3);
                 co_await f.finish();
               });

  WEIR_EXPLORE("poppers keep their order", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 3);
    const call& first = f.pop("the first popper");
    co_await f.settle();
    const call& second = f.pop("the second popper");
    co_await f.settle();
    f.burst(1, 2);
    const call& third = f.pop("a newcomer");
    co_await f.settle();
    for (const call* popper : {&first, &second}) {
      weir::expect(popper->returned(), "{} {}, although there were items for it", popper->name(),
                   popper->fate());
    }
    weir::expect(first.item() == 1 && second.item() == 2,
                 "items 1 and 2 came while two waited: the first got {}, the second {}",
                 first.item(), second.item());
    weir::expect(third.waits(), "{} {}, though others had waited before it", third.name(),
                 third.fate());
    co_await f.fill(3, 3);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "fifo"); });
}

TEST_CASE("what was accepted comes out after close", "[close-drains]") {
  WEIR_EXPLORE("the rest, then nothing", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 4);
    co_await f.fill(1, 3);
    f.close();
    co_await f.take(1, 3);
    for (int i = 0; i < 2; ++i) {
      const call& late = f.pop();
      co_await f.settle();
      weir::expect(late.nothing_left(), "the queue is closed and empty, but pop {}", late.fate());
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("who waits for an item is told", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    const std::vector<const call*> poppers{&f.pop("popper A"), &f.pop("popper B")};
    co_await f.settle();
    const auto closed_at = weir::now();
    f.close();
    co_await f.pass();
    for (const call* popper : poppers) {
      weir::expect(popper->nothing_left(),
                   "{} waited at an empty queue, the queue was closed, and it {}", popper->name(),
                   popper->fate());
      weir::expect(popper->at() == closed_at, "{} was told {} after close()", popper->name(),
                   popper->at() - closed_at);
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("an item and the end in one instant", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    const call& popper = f.pop("popper A");
    const call& other = f.pop("popper B");
    co_await f.settle();
    const call& pushed = f.push(1);
    auto executor = co_await asio::this_coro::executor;
    asio::post(executor, [&f] { f.close(); });
    co_await f.pass();
    weir::expect(!pushed.returned() || popper.got(1) || other.got(1),
                 "push(1) returned just before close(); item 1 did not come out, although two "
                 "waited for it");
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::closing, "close-drains"); });
}

TEST_CASE("close turns pushers away", "[close-refuses]") {
  WEIR_EXPLORE("waiting and later pushes", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    const call& second = f.push(2);
    const call& third = f.push(3);
    co_await f.settle();
    const auto closed_at = weir::now();
    f.close();
    co_await f.pass();
    for (const call* waiting : {&second, &third}) {
      weir::expect(waiting->refused(), "{} waited for room, the queue was closed, and it {}",
                   waiting->name(), waiting->fate());
      weir::expect(waiting->at() == closed_at, "{} was refused {} after close()", waiting->name(),
                   waiting->at() - closed_at);
    }
    f.close();
    co_await f.take(1, 1);
    const call& late = f.push(4);
    const call& nothing = f.pop();
    co_await f.settle();
    weir::expect(late.refused(), "the queue had been closed, but push(4) {}", late.fate());
    weir::expect(nothing.nothing_left(),
                 "all that was accepted had come out of the closed queue, but {} {}",
                 nothing.name(), nothing.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("a place and the end in one instant", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    const call& waiting = f.push(2);
    co_await f.settle();
    f.pop();
    auto executor = co_await asio::this_coro::executor;
    asio::post(executor, [&f] { f.close(); });
    co_await f.pass();
    weir::expect(!waiting.waits(),
                 "push(2) waited; a place was free, then close(): it still waits");
    if (waiting.returned())
      co_await f.take(2, 2);
    const call& last = f.pop();
    co_await f.pass();
    weir::expect(last.nothing_left(), "push(2) {}, and after that {} {} instead of finding the end",
                 waiting.fate(), last.name(), last.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::closing, "close-refuses"); });
}

TEST_CASE("a cancelled waiter leaves no trace", "[cancelled-waiter]") {
  WEIR_EXPLORE("a pusher gives up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    f.push(2);
    co_await f.settle();
    call& third = f.push(3);
    co_await f.settle();
    f.push(4);
    co_await f.settle();
    co_await f.give_up(third);
    co_await f.take(1, 2);
    co_await f.take(4, 4);
    co_await f.finish();
  });

  WEIR_EXPLORE("a popper gives up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    call& first = f.pop("popper A");
    co_await f.settle();
    const call& second = f.pop("popper B");
    co_await f.settle();
    co_await f.give_up(first);
    co_await f.fill(1, 1);
    weir::expect(second.got(1), "popper A was cancelled, then item 1 came: popper B {}",
                 second.fate());

    call& third = f.pop("popper C");
    co_await f.settle();
    co_await f.give_up(third);
    co_await f.fill(2, 3); // the capacity is what it was
    const call& waiting = f.push(4);
    co_await f.settle();
    weir::expect(waiting.waits(), "a pop was cancelled; since then a queue of capacity 2 takes a "
                                  "third item");
    co_await f.take(2, 4);
    co_await f.finish();
  });

  WEIR_EXPLORE("a place comes free as a pusher gives up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 1);
    co_await f.fill(1, 1);
    call& second = f.push(2);
    co_await f.settle();
    const call& third = f.push(3);
    co_await f.settle();
    auto executor = co_await asio::this_coro::executor;
    f.pop();
    asio::post(executor, [&second] { second.cancel(); });
    co_await f.pass();
    weir::expect(!second.waits(), "push(2) was cancelled in the instant in which a place became "
                                  "free: it still waits");
    weir::expect(second.returned() != third.returned(),
                 "a place became free as push(2), the first in line, was cancelled: push(2) {}, "
                 "push(3) {}",
                 second.fate(), third.fate());
    if (second.returned())
      co_await f.take(2, 2);
    co_await f.take(3, 3);
    co_await f.finish();
  });

  WEIR_EXPLORE("an item comes as a popper gives up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 2);
    call& first = f.pop("popper A");
    co_await f.settle();
    const call& second = f.pop("popper B");
    co_await f.settle();
    auto executor = co_await asio::this_coro::executor;
    f.push(1);
    asio::post(executor, [&first] { first.cancel(); });
    co_await f.pass();
    weir::expect(!first.waits(), "popper A was cancelled in the instant in which an item came: it "
                                 "still waits");
    weir::expect(first.got(1) != second.got(1),
                 "item 1 came as popper A, the first in line, was cancelled. A {}; popper B {}",
                 first.fate(), second.fate());
    if (second.waits())
      co_await f.fill(2, 2);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls",
               [] { return storm(storm_focus::cancelling, "cancelled-waiter"); });
}

TEST_CASE("capacity 0 is a rendezvous", "[rendezvous]") {
  WEIR_EXPLORE("whoever comes first waits", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 0);
    const call& early_push = f.push(1);
    co_await f.settle();
    weir::expect(early_push.waits(), "push(1) {} before anybody came to take the item",
                 early_push.fate());
    const auto met_at = weir::now();
    co_await f.take(1, 1);
    weir::expect(early_push.returned(), "item 1 was taken, but push(1) {}", early_push.fate());
    weir::expect(early_push.at() == met_at, "push(1) returned {} after its item was taken",
                 early_push.at() - met_at);

    const call& early_pop = f.pop();
    co_await f.settle();
    const call& pushed = f.push(2);
    co_await f.settle();
    weir::expect(early_pop.got(2), "a pop waited and push(2) came: pop {}", early_pop.fate());
    weir::expect(pushed.returned(), "a pop waited and push(2) came: push {}", pushed.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("many meet many", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 0);
    for (int item = 1; item <= 3; ++item) {
      f.push(item);
      f.pop();
    }
    co_await f.settle();
    weir::expect(f.accepted() == 3 && f.taken() == 3,
                 "3 came to push and 3 to pop: {} pushes and {} pops have returned", f.accepted(),
                 f.taken());
    for (int item = 4; item <= 6; ++item) {
      f.push(item);
      co_await f.settle();
    }
    co_await f.take(4, 6);
    co_await f.finish();
  });

  WEIR_EXPLORE("giving up and closing", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 0);
    call& first = f.push(1);
    co_await f.settle();
    f.push(2);
    co_await f.settle();
    co_await f.give_up(first);
    co_await f.take(2, 2);
    const call& third = f.push(3);
    co_await f.settle();
    f.close();
    const call& last = f.pop();
    co_await f.pass();
    weir::expect(third.refused(), "push(3) waited, the queue was closed: it {}", third.fate());
    weir::expect(last.nothing_left(), "the rendezvous is closed, but pop {}", last.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("an item comes as the popper gives up", []() -> asio::awaitable<void> {
    queue_fixture f(co_await asio::this_coro::executor, 0);
    call& popper = f.pop("popper A");
    co_await f.settle();
    auto executor = co_await asio::this_coro::executor;
    const call& pushed = f.push(1);
    asio::post(executor, [&popper] { popper.cancel(); });
    co_await f.pass();
    weir::expect(!popper.waits(), "popper A was cancelled in the instant in which an item came: "
                                  "it still waits");
    weir::expect(pushed.returned() == popper.got(1),
                 "item 1 came as popper A was cancelled: push(1) {}, popper A {}", pushed.fate(),
                 popper.fate());
    if (pushed.waits())
      co_await f.take(1, 1);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::rendezvous, "rendezvous"); });
}
