#include "testing/catch.hpp"

#include <weir/explore.hpp>
#include <weir/policy.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>
#include <weir/token.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace weir::storm;

namespace {

/// A counter, and a gate: `add` gives the new value, `wait` returns once the value is at least 2.
struct counter_specification {
  enum class operation { add, wait };

  struct under_way {
    int id = 0;
    operation what = operation::add;
    bool done = false;
    int result = 0;

    friend bool operator==(const under_way&, const under_way&) = default;
  };

  struct state {
    int value = 0;
    std::vector<under_way> all;

    friend bool operator==(const state&, const state&) = default;
  };

  struct event {
    bool back = false;
    int id = 0;
    operation what = operation::add;
    int result = 0;
  };

  static bool accept(state& s, const event& seen) {
    if (!seen.back) {
      s.all.push_back({seen.id, seen.what});
      return true;
    }
    return std::erase_if(s.all, [&](const under_way& one) {
             return one.id == seen.id && one.done && one.result == seen.result;
           }) == 1;
  }

  static void steps(const state& s, const std::function<void(state)>& next) {
    for (std::size_t i = 0; i < s.all.size(); ++i) {
      if (s.all[i].done || (s.all[i].what == operation::wait && s.value < 2))
        continue;
      state after = s;
      if (s.all[i].what == operation::add)
        after.all[i].result = ++after.value;
      after.all[i].done = true;
      next(std::move(after));
    }
  }

  static bool settled(const state& s) { return std::ranges::none_of(s.all, &under_way::done); }

  static std::size_t hash(const state& s) {
    return static_cast<std::size_t>(s.value) * 31 + s.all.size();
  }
};

using counter = conformance<counter_specification>;
using enum counter_specification::operation;

counter_specification::event call(int id, counter_specification::operation what = add) {
  return {.id = id, .what = what};
}

counter_specification::event back(int id, int result) {
  return {.back = true, .id = id, .result = result};
}

/// In one instant, whatever the clock outside of runs says.
void note(counter& seen, counter_specification::event what) {
  seen.add({what, 0ns});
}

} // namespace

TEST_CASE("operations that overlap may take effect in either order", "[storm]") {
  counter seen({}, {});
  note(seen, call(1));
  note(seen, call(2));
  note(seen, back(2, 1));
  note(seen, back(1, 2));
  CHECK_FALSE(seen.check());
}

TEST_CASE("an operation that has returned took effect before those called later", "[storm]") {
  counter seen({}, {});
  note(seen, call(1));
  note(seen, back(1, 1));
  CHECK_FALSE(seen.check());
  note(seen, call(2));
  note(seen, back(2, 1));
  const auto deviation = seen.check().value_or(counter::deviation{});
  CHECK(deviation.position == 3);
  CHECK(deviation.last.value == 2);
  CHECK(seen.check()); // and it stays so
}

TEST_CASE("an operation that has not returned may have taken effect or not", "[storm]") {
  for (const int seen_by_the_other : {1, 2}) {
    counter seen({}, {});
    note(seen, call(1));
    note(seen, call(2));
    note(seen, back(2, seen_by_the_other));
    CHECK_FALSE(seen.check());
  }
}

TEST_CASE("in a quiet moment only those wait who have to", "[storm]") {
  counter seen({}, {});
  note(seen, call(1, wait));
  seen.quiet();
  CHECK_FALSE(seen.check());
  for (const int id : {2, 3}) {
    note(seen, call(id));
    note(seen, back(id, id - 1));
  }
  CHECK_FALSE(seen.check()); // the waiter may still be on its way
  seen.quiet();
  CHECK(seen.check().value_or(counter::deviation{}).position == 6);
}

TEST_CASE("where the clock has moved there was a quiet moment", "[storm]") {
  const auto policy = weir::make_fifo();
  const auto result = weir::run(
      []() -> asio::awaitable<void> {
        counter seen({}, {});
        seen.saw(call(1));
        co_await weir::testing::pass(1ms);
        seen.saw(back(1, 1));
        weir::expect(seen.check().has_value(), "an answer came a millisecond late");
      },
      *policy);
  CHECK(result.message.empty());
}

TEST_CASE("a search that grows too large says nothing, and says that it does", "[storm]") {
  counter seen({}, {}, 10);
  for (int id = 1; id <= 9; ++id)
    note(seen, call(id));
  note(seen, back(9, 12));
  CHECK_FALSE(seen.check());
  CHECK(seen.undecided());
}

