/// \file
/// What the hidden tests of `retry-after` share: a partner that follows a script, callers, and an
/// auditor who knows at any moment whether a request may, and must, go out.
#pragma once

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

inline constexpr nanoseconds interval = 10ms;
inline constexpr nanoseconds usual_latency = 24ms; ///< never an answer in the instant of a turn

/// The promises that a test holds the client to.
struct scope {
  bool spacing = false;
  bool full_use = false;
  bool pause = false;
  bool order = false;
};

/// Watches requests go out. Waiting is who has asked, or was refused, and has not been sent since.
class auditor {
public:
  explicit auditor(scope promises) : promises_(promises) {}

  void asked(int request) { join(request); }

  void refused(int request, nanoseconds retry_after) {
    check_idle();
    const nanoseconds now = weir::now();
    if (pause_seen_at_ != now) {
      pause_before_ = pause_end_;
      pause_seen_at_ = now;
    }
    if (now + retry_after > pause_end_) {
      pause_end_ = now + retry_after;
      pause_by_ = request;
    }
    weir::note("request {} is refused, Retry-After {}", request, retry_after);
    join(request);
  }

  /// It waits no longer: cancelled.
  void left(int request) {
    check_idle();
    waiting_.erase(request);
  }

  void sent(int request) {
    const nanoseconds now = weir::now();
    weir::note("request {} goes out", request);
    ++times_[request];
    check_idle();
    if (promises_.spacing)
      weir::expect(!last_sent_ || now - *last_sent_ >= interval,
                   "request {} went out {} after the one before it; {} is the least", request,
                   now - last_sent_.value_or(now), interval);
    if (promises_.pause) {
      // In the very instant in which a refusal arrives, a request may be faster than it.
      const nanoseconds end = pause_seen_at_ == now ? pause_before_ : pause_end_;
      weir::expect(now >= end,
                   "request {} went out at {}, although the 429 to request {} had said: nothing "
                   "before {}",
                   request, now, pause_by_, end);
    }
    if (promises_.order)
      for (const auto& [other, since] : waiting_)
        weir::expect(order_[other] >= order_[request] || since == now,
                     "request {} went out, while request {}, which had come before it, waited for "
                     "its turn",
                     request, other);
    last_sent_ = now;
    waiting_.erase(request);
    busy_since_ = now;
  }

  /// Nobody has waited beyond the moment at which one more could go.
  void check_idle() const {
    if (!promises_.full_use || waiting_.empty())
      return;
    const nanoseconds due = next_due();
    weir::expect(weir::now() <= due,
                 "{} waited, and nothing went out at {}, although the pause (if any) was over and "
                 "the last request was {} old",
                 crowd(), due, due - last_sent_.value_or(-interval));
  }

  [[nodiscard]] int times(int request) const {
    const auto found = times_.find(request);
    return found == times_.end() ? 0 : found->second;
  }

  [[nodiscard]] nanoseconds pause_end() const { return pause_end_; }

private:
  void join(int request) {
    check_idle();
    order_.try_emplace(request, static_cast<int>(order_.size()));
    if (waiting_.empty())
      busy_since_ = weir::now();
    waiting_.emplace(request, weir::now());
  }

  [[nodiscard]] nanoseconds next_due() const {
    nanoseconds due = std::max(busy_since_, pause_end_);
    if (last_sent_)
      due = std::max(due, *last_sent_ + interval);
    return due;
  }

  [[nodiscard]] std::string crowd() const {
    return waiting_.size() == 1 ? weir::text("request {}", waiting_.begin()->first)
                                : weir::text("{} requests", waiting_.size());
  }

  const scope promises_;
  std::map<int, nanoseconds> waiting_; ///< since when
  std::map<int, int> order_;           ///< in which they were asked
  std::map<int, int> times_;           ///< how often they were sent
  std::optional<nanoseconds> last_sent_;
  nanoseconds busy_since_{}; ///< since then, somebody has waited without a break
  nanoseconds pause_end_{};
  nanoseconds pause_seen_at_{-1};
  nanoseconds pause_before_{};
  int pause_by_ = 0;
};

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

class bench {
public:
  bench(asio::any_io_executor executor, scope promises)
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
