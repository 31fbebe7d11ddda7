/// \file
/// What the hidden tests of `retry-after` share: a partner that follows a script, and callers.
#pragma once

#include "auditor.hpp"
#include "client.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

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

/// Somebody's `ask`.
struct call {
  int request = 0;
  weir::testing::operation<answer>* asked = nullptr;

  [[nodiscard]] bool ended() const { return !asked->pending(); }

  [[nodiscard]] bool cancelled() const { return asked->fate().cancelled(); }

  /// The status of the answer; 0: it has none.
  [[nodiscard]] int status() const { return asked->fate().returned() ? got().status : 0; }

  [[nodiscard]] const answer& got() const { return asked->fate().value(); }

  [[nodiscard]] std::string fate() const {
    return status() != 0 ? weir::text("returned with status {}", status()) : asked->text();
  }
};

class client_fixture {
public:
  client_fixture(asio::any_io_executor executor, scope promises)
      : books(promises),
        to(executor, books),
        test_(executor),
        client_(make_client(executor, to, interval)) {
    weir::name_this_task("the test");
  }

  call& ask(int request) {
    auto& asked = test_.start(
        weir::text("ask({})", request),
        [this, request] {
          books.asked(request);
          return client_->ask(request);
        },
        [this, request](const weir::testing::operation<answer>& one) {
          if (one.fate().threw())
            books.left(request);
        });
    return calls_.emplace_back(call{request, &asked});
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
    co_await weir::testing::pass(time);
    books.check_idle();
  }

  void cancel(call& one) { one.asked->cancel(); }

  /// Cancels one that waits for its turn, at a moment at which nothing else happens.
  asio::awaitable<void> give_up(call& one) {
    const nanoseconds at = weir::now();
    const int sent = books.times(one.request);
    cancel(one);
    co_await wait(1ms);
    weir::expect(one.cancelled() && one.asked->ended_at() == at,
                 "ask({}) was cancelled at {} while it waited for its turn: 1 ms later it {}",
                 one.request, at, one.fate());
    weir::expect(books.times(one.request) == sent, "ask({}) was cancelled, and sent all the same",
                 one.request);
  }

  /// Time enough for everything to end; then every request that nobody has given up has its answer.
  asio::awaitable<void> finish(nanoseconds time = 3s) {
    co_await wait(time);
    for (const call& one : calls_)
      weir::expect(one.ended(), "ask({}) has not returned by {}; its request was sent {} times",
                   one.request, weir::now(), books.times(one.request));
    weir::expect(to.running == 0, "{} requests are still on their way at the end", to.running);
  }

  void expect_answered(int first, int last) const {
    for (const call& one : calls_)
      if (first <= one.request && one.request <= last)
        weir::expect(one.status() == 200 && one.got().body == one.request * 10,
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
  weir::testing::driver test_;
  std::unique_ptr<client> client_;
  std::list<call> calls_;
};

} // namespace weir_hidden
