// reject: nothing-left
// on an error nobody waits for a part that has been given up before
#include "request_scope.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <list>
#include <memory>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::steady_clock;

namespace {

struct call {
  explicit call(const asio::any_io_executor& executor) : limit(executor) {}

  asio::cancellation_signal stop;
  asio::steady_timer limit;
  std::optional<int> value;
  bool running = true;
  bool stopped = false;
  bool late = false;
};

struct nursery : std::enable_shared_from_this<nursery> {
  nursery(const asio::any_io_executor& on, time_point until)
      : executor(on), deadline(on, until), changed(on, time_point::max()) {}

  void watch() {
    deadline.async_wait([self = shared_from_this()](error_code error) {
      if (!error)
        self->fail(std::make_exception_ptr(system_error(asio::error::timed_out)));
    });
  }

  call& start(std::function<asio::awaitable<int>()> work, std::optional<time_point> limit) {
    call& mine = calls.emplace_back(executor);
    ++running;
    if (limit) {
      mine.limit.expires_at(*limit);
      mine.limit.async_wait([self = shared_from_this(), &mine](error_code error) {
        if (!error) {
          mine.late = mine.running && !mine.stopped;
          stop(mine);
        }
      });
    }
    asio::co_spawn(
        executor, [work = std::move(work)]() -> asio::awaitable<int> { return begin(work); },
        asio::bind_cancellation_slot(mine.stop.slot(), [self = shared_from_this(), &mine](
                                                           std::exception_ptr error, int value) {
          self->ended(mine, std::move(error), value);
        }));
    return mine;
  }

  static asio::awaitable<int> begin(const std::function<asio::awaitable<int>()>& work) {
    const int value = co_await work();
    co_return value;
  }

  void ended(call& one, std::exception_ptr error, int value) {
    one.running = false;
    --running;
    one.limit.cancel();
    if (!error)
      one.value = value;
    else if (!one.stopped)
      fail(std::move(error));
    changed.cancel();
  }

  static void stop(call& one) {
    if (one.running && !one.stopped) {
      one.stopped = true;
      one.stop.emit(asio::cancellation_type::terminal);
    }
  }

  void fail(std::exception_ptr why) {
    if (!cause)
      cause = std::move(why);
    for (call& each : calls)
      stop(each);
    changed.cancel();
  }

  asio::any_io_executor executor;
  asio::steady_timer deadline;
  asio::steady_timer changed;
  std::list<call> calls;
  std::exception_ptr cause;
  int running = 0;
};

asio::awaitable<void> all_ended(nursery& tree) {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    const auto caller = co_await asio::this_coro::cancellation_state;
    if (caller.cancelled() != asio::cancellation_type::none)
      tree.fail(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
    const auto counts = [](const call& one) {
      return one.running && !one.late;
    };
    if (tree.running == 0 || (tree.cause && std::ranges::none_of(tree.calls, counts)))
      co_return;
    co_await tree.changed.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

struct finally {
  std::function<void()> act;

  ~finally() { act(); }
};

} // namespace

asio::awaitable<answers> answer(gate& entrance, std::vector<part> parts, int request,
                                time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  if (deadline <= steady_clock::now())
    throw system_error(asio::error::timed_out);
  const auto tree = std::make_shared<nursery>(executor, deadline);
  tree->watch();
  const finally no_timer{[&] {
    tree->deadline.cancel();
  }};

  call& seat = tree->start([&] { return entrance.take_seat(deadline); }, std::nullopt);
  co_await all_ended(*tree);
  const finally seat_goes_back{[&] {
    if (seat.value)
      entrance.give_back(*seat.value);
  }};
  if (tree->cause)
    std::rethrow_exception(tree->cause);

  std::vector<call*> asked;
  for (const part& one : parts) {
    const auto left = deadline - steady_clock::now();
    const bool limited = one.at_most && *one.at_most < left;
    const time_point until = limited ? steady_clock::now() + *one.at_most : deadline;
    source* const from = one.from;
    asked.push_back(&tree->start([from, request, until] { return from->ask(request, until); },
                                 limited ? std::optional(until) : std::nullopt));
    if (tree->cause)
      break;
  }
  co_await all_ended(*tree);
  if (tree->cause)
    std::rethrow_exception(tree->cause);
  answers values;
  for (const call* one : asked)
    values.push_back(one->value);
  co_return values;
}
