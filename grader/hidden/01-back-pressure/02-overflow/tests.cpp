#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

#include <array>

using namespace weir_hidden;

namespace {

struct choice {
  product user;
  overflow right;
  std::string_view name;
  /// What goes wrong with each policy, in the order of the enumerators.
  std::array<std::string_view, 4> consequence;
};

constexpr std::array choices{
    choice{product::audit_log,
           overflow::buffer_then_error,
           "the audit log",
           {"", "an action is carried out, and its entry is dropped: the breach of contract",
            "an action is carried out, and a later entry replaces its own: the breach of contract",
            "whenever the disk is busy for a moment, actions are refused that could have waited"}},
    choice{
        product::telemetry,
        overflow::drop_newest,
        "telemetry",
        {"a mast is told no, over UDP: nobody hears it, and the gap counts as somebody's problem",
         "", "of the minutes before the storm, one reading is left",
         "every reading that comes while the writer writes is lost, and a mast is told no over "
         "UDP"}},
    choice{product::dashboard,
           overflow::keep_latest,
           "the dashboard",
           {"the board draws the backlog, old prices first, and the newest are turned away",
            "the board draws the backlog, old prices first, and the newest are dropped", "",
            "while the board draws, prices are turned away; if it then goes quiet, the last one is "
            "never seen"}},
    choice{product::payments,
           overflow::fail_fast,
           "payments",
           {"a payment lies in the buffer until its till has given up; then it is carried out, the "
            "customer having paid by other means",
            "a till waits for a payment that was dropped, and is told nothing",
            "a till waits for a payment that another one has replaced", ""}},
};

} // namespace

TEST_CASE("buffer_then_error keeps what it accepted and says no to more", "[buffer-then-error]") {
  WEIR_EXPLORE("a burst into buffer_then_error", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::buffer_then_error, 3);
    co_await f.expect_wait_for(1);
    const int refused = f.offer_all(2, 6, asio::error::no_buffer_space);
    weir::expect(
        refused == 2 && f.size() == 3,
        "5 items were offered in one go to an empty buffer of capacity 3: {} were refused, "
        "{} are held",
        refused, f.size());
    co_await f.settle();
    co_await f.expect_items(2, 2);
    weir::expect(f.offer_all(7, 8, asio::error::no_buffer_space) == 1,
                 "one place had become free, two items were offered: refused {} in all, held {}",
                 f.counts().refused, f.size());
    co_await f.expect_items(3, 4);
    co_await f.expect_items(7, 7);
    co_await f.expect_wait_for(9);
  });

  WEIR_EXPLORE("a storm of items",
               [] { return storm(overflow::buffer_then_error, "buffer-then-error"); });
}

TEST_CASE("drop_newest keeps what it has and drops what comes", "[drop-newest]") {
  WEIR_EXPLORE("a burst into drop_newest", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::drop_newest, 3);
    co_await f.expect_wait_for(1);
    f.offer_all(2, 6);
    weir::expect(
        f.counts().dropped == 2 && f.size() == 3,
        "5 items were offered in one go to an empty buffer of capacity 3: {} were dropped, "
        "{} are held",
        f.counts().dropped, f.size());
    co_await f.settle();
    co_await f.expect_items(2, 2);
    f.offer_all(7, 8);
    co_await f.expect_items(3, 4);
    co_await f.expect_items(7, 7);
    co_await f.expect_wait_for(9);
  });

  WEIR_EXPLORE("a storm of items", [] { return storm(overflow::drop_newest, "drop-newest"); });
}

TEST_CASE("keep_latest gives the newest, whatever came before", "[keep-latest]") {
  WEIR_EXPLORE("a burst into keep_latest", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::keep_latest, 3);
    co_await f.expect_wait_for(1);
    f.offer_all(2, 6);
    const taker& screen = f.take();
    co_await f.settle();
    weir::expect(!screen.pending(), "items 2 to 6 were offered, but take waits");
    weir::expect(item_of(screen) == 6, "the newest item was 6, take gave {}: {} behind",
                 item_of(screen), 6 - item_of(screen));
    co_await f.expect_wait_for(7); // nothing older is left
    f.offer_all(8, 9);
    weir::expect(
        f.counts().dropped == 5 && f.size() == 1,
        "of items 2 to 9, 6 and 7 were taken and 9 is the newest: 5 will never be seen, but "
        "dropped is {} and size {}",
        f.counts().dropped, f.size());
    co_await f.expect_items(9, 9);
  });

  WEIR_EXPLORE("a slow screen", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::keep_latest, 4);
    int newest = 0;
    for (int frame = 1; frame <= 4; ++frame) {
      for (int update = 0; update < 3 * frame; ++update) {
        f.offer_all(newest + 1, newest + 1);
        ++newest;
        if (frame < 3)
          co_await f.settle();
      }
      const taker& screen = f.take();
      co_await f.settle();
      weir::expect(item_of(screen) == newest,
                   "frame {}: the newest item was {}, the screen showed {}", frame, newest,
                   item_of(screen));
    }
  });

  WEIR_EXPLORE("a storm of items", [] { return storm(overflow::keep_latest, "keep-latest"); });
}

