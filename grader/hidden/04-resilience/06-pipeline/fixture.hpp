/// \file
/// What the hidden tests of `pipeline` share: a dependency that does as it is told, a client around
/// it, and words for who sits inside whom.
#pragma once

#include "parts.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using parts::kind;
using std::chrono::nanoseconds;

/// What the dependency does with one attempt.
struct behaviour {
  enum class kind { answers, fails, hangs };

  kind how = kind::answers;
  nanoseconds after = 10ms;
};

inline constexpr behaviour answers{};
inline constexpr behaviour fails{behaviour::kind::fails, 10ms};
inline constexpr behaviour hangs{behaviour::kind::hangs, {}};

constexpr behaviour answers_after(nanoseconds time) {
  return {behaviour::kind::answers, time};
}

/// One call of the client.
struct one_call {
  int request = 0;
  weir::testing::operation<int>* asked = nullptr;
  int attempts = 0; ///< that reached the dependency
  nanoseconds first_asked_at = {};
  std::function<void()> when_over = {};

  [[nodiscard]] bool over() const { return !asked->pending(); }

  [[nodiscard]] error_code error() const { return asked->fate().code(); }

  [[nodiscard]] nanoseconds ended_at() const { return asked->ended_at(); }

  [[nodiscard]] nanoseconds took() const { return ended_at() - asked->started_at(); }

  [[nodiscard]] std::string fate() const {
    if (!over())
      return "has not ended";
    return asked->fate().returned() ? weir::text("was answered after {}", took())
                                    : weir::text("{} after {}", asked->text(), took());
  }
};

/// Does with each request what has been planned for it, attempt by attempt; the last plan goes on.
class planned_dependency final : public remote {
public:
  planned_dependency(std::map<int, one_call*>& calls,
                     const std::map<int, std::vector<behaviour>>& plans)
      : calls_(calls), plans_(plans) {}

  asio::awaitable<int> call(int request) override {
    one_call& mine = *calls_.at(request);
    if (mine.attempts == 0)
      mine.first_asked_at = weir::now();
    const behaviour now = plan_of(request, mine.attempts++);
    weir::note("attempt {} of call {} reaches the dependency", mine.attempts, request);
    co_await weir::testing::pass(now.how == behaviour::kind::hangs ? 24h : now.after);
    if (now.how == behaviour::kind::fails)
      throw boost::system::system_error(asio::error::connection_reset);
    co_return 100 * request;
  }

private:
  [[nodiscard]] behaviour plan_of(int request, int attempts_before) const {
    const auto found = plans_.find(request);
    if (found == plans_.end())
      return answers;
    const auto last = found->second.size() - 1;
    return found->second[std::min(last, static_cast<std::size_t>(attempts_before))];
  }

  std::map<int, one_call*>& calls_;
  const std::map<int, std::vector<behaviour>>& plans_;
};

class pipeline_fixture {
public:
  pipeline_fixture(asio::any_io_executor executor, parts::settings set = {})
      : shown(executor, std::move(set)), test_(std::move(executor)), box_(shown) {
    weir::name_this_task("the test");
    client_ = make_client(box_, std::make_unique<planned_dependency>(by_request_, plans_));
    weir::expect(client_ != nullptr, "make_client() returned no client");
    expect_each_once("make_client()");
  }

  pipeline_fixture(const pipeline_fixture&) = delete;
  pipeline_fixture& operator=(const pipeline_fixture&) = delete;

  void plan(int request, behaviour first) { plans_[request] = {first}; }

  void plan(int request, behaviour first, behaviour then) { plans_[request] = {first, then}; }

  /// Somebody calls; the number of the call is its request.
  one_call& make() {
    one_call& mine = calls_.emplace_back();
    mine.request = static_cast<int>(calls_.size());
    by_request_[mine.request] = &mine;
    mine.asked = &test_.start(
        weir::text("call {}", mine.request), [this, &mine] { return client_->call(mine.request); },
        [&mine](const weir::testing::operation<int>& ended) {
          const int due = 100 * mine.request;
          const bool right = !ended.fate().returned() || ended.fate().value() == due;
          weir::expect(right, "{} {}, where {} was the answer", ended.name(), ended.text(), due);
          if (mine.when_over)
            mine.when_over();
        });
    return mine;
  }

  /// The same, and goes on when it has ended.
  asio::awaitable<one_call*> done() {
    one_call& mine = make();
    asio::steady_timer end(test_.executor(), 10s);
    mine.when_over = [&end] {
      end.cancel();
    };
    error_code ignored;
    co_await end.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    mine.when_over = {};
    weir::expect(mine.over(), "10 s later, call {} has not ended{}", mine.request, order());
    co_return &mine;
  }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// Long enough for everything to end.
  asio::awaitable<void> finish() {
    co_await wait(10s);
    for (const one_call& one : calls_)
      weir::expect(one.over(), "10 s later, call {} has not ended{}", one.request, order());
    expect_each_once("the client that make_client() returned");
  }

  /// "The breaker sits inside the retry: ", if it does; the beginning of a message.
  [[nodiscard]] std::string if_inside(kind inner, kind outer) const {
    const auto at = [this](kind part) {
      return std::ranges::find(shown.trail, part);
    };
    if (at(inner) == shown.trail.end() || at(inner) < at(outer))
      return {};
    return weir::text("The {} sits inside the {}: ", parts::name_of(inner), parts::name_of(outer));
  }

  /// The order as it was found, for the end of a message.
  [[nodiscard]] std::string order() const {
    if (shown.trail.empty())
      return {};
    std::string names;
    for (auto part = shown.trail.rbegin(); part != shown.trail.rend(); ++part)
      names += weir::text("{}{}", names.empty() ? "" : ", ", parts::name_of(*part));
    return weir::text(". From the inside out, yours is: {}", names);
  }

  /// Calls that the dependency had been asked for and that were not over, when it was first asked
  /// for `one`, this one included.
  [[nodiscard]] std::ptrdiff_t under_way_at_start_of(const one_call& one) const {
    return std::ranges::count_if(calls_, [&one](const one_call& other) {
      return other.attempts != 0 && other.first_asked_at <= one.first_asked_at &&
             one.first_asked_at < other.ended_at();
    });
  }

  const std::list<one_call>& calls() const { return calls_; }

  parts::board shown;

private:
  void expect_each_once(std::string_view who) const {
    for (const kind part : {kind::timeout, kind::retry, kind::breaker, kind::bulkhead}) {
      const auto made = std::ranges::count(shown.made, part);
      weir::expect(made == 1, "{} called with_{}() {} times instead of once", who,
                   parts::name_of(part), made);
    }
  }

  weir::testing::driver test_;
  parts::box box_;
  std::map<int, std::vector<behaviour>> plans_;
  std::list<one_call> calls_;
  std::map<int, one_call*> by_request_;
  std::unique_ptr<remote> client_;
};

} // namespace weir_hidden
