/// \file
/// What the hidden tests of `bounded-queue` share: callers that are sent to a queue, and the books
/// kept of how they fared.
#pragma once

#include "queue.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;

/// How a call on the queue ended, and when.
struct call {
  enum class end { none, returned, nothing_left, closed, cancelled };

  std::string name;
  end how = end::none;
  int item = 0; ///< pushed or popped
  std::chrono::nanoseconds at{};
  asio::cancellation_signal signal;

  [[nodiscard]] bool waits() const { return how == end::none; }

  [[nodiscard]] bool returned() const { return how == end::returned; }

  [[nodiscard]] bool got(int expected) const { return returned() && item == expected; }

  void cancel() { signal.emit(asio::cancellation_type::terminal); }

  [[nodiscard]] std::string fate() const {
    switch (how) {
    case end::returned:
      return "returned";
    case end::nothing_left:
      return "was told that nothing is left";
    case end::closed:
      return "was refused with broken_pipe";
    case end::cancelled:
      return "was cancelled";
    case end::none:
      break;
    }
    return "still waits";
  }

  void ended(end why) {
    how = why;
    at = weir::now();
    weir::note("{} {}", name, fate());
  }

  void ended_with(int popped) {
    item = popped;
    ended(end::returned);
    weir::note("it got item {}", item);
  }

  void threw(const boost::system::error_code& error) {
    weir::expect(error == asio::error::broken_pipe || error == asio::error::operation_aborted,
                 "{} ended with the error \"{}\", which the interface does not promise", name,
                 error);
    ended(error == asio::error::broken_pipe ? end::closed : end::cancelled);
  }
};

inline asio::awaitable<void> push_all(bounded_queue& queue, std::vector<call*> mine) {
  weir::name_this_task(mine.front()->name);
  for (call* const one : mine) {
    try {
      co_await queue.push(one->item);
      one->ended(call::end::returned);
    } catch (const boost::system::system_error& error) {
      one->threw(error.code());
    }
  }
}

inline asio::awaitable<void> pop_once(bounded_queue& queue, call& mine) {
  weir::name_this_task(mine.name);
  try {
    const std::optional<int> item = co_await queue.pop();
    if (item)
      mine.ended_with(*item);
    else
      mine.ended(call::end::nothing_left);
  } catch (const boost::system::system_error& error) {
    mine.threw(error.code());
  }
}

/// A queue, and everybody who has been sent to it.
class queue_fixture {
public:
  queue_fixture(asio::any_io_executor executor, std::size_t capacity)
      : executor_(executor), capacity_(capacity), queue_(make_bounded_queue(executor, capacity)) {
    weir::name_this_task("the test");
  }

  /// Somebody begins to push and may wait.
  call& push(int item) { return *burst(item, item).front(); }

  /// One caller pushes `first` to `last`, each as soon as the one before has returned.
  std::vector<call*> burst(int first, int last) {
    std::vector<call*> calls;
    for (int item = first; item <= last; ++item) {
      calls.push_back(&pushes_.emplace_back());
      calls.back()->name = weir::text("push({})", item);
      calls.back()->item = item;
    }
    spawn(push_all(*queue_, calls), *calls.front());
    return calls;
  }

  /// Somebody begins to pop and may wait.
  call& pop(std::string name = "pop") {
    call& mine = pops_.emplace_back();
    mine.name = std::move(name);
    spawn(pop_once(*queue_, mine), mine);
    return mine;
  }

  void close() {
    weir::note("close()");
    queue_->close();
  }

  /// Lets everything happen that can happen at this instant; then a millisecond goes by.
  asio::awaitable<void> pass() {
    asio::steady_timer timer(executor_, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// The same, and then the books must be right.
  asio::awaitable<void> settle() {
    co_await pass();
    check_books();
  }

  /// Cancels a call that waits and will not be served in this instant.
  asio::awaitable<void> give_up(call& waiting) {
    const auto cancelled_at = weir::now();
    weir::note("cancel {}", waiting.name);
    waiting.cancel();
    co_await pass();
    weir::expect(waiting.how == call::end::cancelled,
                 "{} was cancelled while it waited, and should end with operation_aborted: it {}",
                 waiting.name, waiting.fate());
    weir::expect(waiting.at == cancelled_at, "{} ended {} after it was cancelled", waiting.name,
                 waiting.at - cancelled_at);
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
      weir::expect(pushed.at == asked_at, "push({}) returned {} late, although there was room",
                   item, pushed.at - asked_at);
    }
  }

  /// Pops what must be there, in this order.
  asio::awaitable<void> take(int first, int last) {
    for (int item = first; item <= last; ++item) {
      const auto asked_at = weir::now();
      const call& popped = pop();
      co_await settle();
      weir::expect(popped.how != call::end::none, "pop still waits, although item {} was due",
                   item);
      weir::expect(popped.returned(), "pop {}, although item {} was due", popped.fate(), item);
      weir::expect(popped.item == item, "item {} came out where {} was due", popped.item, item);
      weir::expect(popped.at == asked_at, "item {} was there, but pop returned {} late", item,
                   popped.at - asked_at);
    }
  }

  /// Everybody is back, and what was accepted has come out.
  asio::awaitable<void> finish() {
    co_await settle();
    for (const auto* calls : {&pushes_, &pops_})
      for (const call& one : *calls)
        weir::expect(!one.waits(), "{} still waits at the end", one.name);
    weir::expect(queue_->size() == 0, "{} items are left in the queue at the end", queue_->size());
  }

  [[nodiscard]] int accepted() const { return count(pushes_); }

  [[nodiscard]] int taken() const { return count(pops_); }

private:
  void spawn(asio::awaitable<void> task, call& mine) {
    asio::co_spawn(executor_, std::move(task),
                   asio::bind_cancellation_slot(mine.signal.slot(), [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   }));
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
      return other.item == popped.item;
    };
    const auto pushed = std::ranges::find_if(pushes_, same);
    weir::expect(pushed != pushes_.end(), "item {} came out, and nobody had pushed it",
                 popped.item);
    weir::expect(pushed->returned(), "item {} came out, although its push {}", popped.item,
                 pushed->fate());
    const auto times = std::ranges::count_if(
        pops_, [&](const call& other) { return other.returned() && same(other); });
    weir::expect(times == 1, "item {} came out {} times", popped.item, times);
  }

  asio::any_io_executor executor_;
  std::size_t capacity_;
  std::unique_ptr<bounded_queue> queue_;
  std::list<call> pushes_;
  std::list<call> pops_;
};

} // namespace weir_hidden