TEST_CASE("a history can be asked of a weaker model", "[storm]") {
  const std::vector<counter::entry> history{{call(1), 0ns}, {back(1, 1), 0ns}};
  CHECK(follows(counter_specification{}, {}, history));
  CHECK_FALSE(follows(counter_specification{}, {.value = 5, .all = {}}, history));
}

TEST_CASE("a storm's plan is in the token, field by field", "[storm]") {
  const auto policy = weir::make_replay({4, 0, 2, 1, 0, 0, 2, 1});
  policy->begin_run(1);
  plan drawn;
  const auto result = weir::run(
      [&]() -> asio::awaitable<void> {
        drawn = draw_plan({.header = {7, 2}, .command = {3, 2}, .commands = 3});
        co_return;
      },
      *policy);
  CHECK(result);
  CHECK(drawn == plan{.header = {4, 0}, .commands = {{2, 1}, {0, 0}, {2, 1}}});
  CHECK(result.choices.size() == 8);
}

TEST_CASE("a field that can be drawn in one way only is refused", "[storm]") {
  CHECK_THROWS_AS(draw_plan({.header = {1}, .command = {}, .commands = 0}), std::invalid_argument);
}

TEST_CASE("values come with their edges", "[storm]") {
  value_series<int> items;
  CHECK(items.next(value_edge::fresh) == 1);
  CHECK(items.next(value_edge::equal) == 1);
  CHECK(items.next(value_edge::falling) == 0);
  CHECK(items.next(value_edge::fresh) == 2);
  CHECK(items.next(value_edge::minus_one) == -1);
  CHECK(items.next(value_edge::greatest) == std::numeric_limits<int>::max());
  CHECK(items.next(value_edge::least) == std::numeric_limits<int>::min());
  CHECK(items.next(value_edge::falling) == std::numeric_limits<int>::min());
  CHECK(items.next(value_edge::zero) == 0);
}

TEST_CASE("an exception is told by its dynamic type, a copy narrowed to its base is another",
          "[storm]") {
  for (std::size_t i = 0; i < thrown_kinds; ++i)
    for (std::size_t k = 0; k < thrown_kinds; ++k)
      CHECK(is(make_exception(static_cast<thrown>(i)), static_cast<thrown>(k)) == (i == k));
  std::exception_ptr narrowed;
  try {
    std::rethrow_exception(make_exception(thrown::derived));
  } catch (const boost::system::system_error& e) {
    narrowed = std::make_exception_ptr(boost::system::system_error(e.code()));
  }
  CHECK_FALSE(is(narrowed, thrown::derived));
  CHECK_FALSE(is(nullptr, thrown::number));
  CHECK_FALSE(kind_of(narrowed));
  CHECK_FALSE(kind_of(nullptr));
  CHECK(kind_of(make_exception(thrown::number)) == thrown::number);
}

namespace {

/// Reads, lets others run, writes: an update can be lost.
struct forgetful_counter {
  int value = 0;

  asio::awaitable<int> add(bool careless) {
    const int before = value;
    if (careless)
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    value = before + 1;
    co_return value;
  }
};

/// Each command: nothing, add, or add with a turn in between.
class counter_storm final : public runner<counter_specification> {
public:
  counter_storm(const asio::any_io_executor& executor, plan drawn)
      : runner(executor, {}, {}, drawn.commands.size()), plan_(std::move(drawn)) {}

  asio::awaitable<bool> tidy_up() override {
    co_await weir::testing::pass();
    ended_properly = driver().pending() == 0;
    co_return ended_properly;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& /*found*/) const override {
    return "adds-up";
  }

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const auto line = [](const event& seen) {
      return seen.back ? weir::text("add {} gives {}", seen.id, seen.result)
                       : weir::text("add {}", seen.id);
    };
    return tell("an update was lost", "a counter", until(found), line);
  }

  bool ended_properly = false;

protected:
  [[nodiscard]] std::optional<moment> when(std::size_t command) const override {
    const auto& fields = plan_.commands[command];
    return fields[0] == 0 ? std::nullopt : std::optional(moment_of(fields[1]));
  }

  void carry_out(std::size_t command) override {
    const bool careless = plan_.commands[command][0] == 2;
    const int id = ++last_id_;
    driver().start(
        "add",
        [this, id, careless] {
          saw(call(id));
          return code_.add(careless);
        },
        [this, id](auto& one) { saw(back(id, one.fate().value())); });
  }

private:
  plan plan_;
  forgetful_counter code_;
  int last_id_ = 0;
};

