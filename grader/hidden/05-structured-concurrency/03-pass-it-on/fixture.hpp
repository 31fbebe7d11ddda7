/// \file
/// What the hidden tests of `pass-it-on` share: a wire that does as it is told and keeps a log, and
/// callers whose fate is written down.
#pragma once

#include "pass_it_on.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;
using weir::storm::thrown;

using call = weir::testing::operation<int>;

/// How one operation on the wire goes.
struct script {
  nanoseconds takes{};
  std::optional<thrown> fails{};                ///< when it has come to its end
  nanoseconds tidies{};                         ///< so long it takes when it is cancelled
  std::optional<thrown> then = thrown::aborted; ///< and that it throws; empty: it was faster
  bool at_the_call = false;                     ///< throws `fails` before there is a coroutine
};

inline constexpr nanoseconds connecting = 10ms;
inline constexpr nanoseconds sending = 5ms;
inline constexpr nanoseconds receiving = 10ms;
inline constexpr nanoseconds asking = sending + receiving;

/// The n-th operation of a kind follows the n-th script of that kind, if there is one.
struct scripts {
  std::vector<script> connect{};
  std::vector<script> send{};
  std::vector<script> receive{};
};

/// An operation that was begun.
struct entry {
  step what = step::connect;
  int request = 0; ///< of a send
  nanoseconds began{};
  std::optional<nanoseconds> cancelled{};
  std::optional<nanoseconds> ended{};
};

/// What the meter answers.
constexpr int answer_to(int request) {
  return static_cast<int>(static_cast<unsigned>(request) + 1000U);
}

/// Whose answer comes: on a real line the one that has been owed for longest. A test of something
/// else does not mind.
enum class answers : std::uint8_t { to_the_last, in_order };

class scripted_wire final : public wire {
public:
  scripted_wire(asio::any_io_executor executor, scripts plan, answers how)
      : timer_(std::move(executor)), plan_(std::move(plan)), how_(how) {}

  asio::awaitable<void> connect() override { return begin(step::connect, 0, plan_.connect); }

  asio::awaitable<void> send(int request) override {
    return begin(step::send, request, plan_.send);
  }

  asio::awaitable<int> receive() override {
    asio::awaitable<void> work = begin(step::receive, 0, plan_.receive);
    return answer(std::move(work));
  }

  void cancel() override {
    if (busy_ && !tidies_up_)
      timer_.cancel();
  }

  void close() override {
    weir::note("close()");
    // Not thrown from here: close() is called by destructors.
    if (busy_ && broken_.empty())
      broken_ =
          weir::text("close() was called at {}, while {} was under way", weir::now(), current());
    disconnect();
  }

  [[nodiscard]] bool busy() const { return busy_; }

  void expect_unbroken() const { weir::expect(broken_.empty(), "{}", broken_); }

  [[nodiscard]] std::size_t count(step what) const {
    return static_cast<std::size_t>(std::ranges::count(log, what, &entry::what));
  }

  /// The last of its kind; there is one.
  [[nodiscard]] const entry& last(step what) const {
    const auto found = std::find_if(log.rbegin(), log.rend(),
                                    [what](const entry& one) { return one.what == what; });
    weir::expect(found != log.rend(), "{} was never called", name_of(what));
    return *found;
  }

  std::vector<entry> log;

private:
  struct in_use {
    explicit in_use(bool& flag) : busy(flag) { busy = true; }

    in_use(const in_use&) = delete;
    in_use& operator=(const in_use&) = delete;

    ~in_use() { busy = false; }

    bool& busy;
  };

  void disconnect() {
    connected_ = false;
    owed_.clear();
  }

  [[nodiscard]] std::string_view current() const {
    return log.empty() ? "nothing" : name_of(log.back().what);
  }

  static script of(const std::vector<script>& plan, std::size_t number, nanoseconds usual) {
    script mine = number < plan.size() ? plan[number] : script{};
    if (mine.takes == 0ns)
      mine.takes = usual;
    return mine;
  }

  asio::awaitable<void> begin(step what, int request, const std::vector<script>& plan) {
    const nanoseconds usual = what == step::connect ? connecting
                              : what == step::send  ? sending
                                                    : receiving;
    const script mine = of(plan, count(what), usual);
    if (mine.at_the_call) {
      log.push_back({.what = what, .request = request, .began = weir::now(), .ended = weir::now()});
      weir::note("{} throws at once", name_of(what));
      if (what == step::connect)
        disconnect();
      if (what == step::send)
        owed_.push_back(request); // the meter may have got it all the same
      std::rethrow_exception(make_exception(*mine.fails));
    }
    return work(what, request, mine);
  }

