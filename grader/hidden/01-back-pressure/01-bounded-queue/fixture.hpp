/// \file
/// What the hidden tests of `bounded-queue` share: callers that are sent to a queue, and the books
/// kept of how they fared.
#pragma once

#include "queue.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;

/// A call on the queue: a push, or a pop and what it got.
class call {
public:
  using popped = weir::testing::operation<std::optional<int>>;
  using pushed = weir::testing::operation<void>;

  call(pushed& push, int pushed_item) : item_(pushed_item), push_(&push), any_(&push) {}

  explicit call(popped& pop) : pop_(&pop), any_(&pop) {}

  [[nodiscard]] const std::string& name() const { return any_->name(); }

  [[nodiscard]] bool waits() const { return any_->pending(); }

  [[nodiscard]] bool returned() const {
    return push_ ? push_->fate().returned() : pop_->fate().returned() && pop_->fate().value();
  }

  [[nodiscard]] bool nothing_left() const { return pop_ && pop_->fate() == returned_nothing(); }

  [[nodiscard]] bool refused() const { return code() == asio::error::broken_pipe; }

  [[nodiscard]] bool cancelled() const { return code() == asio::error::operation_aborted; }

  [[nodiscard]] bool got(int expected) const { return returned() && item() == expected; }

  /// What it pushed, or got; 0 when it got nothing.
  [[nodiscard]] int item() const {
    return pop_ && returned() ? pop_->fate().value().value_or(0) : item_;
  }

  [[nodiscard]] std::chrono::nanoseconds at() const { return any_->ended_at(); }

  void cancel() { any_->cancel(); }

  [[nodiscard]] std::string fate() const {
    return waits()          ? "still waits"
           : nothing_left() ? "was told that nothing is left"
           : refused()      ? "was refused with broken_pipe"
                            : any_->text();
  }

private:
  static weir::testing::fate_of<std::optional<int>> returned_nothing() {
    return weir::testing::returned(std::optional<int>());
  }

  [[nodiscard]] error_code code() const {
    return push_ ? push_->fate().code() : pop_->fate().code();
  }

  int item_ = 0;
  pushed* push_ = nullptr;
  popped* pop_ = nullptr;
  weir::testing::any_operation* any_;
};

/// The interface promises no other error.
template <class T>
void expect_promised(const weir::testing::operation<T>& ended) {
  const auto& fate = ended.fate();
  weir::expect(fate.returned() || fate.cancelled() || fate.code() == asio::error::broken_pipe,
               "{} {}, which the interface does not promise", ended.name(), fate.text());
}

/// A queue, and everybody who has been sent to it.
class queue_fixture {
public:
  queue_fixture(asio::any_io_executor executor, std::size_t capacity)
      : test_(executor), capacity_(capacity), queue_(make_bounded_queue(executor, capacity)) {
    weir::name_this_task("the test");
  }

  /// Somebody begins to push and may wait.
  call& push(int item) {
    auto& pushed = test_.start(
        weir::text("push({})", item), [this, item] { return queue_->push(item); },
        expect_promised<void>);
    return pushes_.emplace_back(pushed, item);
  }

  /// One caller pushes `first` to `last`, each as soon as the one before has returned.
  void burst(int first, int last) {
    std::vector<call::pushed*> mine;
    for (int item = first; item <= last; ++item) {
      mine.push_back(&test_.declare<void>(weir::text("push({})", item), expect_promised<void>));
      pushes_.emplace_back(*mine.back(), item);
    }
    test_.start(weir::text("push({}) to push({})", first, last),
                [this, first, mine] { return push_all(first, mine); });
  }

  /// Somebody begins to pop and may wait.
  call& pop(std::string name = "pop") {
    auto& popped = test_.start(
        std::move(name), [this] { return queue_->pop(); }, expect_promised<std::optional<int>>);
    return pops_.emplace_back(popped);
  }

  void close() {
    weir::note("close()");
    queue_->close();
  }

  /// Lets everything happen that can happen at this instant; then a millisecond goes by.
  asio::awaitable<void> pass() { return weir::testing::pass(); }

  /// The same, and then the books must be right.
  asio::awaitable<void> settle() {
    co_await pass();
    check_books();
  }

