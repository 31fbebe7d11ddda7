/// \file
/// What the hidden tests of `supervisor` share: children whose lives are written down beforehand,
/// and the log of who ran when.
#pragma once

#include "supervisor.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>
#include <weir/testing/presence.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

using fate = weir::testing::fate_of<void>;

inline const fate done = weir::testing::returned();
inline const fate reset = weir::testing::threw(asio::error::connection_reset);
inline const fate broken = weir::testing::threw(asio::error::broken_pipe);
inline const fate aborted = weir::testing::cancelled;

/// A failure of that kind.
inline fate failing(thrown kind) {
  return weir::testing::failure(weir::storm::make_exception(kind));
}

inline constexpr nanoseconds for_ever = nanoseconds::max();

/// From one start of a child to its end.
struct life {
  nanoseconds lasts = for_ever; ///< until it is cancelled
  fate ends = done;
  nanoseconds tidies{};        ///< when it is cancelled before that
  fate if_cancelled = aborted; ///< and then it ends so
  bool at_the_call = false;    ///< it throws when it is called: there is no coroutine
  bool shields = false;        ///< it leaves its cancellation state disabled
  bool asks_to_stop = false;   ///< when it comes to its end, it cancels supervise() first
};

struct member {
  std::string name;
  std::vector<life> lives; ///< the last one is lived again and again
  std::vector<nanoseconds> started;
  std::vector<nanoseconds> ended;
  std::optional<nanoseconds> cancelled_at;

  [[nodiscard]] bool runs() const { return started.size() > ended.size(); }
};

/// Children, and one call of supervise() that has them.
class crew {
public:
  crew(asio::any_io_executor executor, restart_policy policy)
      : test_(executor), executor_(std::move(executor)), policy_(policy) {
    weir::name_this_task("the test");
  }

  member& add(std::string name, std::vector<life> lives) {
    return members_.emplace_back(member{.name = std::move(name),
                                        .lives = std::move(lives),
                                        .started = {},
                                        .ended = {},
                                        .cancelled_at = {}});
  }

  /// These children and this policy, as a child of another supervisor.
  [[nodiscard]] child as_a_child() {
    return [this] {
      return supervise(children(), policy_);
    };
  }

  void add_child(child one) { others_.push_back(std::move(one)); }

  void start() {
    supervised_ = &test_.start(
        "supervise()", [this] { return supervise(children(), policy_); },
        [this](const weir::testing::operation<void>& ended) {
          ended_ = ended.ended_at();
          for (const member& each : members_)
            weir::expect(!each.runs(), "supervise() {} at {}, and {} still ran", ended.text(),
                         ended.ended_at(), each.name);
        });
  }

  /// Done by somebody else at that moment: before or after whatever else happens then.
  void cancel_at(nanoseconds delay) {
    test_.at(delay, [this] { cancel(); });
  }

  void cancel() {
    if (!cancelled_ && supervised_->pending())
      cancelled_ = weir::now();
    supervised_->cancel();
  }

  [[nodiscard]] asio::awaitable<void> pass(nanoseconds time) { return weir::testing::pass(time); }

  /// Started at these moments, and at no other.
  void expect_starts(const member& one, const std::vector<nanoseconds>& due,
                     std::string_view why) const {
    for (std::size_t i = 0; i < std::max(due.size(), one.started.size()); ++i) {
      weir::expect(i < one.started.size(), "{}: {} was to be started at {}, and was not", why,
                   one.name, i < due.size() ? due[i] : nanoseconds());
      weir::expect(i < due.size(), "{}: {} was started once more, at {}", why, one.name,
                   i < one.started.size() ? one.started[i] : nanoseconds());
      weir::expect(one.started[i] == due[i], "{}: {} was to be started at {}, and was at {}", why,
                   one.name, due[i], one.started[i]);
    }
  }

  void expect_cancelled(const member& one, nanoseconds due, std::string_view why) const {
    weir::expect(one.cancelled_at.has_value(), "{}, but {} was not cancelled", why, one.name);
    weir::expect(*one.cancelled_at == due, "{}, but {} was cancelled {} later", why, one.name,
                 *one.cancelled_at - due);
  }