TEST_CASE("fail_fast hands over at once or refuses at once", "[fail-fast]") {
  WEIR_EXPLORE("nobody is free", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::fail_fast, 3);
    const int refused = f.offer_all(1, 2, asio::error::would_block);
    weir::expect(refused == 2,
                 "nobody waited for items 1 and 2, but fail_fast took over {} of them",
                 2 - refused);
    co_await f.expect_wait_for(3); // neither 1 nor 2
    weir::expect(f.offer(4) == asio::error::would_block,
                 "the only taker had got its item, but item 4 was taken over");
    weir::expect(f.size() == 0,
                 "fail_fast holds {} items: whoever offered them thinks that they "
                 "are being dealt with",
                 f.size());
    co_await f.settle();
  });

  WEIR_EXPLORE("more offers than takers in one instant", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::fail_fast, 3);
    const taker& first = f.take();
    const taker& second = f.take();
    co_await f.settle();
    const auto offered_at = weir::now();
    const int refused = f.offer_all(1, 3, asio::error::would_block);
    weir::expect(refused == 1, "2 takers waited, 3 items were offered in one go: {} were refused",
                 refused);
    co_await f.settle();
    for (const taker* one : {&first, &second}) {
      weir::expect(!one->pending(),
                   "2 takers waited and 2 items were taken over: one of the takers "
                   "still waits");
      weir::expect(one->ended_at() == offered_at,
                   "an item was taken over, and its taker got it {} later",
                   one->ended_at() - offered_at);
    }
    weir::expect(item_of(first) + item_of(second) == 3,
                 "offers 1 and 2 were taken over, but items {} and {} came out", item_of(first),
                 item_of(second));
  });

  WEIR_EXPLORE("a newcomer in the instant of an offer", []() -> asio::awaitable<void> {
    buffer_fixture f(co_await asio::this_coro::executor, overflow::fail_fast, 3);
    const taker& waiting = f.take();
    co_await f.settle();
    weir::expect(!f.offer(1), "a taker waited, but item 1 was refused");
    const taker& newcomer = f.take();
    co_await f.settle();
    weir::expect(!waiting.pending() && item_of(waiting) == 1,
                 "item 1 was taken over for the taker that waited, and it did not get it");
    weir::expect(newcomer.pending(), "a taker that came after the offer got item {}",
                 item_of(newcomer));
    weir::expect(!f.offer(2), "a taker waited, but item 2 was refused");
    co_await f.settle();
  });

  WEIR_EXPLORE("a storm of items", [] { return storm(overflow::fail_fast, "fail-fast"); });
}

TEST_CASE("every item is accounted for", "[every-item-counted]") {
  for (const overflow policy : {overflow::buffer_then_error, overflow::drop_newest,
                                overflow::keep_latest, overflow::fail_fast}) {
    const std::string name = weir::text("a busy hour under {}", name_of(policy));
    WEIR_EXPLORE(name, [policy]() -> asio::awaitable<void> {
      buffer_fixture f(co_await asio::this_coro::executor, policy, 2, counting::exact);
      std::vector<const taker*> takers;
      for (int item = 1; item <= 8; ++item) {
        if (item % 3 == 0)
          takers.push_back(&f.take());
        f.offer(item);
        if (item % 2 == 0)
          co_await f.settle();
      }
      co_await f.settle();
      for (int item = 9; std::ranges::any_of(takers, &taker::pending); ++item) {
        weir::expect(item < 20,
                     "a taker still waits, though 11 more items were offered one by one");
        f.offer(item);
        co_await f.settle();
      }
      while (f.size() != 0) {
        const std::size_t held = f.size();
        f.take();
        co_await f.settle();
        weir::expect(f.size() < held, "{} items are held, but a taker gets none", held);
      }
      const tally seen = f.counts();
      weir::expect(seen.offered == seen.delivered + seen.dropped + seen.refused,
                   "the buffer is empty: offered {}, delivered {}, dropped {}, refused {}: {} "
                   "unaccounted for",
                   seen.offered, seen.delivered, seen.dropped, seen.refused,
                   static_cast<long long>(seen.offered) -
                       static_cast<long long>(seen.delivered + seen.dropped + seen.refused));
    });
  }

  WEIR_EXPLORE("two buffers", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    buffer_fixture one(executor, overflow::drop_newest, 2, counting::exact);
    buffer_fixture other(executor, overflow::drop_newest, 2, counting::exact);
    one.offer_all(1, 3);
    other.offer_all(4, 4);
    co_await one.settle();
    weir::expect(one.size() == 2 && other.size() == 1,
                 "3 items were offered to one buffer of capacity 2, and 1 to another: {} and {} "
                 "are held",
                 one.size(), other.size());
    co_await one.expect_items(1, 2);
    co_await other.expect_items(4, 4);
  });

  WEIR_EXPLORE("a storm of items",
               [] { return storm(policies[weir::pick(policies.size())], "every-item-counted"); });
}

TEST_CASE("each product gets the policy that its story asks for", "[right-policy]") {
  WEIR_EXPLORE("the choice of a policy", []() -> asio::awaitable<void> {
    for (const choice& one : choices) {
      const overflow chosen = policy_for(one.user);
      const auto index = static_cast<std::size_t>(chosen);
      weir::expect(index < one.consequence.size(), "policy_for gave {} no policy at all", one.name);
      weir::expect(chosen == one.right, "{} for {}: {}", name_of(chosen), one.name,
                   one.consequence[index]);
    }
    co_return;
  });
}