  /// Cancels a call that waits and will not be served in this instant.
  asio::awaitable<void> give_up(call& waiting) {
    const auto cancelled_at = weir::now();
    weir::note("cancel {}", waiting.name());
    waiting.cancel();
    co_await pass();
    weir::expect(waiting.cancelled(),
                 "{} was cancelled while it waited, and should end with operation_aborted: it {}",
                 waiting.name(), waiting.fate());
    weir::expect(waiting.at() == cancelled_at, "{} ended {} after it was cancelled", waiting.name(),
                 waiting.at() - cancelled_at);
    check_books();
  }

  /// Pushes items for which there must be room.
  asio::awaitable<void> fill(int first, int last) {
    for (int item = first; item <= last; ++item) {
      const auto held = queue_->size();
      const auto asked_at = weir::now();
      const call& pushed = push(item);
      co_await settle();
      weir::expect(pushed.returned(), "push({}) {}, although {} of {} places were taken", item,
                   pushed.fate(), held, capacity_);
      weir::expect(pushed.at() == asked_at, "push({}) returned {} late, although there was room",
                   item, pushed.at() - asked_at);
    }
  }

  /// Pops what must be there, in this order.
  asio::awaitable<void> take(int first, int last) {
    for (int item = first; item <= last; ++item) {
      const auto asked_at = weir::now();
      const call& popped = pop();
      co_await settle();
      weir::expect(!popped.waits(), "pop still waits, although item {} was due", item);
      weir::expect(popped.returned(), "pop {}, although item {} was due", popped.fate(), item);
      weir::expect(popped.item() == item, "item {} came out where {} was due", popped.item(), item);
      weir::expect(popped.at() == asked_at, "item {} was there, but pop returned {} late", item,
                   popped.at() - asked_at);
    }
  }

  /// Everybody is back, and what was accepted has come out.
  asio::awaitable<void> finish() {
    co_await settle();
    for (const auto* calls : {&pushes_, &pops_})
      for (const call& one : *calls)
        weir::expect(!one.waits(), "{} still waits at the end", one.name());
    weir::expect(queue_->size() == 0, "{} items are left in the queue at the end", queue_->size());
  }

  [[nodiscard]] int accepted() const { return count(pushes_); }

  [[nodiscard]] int taken() const { return count(pops_); }

private:
  asio::awaitable<void> push_all(int first, std::vector<call::pushed*> mine) {
    for (call::pushed* const one : mine) {
      const int item = first++;
      co_await test_.perform(*one, [this, item] { return queue_->push(item); });
    }
  }

  static int count(const std::list<call>& calls) {
    return static_cast<int>(std::ranges::count_if(calls, &call::returned));
  }

  /// What is true at any quiet moment, whatever has happened.
  void check_books() const {
    for (const call& popped : pops_)
      if (popped.returned())
        check_origin(popped);
    const int held = accepted() - taken();
    weir::expect(
        held <= static_cast<int>(capacity_),
        "the queue holds {}, its capacity is {} (pushes that returned: {}, items taken: {})", held,
        capacity_, accepted(), taken());
    weir::expect(queue_->size() == static_cast<std::size_t>(held),
                 "size() says {} where {} are held (pushes that returned: {}, items taken: {})",
                 queue_->size(), held, accepted(), taken());
  }

  void check_origin(const call& popped) const {
    const auto same = [&](const call& other) {
      return other.item() == popped.item();
    };
    const auto pushed = std::ranges::find_if(pushes_, same);
    weir::expect(pushed != pushes_.end(), "item {} came out, and nobody had pushed it",
                 popped.item());
    weir::expect(pushed->returned(), "item {} came out, although its push {}", popped.item(),
                 pushed->fate());
    const auto times = std::ranges::count_if(
        pops_, [&](const call& other) { return other.returned() && same(other); });
    weir::expect(times == 1, "item {} came out {} times", popped.item(), times);
  }

  weir::testing::driver test_;
  std::size_t capacity_;
  std::unique_ptr<bounded_queue> queue_;
  std::list<call> pushes_;
  std::list<call> pops_;
};

} // namespace weir_hidden
