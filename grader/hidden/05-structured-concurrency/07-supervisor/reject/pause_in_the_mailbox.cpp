// reject: undisturbed
// one coroutine that receives the ends sleeps each pause itself: who else fails waits for that
#include "supervisor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <utility>

using std::chrono::steady_clock;

namespace {

struct letter {
  std::size_t from;
  std::exception_ptr failure;
};

struct mailbox {
  explicit mailbox(asio::any_io_executor executor) : bell(std::move(executor)) {}

  std::deque<letter> letters;
  asio::steady_timer bell; ///< rings for a letter, and when the next start is due
  std::list<asio::cancellation_signal> signals;
};

struct due {
  steady_clock::time_point at;
  std::size_t number;
};

asio::awaitable<void> called(const child& work) {
  asio::awaitable<void> running = work();
  co_await std::move(running);
}

void start(const std::shared_ptr<mailbox>& to, const asio::any_io_executor& executor,
           const std::vector<child>& children, std::size_t number) {
  const auto signal = to->signals.emplace(to->signals.end());
  asio::co_spawn(executor, called(children[number]),
                 asio::bind_cancellation_slot(signal->slot(),
                                              [to, number, signal](std::exception_ptr failure) {
                                                to->signals.erase(signal);
                                                to->letters.push_back({number, std::move(failure)});
                                                to->bell.cancel();
                                              }));
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto box = std::make_shared<mailbox>(executor);
  std::deque<due> starts;
  for (std::size_t i = 0; i < children.size(); ++i)
    starts.push_back({steady_clock::now(), i});
  std::deque<steady_clock::time_point> failures;
  std::size_t running = 0;
  std::size_t left = children.size();
  std::exception_ptr reason;

  while (left != 0 && !reason) {
    while (!box->letters.empty() && !reason) {
      const letter next = std::move(box->letters.front());
      box->letters.pop_front();
      --running;
      if (!next.failure) {
        --left;
        continue;
      }
      const auto now = steady_clock::now();
      while (!failures.empty() && now - failures.front() >= policy.period)
        failures.pop_front();
      failures.push_back(now);
      if (failures.size() > policy.intensity)
        reason = next.failure;
      else {
        asio::steady_timer pause(executor, policy.backoff);
        boost::system::error_code ignored;
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        starts.push_back({steady_clock::now(), next.from});
        if (caller.cancelled() != asio::cancellation_type::none)
          break;
      }
    }
    if (caller.cancelled() != asio::cancellation_type::none)
      break;
    while (!reason && !starts.empty() && starts.front().at <= steady_clock::now()) {
      const std::size_t number = starts.front().number;
      starts.pop_front();
      ++running;
      start(box, executor, children, number);
    }
    if (left != 0 && !reason && box->letters.empty()) {
      boost::system::error_code ignored;
      box->bell.expires_at(starts.empty() ? steady_clock::time_point::max() : starts.front().at);
      co_await box->bell.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  // A cancellation from now on changes nothing but the reason.
  const auto cancelled = caller.cancelled() != asio::cancellation_type::none;
  if (running != 0) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    for (auto each = box->signals.begin(); each != box->signals.end();)
      (each++)->emit(asio::cancellation_type::terminal);
    while (running != box->letters.size()) {
      boost::system::error_code ignored;
      box->bell.expires_at(steady_clock::time_point::max());
      co_await box->bell.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  if (cancelled && left != 0)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (reason)
    std::rethrow_exception(reason);
}
