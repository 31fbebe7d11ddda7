/// \file
/// What the hidden tests of `retry-after` share: a partner that follows a script, and callers.
#pragma once

#include "auditor.hpp"
#include "client.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

inline constexpr nanoseconds usual_latency = 24ms; ///< never an answer in the instant of a turn

/// What the partner does about one request that it gets.
struct reaction {
  int status = 200;
  nanoseconds retry_after{};
  nanoseconds latency = usual_latency;
  bool breaks = false; ///< the connection
};

inline reaction refuse(nanoseconds retry_after, nanoseconds latency = usual_latency) {
  return {answer::too_many_requests, retry_after, latency};
}

/// Answers 200 unless the script says otherwise. The body is ten times the request.
class scripted_partner final : public partner {
public:
  scripted_partner(asio::any_io_executor executor, auditor& books)
      : executor_(std::move(executor)), books_(books) {}

  asio::awaitable<answer> send(int request) override {
    books_.sent(request);
    const reaction how = next_reaction(request);
    asio::steady_timer timer(executor_, how.latency);
    ++running;
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (...) {
      --running;
      ++cancelled;
      weir::note("the sending of request {} is cancelled", request);
      throw;
    }
    --running;
    if (how.breaks)
      throw boost::system::system_error(asio::error::connection_reset);
    if (how.status == answer::too_many_requests)
      books_.refused(request, how.retry_after);
    co_return answer{how.status, how.retry_after, request * 10};
  }

  /// How the n-th sending of a request fares, from the first on.
  std::map<int, std::vector<reaction>> script;
  int running = 0;
  int cancelled = 0;

private:
  reaction next_reaction(int request) {
    const auto found = script.find(request);
    const auto sending = static_cast<std::size_t>(books_.times(request)) - 1;
    if (found == script.end() || sending >= found->second.size())
      return {};
    return found->second[sending];
  }

  asio::any_io_executor executor_;
  auditor& books_;
};

/// Somebody's `ask`, and how it ended.
struct call {
  int request = 0;
  bool ended = false;
  std::optional<answer> got;
  error_code error;
  nanoseconds at{};
  asio::cancellation_signal signal;

  [[nodiscard]] std::string fate() const {
    if (!ended)
      return "has not returned";
    return error ? "threw \"" + error.message() + "\""
                 : weir::text("returned with status {}", got->status);
  }
};

inline asio::awaitable<void> attend(client& to, auditor& books, call& mine) {
  weir::name_this_task(weir::text("ask({})", mine.request));
  books.asked(mine.request);
  try {
    mine.got = co_await to.ask(mine.request);
  } catch (const boost::system::system_error& thrown) {
    mine.error = thrown.code();
  }
  mine.ended = true;
  mine.at = weir::now();
  weir::note("ask({}) {}", mine.request, mine.fate());
  if (mine.error)
    books.left(mine.request);
}

inline void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

class client_fixture {
public:
  client_fixture(asio::any_io_executor executor, scope promises)
      : books(promises),
        to(executor, books),
        executor_(executor),
        client_(make_client(executor, to, interval)) {
    weir::name_this_task("the test");
  }

  call& ask(int request) {
    call& mine = calls_.emplace_back();
    mine.request = request;
    asio::co_spawn(executor_, attend(*client_, books, mine),
                   asio::bind_cancellation_slot(mine.signal.slot(), rethrow));
    return mine;
  }

  void ask_many(int first, int last) {
    for (int request = first; request <= last; ++request)
      ask(request);
  }

  /// In this order: nobody comes in the instant of another.
  asio::awaitable<void> ask_in_turn(int first, int last) {
    for (int request = first; request <= last; ++request) {
      ask(request);
      co_await wait(1ms);
    }
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
    books.check_idle();
  }

  void cancel(call& one) {
    weir::note("ask({}) is cancelled", one.request);
    one.signal.emit(asio::cancellation_type::terminal);
  }

  /// Cancels one that waits for its turn, at a moment at which nothing else happens.
  asio::awaitable<void> give_up(call& one) {
    const nanoseconds at = weir::now();
    const int sent = books.times(one.request);
    cancel(one);
    co_await wait(1ms);
    weir::expect(one.ended && one.error == asio::error::operation_aborted && one.at == at,
                 "ask({}) was cancelled at {} while it waited for its turn: 1 ms later it {}",
                 one.request, at, one.fate());
    weir::expect(books.times(one.request) == sent, "ask({}) was cancelled, and sent all the same",
                 one.request);
  }

  /// Time enough for everything to end; then every request that nobody has given up has its answer.
  asio::awaitable<void> finish(nanoseconds time = 3s) {
    co_await wait(time);
    for (const call& one : calls_)
      weir::expect(one.ended, "ask({}) has not returned by {}; its request was sent {} times",
                   one.request, weir::now(), books.times(one.request));
    weir::expect(to.running == 0, "{} requests are still on their way at the end", to.running);
  }

  void expect_answered(int first, int last) const {
    for (const call& one : calls_)
      if (first <= one.request && one.request <= last)
        weir::expect(one.got && one.got->status == 200 && one.got->body == one.request * 10,
                     "ask({}) was to return the partner's answer to it: it {}", one.request,
                     one.fate());
  }

  void expect_sent(int request, int times) const {
    weir::expect(books.times(request) == times, "request {} was sent {} times, where {} were due",
                 request, books.times(request), times);
  }

  auditor books;
  scripted_partner to;

private:
  asio::any_io_executor executor_;
  std::unique_ptr<client> client_;
  std::list<call> calls_;
};

} // namespace weir_hidden