  void expect_undisturbed(const member& one, std::string_view why) const {
    weir::expect(!one.cancelled_at, "{}, and {} was cancelled at {}", why, one.name,
                 one.cancelled_at.value_or(nanoseconds()));
  }

  /// `why` says when.
  void expect_ended(const fate& how, nanoseconds due, std::string_view why) const {
    const auto& it = *supervised_;
    weir::expect(!it.pending(), "{}, but supervise() has not ended", why);
    weir::expect(it.fate() == how, "{}, but supervise() {}", why, it.text());
    weir::expect(it.ended_at() == due, "{}, but supervise() ended at {} and not at {}", why,
                 it.ended_at(), due);
  }

  /// In one of two ways, where things fall into one instant.
  void expect_ended(const fate& how, const fate& or_else, nanoseconds due,
                    std::string_view why) const {
    expect_ended(supervised_->fate() == or_else ? or_else : how, due, why);
  }

  void expect_pending(std::string_view why) const {
    weir::testing::expect_pending(*supervised_, why);
  }

  [[nodiscard]] weir::testing::operation<void>& supervised() { return *supervised_; }

  [[nodiscard]] asio::awaitable<void> finish() { return test_.finish(23h); }

private:
  [[nodiscard]] std::vector<child> children() {
    std::vector<child> all = others_;
    for (member& each : members_)
      all.push_back(
          [this, &each, here = weir::testing::presence()] { return call(each, here.watch()); });
    return all;
  }

  asio::awaitable<void> call(member& mine, std::weak_ptr<const void> function) {
    const life now = mine.lives[std::min(mine.started.size(), mine.lives.size() - 1)];
    if (now.at_the_call) {
      if (cancelled_) // a call alone starts nobody
        std::rethrow_exception(now.ends.thrown());
      begin(mine, false);
      weir::note("calling {} {}", mine.name, now.ends.text());
      mine.ended.push_back(weir::now());
      std::rethrow_exception(now.ends.thrown());
    }
    return live(mine, now, cancelled_.has_value(), std::move(function));
  }

  asio::awaitable<void> live(member& mine, life now, bool too_late,
                             std::weak_ptr<const void> function) {
    begin(mine, too_late);
    weir::testing::job work(executor_,
                            {.takes = now.lasts, .tidies = now.tidies, .when_cancelled = [&mine] {
                               mine.cancelled_at = weir::now();
                               weir::note("{} is cancelled", mine.name);
                             }});
    bool came_to_its_end = false;
    try {
      came_to_its_end = co_await work.run();
    } catch (const boost::system::system_error&) { // cancelled before it came to the first wait
      mine.cancelled_at = weir::now();
    }
    if (now.shields) {
      co_await asio::this_coro::throw_if_cancelled(false);
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    }
    weir::expect(!function.expired(), "the function of {} was destroyed while {} ran", mine.name,
                 mine.name);
    const fate& how = came_to_its_end ? now.ends : now.if_cancelled;
    if (came_to_its_end && now.asks_to_stop)
      cancel();
    weir::note("{} {}", mine.name, how.text());
    mine.ended.push_back(weir::now());
    if (how.thrown())
      std::rethrow_exception(how.thrown());
  }

  void begin(member& mine, bool too_late) const {
    weir::expect(!ended_, "{} was started at {}, and supervise() had ended at {}", mine.name,
                 weir::now(), ended_.value_or(nanoseconds()));
    weir::expect(!too_late, "{} was started at {}, after supervise() had been cancelled at {}",
                 mine.name, weir::now(), cancelled_.value_or(nanoseconds()));
    weir::expect(!mine.runs(), "{} was started at {} while it still ran", mine.name, weir::now());
    mine.started.push_back(weir::now());
    weir::note("{} is started", mine.name);
  }

  weir::testing::driver test_;
  asio::any_io_executor executor_;
  restart_policy policy_;
  std::list<member> members_;
  std::vector<child> others_;
  weir::testing::operation<void>* supervised_ = nullptr;
  std::optional<nanoseconds> cancelled_;
  std::optional<nanoseconds> ended_;
};

} // namespace weir_hidden