plan draw_adds() {
  return draw_plan({.header = {}, .command = {3, moment_draws}, .commands = 6});
}

asio::awaitable<void> storm_for(std::string_view promise) {
  counter_storm storm(co_await asio::this_coro::executor, draw_adds());
  const bool good = co_await held(storm, promise);
  weir::expect(good == !storm.deviation() && (good || storm.ended_properly),
               "a deviation from another promise is followed by an end");
}

} // namespace

TEST_CASE("a storm's commands become as few as the deviation needs, and its token replays it",
          "[storm]") {
  weir::explore_options options{.name = "counter"};
  const auto scenario = [] {
    return storm_for("adds-up");
  };
  const auto found = weir::explore(options, scenario).failure.value_or(weir::failing_schedule{});
  CHECK(found.result.message == "an update was lost. What led there: a counter; add 1, add 2, "
                                "add 2 gives 1, add 1 gives 1.");
  options.search.replay = found.token;
  const auto again = weir::explore(options, scenario);
  CHECK(again.followed);
  CHECK(again.failure.value_or(weir::failing_schedule{}).result.hash == found.result.hash);
}

TEST_CASE("a storm passes over what breaks another promise, and makes an end of it", "[storm]") {
  const weir::explore_options options{.name = "counter"};
  CHECK_FALSE(weir::explore(options, [] { return storm_for("another"); }).failure);
}

namespace {

/// Comes by in the very instant in which the first quiet moment ends, and takes a turn of the loop.
class punctual_storm final : public runner<counter_specification> {
public:
  explicit punctual_storm(const asio::any_io_executor& executor) : runner(executor, {}, {}, 0) {}

  asio::awaitable<bool> tidy_up() override { co_return true; }

  [[nodiscard]] std::string_view promise(const deviation_type& /*found*/) const override {
    return "adds-up";
  }

  [[nodiscard]] std::string story(const deviation_type& /*found*/) const override {
    return "an add that was called is not back, and its instant was taken to be over";
  }

protected:
  [[nodiscard]] std::optional<moment> when(std::size_t /*command*/) const override { return {}; }

  void carry_out(std::size_t /*command*/) override {}

  void begin() override {
    driver().start("add", [this]() -> asio::awaitable<void> {
      co_await weir::testing::pass(1ms);
      saw(call(1));
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      saw(back(1, 1));
    });
  }
};

} // namespace

TEST_CASE("an instant is not over because a quiet moment ends in it", "[storm]") {
  const auto scenario = []() -> asio::awaitable<void> {
    punctual_storm storm(co_await asio::this_coro::executor);
    const bool good = co_await held(storm, "adds-up");
    weir::expect(good, "nothing is wrong");
  };
  CHECK_FALSE(weir::explore({.name = "punctual"}, scenario).failure);
}

TEST_CASE("a draw means somebody, whoever is there", "[storm]") {
  std::vector<int> all{1, 2, 3, 4, 5};
  const auto odd = [](int one) {
    return one % 2 == 1;
  };
  std::vector<int> chosen;
  for (std::size_t whom = 0; whom < 4; ++whom)
    if (const int* const one = choose(all, whom, odd))
      chosen.push_back(*one);
  CHECK(chosen == std::vector{1, 3, 5, 1});
  CHECK(choose(all, 7, [](int one) { return one > 5; }) == nullptr);
}

TEST_CASE("an outcome tells what was thrown, and what contracts say with a code") {
  using weir::storm::outcome;
  using weir::storm::outcome_of;
  const auto of_code = [](boost::system::error_code code) {
    return outcome_of(std::make_exception_ptr(boost::system::system_error(code)));
  };
  CHECK(outcome_of(nullptr) == outcome::returned);
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const outcome how =
        outcome_of(weir::storm::make_exception(static_cast<weir::storm::thrown>(i)));
    CHECK(static_cast<std::size_t>(how) == i + 1); // in the order of `thrown`
  }
  CHECK(of_code(boost::asio::error::try_again) == outcome::refused);
  CHECK(of_code(boost::asio::error::shut_down) == outcome::shut_down);
  CHECK(of_code(boost::asio::error::timed_out) == outcome::timed_out);
  CHECK(of_code(boost::asio::error::eof) == outcome::other);
  CHECK(outcome_of(std::make_exception_ptr(43)) == outcome::other);
  CHECK(to_string(outcome::number) == "threw the number 42");
  CHECK(to_string(outcome::other) == "threw something else");
}
