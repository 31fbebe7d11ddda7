/// \file
/// What the hidden tests of `overflow` share: a source that never waits, takers, and the books kept
/// of what became of each item.
#pragma once

#include "buffer.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <chrono>
#include <set>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;

/// Somebody who takes one item.
using taker = weir::testing::operation<int>;

/// What the taker got; 0: nothing yet.
inline int item_of(const taker& one) {
  return one.fate().returned() ? one.fate().value() : 0;
}

/// Whether the buffer's own counts are looked at: they are a promise of their own, and whoever
/// breaks only that one should not be told of another.
enum class counting { as_it_may, exact };

/// A buffer, its takers, and the books kept from outside.
class buffer_fixture {
public:
  buffer_fixture(asio::any_io_executor executor, overflow policy, std::size_t capacity,
                 counting counts = counting::as_it_may)
      : test_(executor), buffer_(make_event_buffer(executor, policy, capacity)), counting_(counts) {
    weir::name_this_task("the source");
  }

  [[nodiscard]] std::size_t size() const { return buffer_->size(); }

  [[nodiscard]] tally counts() const { return buffer_->counts(); }

  error_code offer(int item) {
    ++offered_;
    const error_code answer = buffer_->offer(item);
    weir::note("offer({}): {}", item, answer ? answer.message() : "no error");
    if (answer)
      refused_.insert(item);
    if (counting_ == counting::exact)
      check_sum();
    return answer;
  }

  /// Offers `first` to `last` in one go and returns how many were refused with `expected`.
  int offer_all(int first, int last, error_code expected = {}) {
    int refused = 0;
    for (int item = first; item <= last; ++item) {
      const error_code answer = offer(item);
      weir::expect(!answer || answer == expected,
                   "offer({}) answered \"{}\", which this policy does not", item, answer);
      refused += answer ? 1 : 0;
    }
    return refused;
  }

  /// Somebody begins to take and may wait.
  const taker& take() {
    const taker& mine = test_.start(
        "taker", [this] { return buffer_->take(); },
        [](const taker& ended) { weir::expect(ended.fate().returned(), "take {}", ended.text()); });
    takers_.push_back(&mine);
    return mine;
  }

  /// Lets everything happen that can happen at this instant; then a millisecond goes by.
  asio::awaitable<void> settle() {
    co_await weir::testing::pass();
    if (counting_ == counting::exact)
      check_counts();
    check_items();
  }

  /// Takes what must be there, in this order.
  asio::awaitable<void> expect_items(int first, int last) {
    for (int item = first; item <= last; ++item) {
      const auto asked_at = weir::now();
      const taker& mine = take();
      co_await settle();
      weir::expect(!mine.pending(), "take waits, although item {} is due", item);
      weir::expect(item_of(mine) == item, "item {} came out where {} was due", item_of(mine), item);
      weir::expect(mine.ended_at() == asked_at, "item {} was there, but take returned {} late",
                   item, mine.ended_at() - asked_at);
    }
  }

  /// A taker waits at the empty buffer, and is served as soon as `item` is offered.
  asio::awaitable<void> expect_wait_for(int item) {
    const taker& mine = take();
    co_await settle();
    weir::expect(mine.pending(), "nothing was due, but take returned item {}", item_of(mine));
    const auto offered_at = weir::now();
    const error_code answer = offer(item);
    weir::expect(!answer, "somebody waited for an item, but offer({}) answered \"{}\"", item,
                 answer);
    co_await settle();
    weir::expect(item_of(mine) == item, "somebody waited and item {} was offered: take {}", item,
                 mine.text());
    weir::expect(mine.ended_at() == offered_at,
                 "item {} was offered to a waiting taker, who got it {} late", item,
                 mine.ended_at() - offered_at);
  }

  [[nodiscard]] std::uint64_t delivered() const {
    std::uint64_t count = 0;
    for (const taker* const one : takers_)
      count += one->pending() ? 0U : 1U;
    return count;
  }

private:
  void check_sum() const {
    const tally seen = buffer_->counts();
    const std::size_t held = buffer_->size();
    weir::expect(seen.offered == seen.delivered + held + seen.dropped + seen.refused,
                 "the counts don't add up: offered {}, but delivered {} + held {} + dropped {} + "
                 "refused {}",
                 seen.offered, seen.delivered, held, seen.dropped, seen.refused);
  }

  /// What the buffer says at a quiet moment, against what was seen from outside.
  void check_counts() const {
    const tally seen = buffer_->counts();
    weir::expect(seen.offered == offered_, "items offered: {}; counted as offered: {}", offered_,
                 seen.offered);
    weir::expect(seen.delivered == delivered(), "items that came out: {}; counted as delivered: {}",
                 delivered(), seen.delivered);
    weir::expect(seen.refused == refused_.size(),
                 "offers answered with an error: {}; counted as refused: {}", refused_.size(),
                 seen.refused);
    check_sum();
  }

  void check_items() const {
    std::set<int> out;
    for (const taker* const one : takers_) {
      if (one->pending())
        continue;
      const int item = item_of(*one);
      weir::expect(out.insert(item).second, "item {} came out twice", item);
      weir::expect(!refused_.contains(item),
                   "item {} came out, although its offer had been answered with an error", item);
    }
  }

  weir::testing::driver test_;
  std::unique_ptr<event_buffer> buffer_;
  counting counting_;
  std::vector<const taker*> takers_;
  std::uint64_t offered_ = 0;
  std::set<int> refused_;
};

} // namespace weir_hidden