  asio::awaitable<void> work(step what, int request, script mine) {
    weir::expect(!busy_, "{} was called while {} was under way", name_of(what), current());
    weir::expect(what == step::connect || connected_, "{} was called, and nothing is connected",
                 name_of(what));
    weir::expect(what != step::send || how_ == answers::to_the_last || owed_.empty(),
                 "the request {} was sent on a connection on which the answer to {} is still owed",
                 request, owed_.empty() ? 0 : owed_.front());
    const in_use using_it(busy_);
    const std::size_t index = log.size();
    log.push_back({.what = what, .request = request, .began = weir::now()});
    weir::note("{} begins", name_of(what));
    if (what == step::connect)
      disconnect();
    if (what == step::send)
      owed_.push_back(request);

    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool cancelled = co_await came_to_be_cancelled(mine.takes);
    if (cancelled) {
      log[index].cancelled = weir::now();
      weir::note("{} is cancelled", name_of(what));
      co_await tidy_up(mine.tidies);
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    log[index].ended = weir::now();
    expect_unbroken();
    const std::optional<thrown> how = cancelled ? mine.then : mine.fails;
    weir::note("{} {}", name_of(what), how ? "fails" : "is done");
    if (how)
      std::rethrow_exception(make_exception(*how));
    if (what == step::connect)
      connected_ = true;
  }

  asio::awaitable<bool> came_to_be_cancelled(nanoseconds takes) {
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      co_return true;
    error_code interrupted;
    timer_.expires_after(takes);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
    co_return interrupted.failed();
  }

  /// Cancelled once more, it goes on as if nothing had happened.
  asio::awaitable<void> tidy_up(nanoseconds time) {
    tidies_up_ = true;
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      error_code ignored;
      timer_.expires_at(until);
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    tidies_up_ = false;
  }

  asio::awaitable<int> answer(asio::awaitable<void> work) {
    co_await std::move(work);
    weir::expect(!owed_.empty(), "receive() was called, and no answer is owed");
    const int to = how_ == answers::in_order ? owed_.front() : owed_.back();
    if (how_ == answers::in_order)
      owed_.pop_front();
    else
      owed_.clear();
    co_return answer_to(to);
  }

  asio::steady_timer timer_;
  const scripts plan_;
  const answers how_;
  bool busy_ = false;
  bool tidies_up_ = false;
  bool connected_ = false;
  std::string broken_;   ///< what must not have been done to it
  std::deque<int> owed_; ///< requests whose answers come on this connection
};

/// A meter on a wire, and everybody who asks it.
class meter_fixture {
public:
  explicit meter_fixture(asio::any_io_executor executor, scripts plan = {},
                         nanoseconds pause = 50ms, answers how = answers::to_the_last)
      : line(executor, std::move(plan), how),
        test_(executor),
        meter_(make_meter(executor, line, pause)) {
    weir::name_this_task("the test");
  }

  /// Somebody asks; the call begins when the test waits.
  call& ask(int request) {
    return test_.start(weir::text("ask({})", request),
                       [this, request] { return meter_->ask(request); });
  }

  /// `what` is done by somebody else so much later: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) { test_.at(delay, std::move(what)); }

  /// `what` is done by somebody else in this very instant, when the caller waits.
  void meanwhile(std::function<void()> what) { test_.meanwhile(std::move(what)); }

  asio::awaitable<void> pass(nanoseconds time = 1ms) { return weir::testing::pass(time); }

  /// A coroutine that nobody awaits.
  void ask_and_forget(int request) { (void)meter_->ask(request); }

  /// Everybody has ended: nothing is under way, and the meter can go.
  asio::awaitable<void> finish(nanoseconds within = 1h) {
    co_await test_.finish(within);
    line.expect_unbroken();
    weir::expect(!line.busy(), "every ask() has ended, and an operation is still under way");
    const std::size_t begun = line.log.size();
    co_await pass(100ms);
    weir::expect(line.log.size() == begun, "every ask() has ended, and {} was called after that",
                 name_of(line.log.empty() ? step::connect : line.log.back().what));
    meter_.reset();
    co_await pass(100ms);
  }

  void expect_answer(const call& one, int request, nanoseconds due, std::string_view why) const {
    weir::expect(one.fate().returned(), "{}, but {} {}", why, one.name(), one.text());
    weir::expect(one.fate().value() == answer_to(request),
                 "{} returned {}, and the meter's answer to it was {}", one.name(),
                 one.fate().value(), answer_to(request));
    weir::expect(one.ended_at() == due, "{} at {}, but {} returned at {}", why, due, one.name(),
                 one.ended_at());
  }

  void expect_aborted(const call& one, nanoseconds due, std::string_view why) const {
    weir::expect(!one.pending(), "{}, but {} after that {} has not ended{}", why, weir::now() - due,
                 one.name(), under_way());
    weir::expect(one.fate().cancelled(), "{}, but {} {}", why, one.name(), one.text());
    weir::expect(one.ended_at() == due, "{}, but {} ended at {} instead of {}", why, one.name(),
                 one.ended_at(), due);
  }

  [[nodiscard]] std::string under_way() const {
    return line.busy() ? weir::text(": {}, begun at {}, is under way",
                                    name_of(line.log.back().what), line.log.back().began)
                       : std::string();
  }

  scripted_wire line;

private:
  weir::testing::driver test_;
  std::unique_ptr<meter> meter_;
};

} // namespace weir_hidden
