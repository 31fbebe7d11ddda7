/// \file
/// The storm on a bounded queue: what it draws, how it is carried out, and under which promise a
/// deviation is told.
#pragma once

#include "queue.hpp"
#include "specification.hpp"
#include "story.hpp"

#include <weir/expect.hpp>
#include <weir/storm.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { plain, closing, cancelling, rendezvous };

/// What a storm does, read from a plan.
struct storm_command {
  enum class kind : std::uint8_t { none, push, pop, cancel, close } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  bool follows = false; ///< the caller before goes on with it, as soon as it is back
  int item = 0;         ///< of a push
  std::size_t whom = 0; ///< of a cancellation: counted from who has been under way longest
};

struct queue_storm {
  std::size_t capacity = 1;
  std::size_t filled = 0; ///< pushed by one caller before the first command
  bool refilled = false;  ///< at the end: is there room for `capacity` and no more?
  std::vector<storm_command> commands;

  [[nodiscard]] queue_storm without(storm_command::kind what) const {
    queue_storm rest = *this;
    for (storm_command& one : rest.commands)
      if (one.what == what)
        one.what = storm_command::kind::none;
    return rest;
  }
};

namespace detail {

inline storm_command::kind kind_of(storm_focus focus, std::size_t drawn) {
  using enum storm_command::kind;
  using table = std::array<storm_command::kind, 12>;
  static constexpr table plain{none, push, pop, push, pop, push, pop, push, pop, push, pop, push};
  static constexpr table closing{none, push, pop, push, pop,   push,
                                 pop,  push, pop, push, close, none};
  static constexpr table all{none, push,   pop,    push,   pop,  push,
                             pop,  cancel, cancel, cancel, push, close};
  const table& of = focus == storm_focus::plain     ? plain
                    : focus == storm_focus::closing ? closing
                                                    : all;
  return of[drawn];
}

constexpr std::size_t capacity_draws = 32;

/// The large one seldom: filling it takes as long as a whole storm on a small one.
inline std::size_t capacity_of(storm_focus focus, std::size_t drawn) {
  static constexpr std::array<std::size_t, 9> often{1, 2, 3, 4, 5, 1, 2, 3, 8};
  if (focus == storm_focus::rendezvous)
    return 0;
  return drawn + 1 == capacity_draws ? 300 : often[drawn % often.size()];
}

} // namespace detail

inline queue_storm draw_storm(storm_focus focus) {
  using weir::storm::value_edge;
  constexpr std::size_t ordinary = 4; // draws that mean the next number, beside the edges
  const auto drawn = weir::storm::draw_plan(
      {.header = {detail::capacity_draws, 4, 2},
       .command = {12, ordinary + weir::storm::value_edges, weir::storm::moment_draws, 4},
       .commands = 9});
  queue_storm storm;
  storm.capacity = detail::capacity_of(focus, drawn.header[0]);
  const std::size_t short_by = drawn.header[1] == 3 ? 1 : 0;
  if (drawn.header[1] != 0 && storm.capacity >= short_by)
    storm.filled = storm.capacity - short_by;
  storm.refilled = drawn.header[2] == 1 && storm.capacity <= 8;
  weir::storm::value_series<int> items;
  for (std::size_t i = 0; i < storm.filled; ++i)
    items.next(value_edge::fresh);
  for (const auto& fields : drawn.commands) {
    storm_command one;
    one.what = detail::kind_of(focus, fields[0]);
    one.when = weir::storm::moment_of(fields[2]);
    one.follows = fields[3] == 3;
    one.whom = fields[1];
    if (one.what == storm_command::kind::push)
      one.item = items.next(fields[1] < ordinary ? value_edge::fresh
                                                 : static_cast<value_edge>(fields[1] - ordinary));
    storm.commands.push_back(one);
  }
  return storm;
}

/// A queue in a storm, and its callers.
class storm_run final : public weir::storm::runner<queue_specification> {
public:
  storm_run(const asio::any_io_executor& executor, queue_storm storm)
      : runner(executor, model(storm.capacity), model::state{}, storm.commands.size()),
        storm_(std::move(storm)),
        queue_(make_bounded_queue(executor, storm_.capacity)) {}

  asio::awaitable<bool> tidy_up() override {
    over_ = true;
    queue_->close();
    for (call& one : calls_)
      if (one.inside)
        one.under_way->cancel();
    co_await weir::testing::pass();
    const bool empty = inside() == 0;
    if (empty)
      queue_.reset();
    co_return empty;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override;

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const queue_story tale(until(found), found.last, storm_.capacity);
    return weir::text("{}. What led there: {}.", tale.finding(), tale.so_far());
  }

private:
  /// One call, on its own or in a row with others of the same caller.
  struct call {
    model::caller who;
    weir::testing::any_operation* under_way = nullptr;
    bool inside = false;
  };

  using row = std::vector<call*>;

  static bool is_call(const storm_command& one) {
    return one.what == storm_command::kind::push || one.what == storm_command::kind::pop;
  }

  [[nodiscard]] bool any_call_before(std::size_t i) const {
    return std::any_of(storm_.commands.begin(),
                       storm_.commands.begin() + static_cast<std::ptrdiff_t>(i), is_call);
  }

  void begin() override {
    row calls;
    for (std::size_t i = 1; i <= storm_.filled; ++i)
      calls.push_back(&add(model::side::push, static_cast<int>(i)));
    if (!calls.empty())
      send(std::move(calls));
  }

  call& add(model::side calls, int item) {
    call& made = calls_.emplace_back();
    if (calls == model::side::pop)
      item = pops_++;
    made.who = {.id = static_cast<std::uint16_t>(calls_.size()), .calls = calls, .item = item};
    return made;
  }

  call& add(const storm_command& one) {
    const bool push = one.what == storm_command::kind::push;
    return add(push ? model::side::push : model::side::pop, push ? one.item : 0);
  }

  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t i) const override {
    const storm_command& one = storm_.commands[i];
    const bool left_out = one.what == storm_command::kind::none ||
                          (one.follows && is_call(one) && any_call_before(i));
    return left_out ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t i) override {
    const storm_command& one = storm_.commands[i];
    switch (one.what) {
    case storm_command::kind::push:
    case storm_command::kind::pop:
      start(i);
      break;
    case storm_command::kind::cancel:
      cancel(one.whom);
      break;
    case storm_command::kind::close:
      saw({.what = event::kind::close});
      queue_->close();
      break;
    case storm_command::kind::none:
      break;
    }
  }

  /// A new caller, with the calls that it goes on with.
  void start(std::size_t i) {
    row calls{&add(storm_.commands[i])};
    for (++i; i < storm_.commands.size(); ++i) {
      if (!is_call(storm_.commands[i]))
        continue;
      if (!storm_.commands[i].follows)
        break;
      calls.push_back(&add(storm_.commands[i]));
    }
    send(std::move(calls));
  }

  void cancel(std::size_t whom) {
    if (call* const one = weir::storm::choose(calls_, whom, std::mem_fn(&call::inside))) {
      saw({.what = event::kind::cancel, .who = one->who});
      one->under_way->cancel();
    }
  }

  [[nodiscard]] std::size_t inside() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls_, &call::inside));
  }

  /// The first call of a row, and when it has ended, whatever its fate, the others: each can be
  /// cancelled by itself.
  void send(row calls, std::size_t next = 0) {
    call& mine = *calls[next];
    const auto go_on = [this, calls, next](model::fate how, int item, std::string error) {
      call& ended = *calls[next];
      ended.inside = false;
      saw({.what = event::kind::back,
           .who = ended.who,
           .how = how,
           .item = item,
           .error = std::move(error)});
      if (next + 1 < calls.size() && !over_)
        send(calls, next + 1);
    };
    if (mine.who.calls == model::side::push)
      mine.under_way = &driver().start(
          name_of(mine.who),
          [this, &mine] {
            called(mine);
            return queue_->push(mine.who.item);
          },
          [go_on](auto& one) { go_on(fate_of(one.fate()), 0, one.text()); });
    else
      mine.under_way = &driver().start(
          name_of(mine.who),
          [this, &mine] {
            called(mine);
            return queue_->pop();
          },
          [go_on](auto& one) {
            const bool got = one.fate().returned() && one.fate().value();
            go_on(one.fate().returned() && !got ? model::fate::nothing_left : fate_of(one.fate()),
                  got ? *one.fate().value() : 0, one.text());
          });
  }

  void called(call& mine) {
    mine.inside = true;
    saw({.what = event::kind::call, .who = mine.who});
  }

  static model::fate fate_of(const auto& how) {
    if (how.returned())
      return model::fate::returned;
    if (how.cancelled())
      return model::fate::cancelled;
    return how.code() == asio::error::broken_pipe ? model::fate::refused : model::fate::other;
  }

  void read() override { saw({.what = event::kind::size, .size = queue_->size()}); }

  /// Whatever was accepted comes out, there is as much room as ever, and everybody goes home.
  asio::awaitable<bool> epilogue() override {
    const bool closed = std::ranges::any_of(seen().history(), [](const auto& one) {
      return one.what && one.what->what == event::kind::close;
    });
    bool good = true;
    if (storm_.filled <= 8) // of more, `close` is told all the same
      good = co_await take_all();
    if (good && !closed && storm_.refilled) {
      for (std::size_t i = 0; good && i <= storm_.capacity; ++i)
        good = co_await ask(model::side::push, 100 + static_cast<int>(i));
      if (good)
        good = co_await take_all();
    }
    if (!good)
      co_return false;
    saw({.what = event::kind::close});
    queue_->close();
    good = co_await ask(model::side::pop, 0);
    if (good)
      good = co_await ask(model::side::push, 200);
    over_ = true;
    if (good && inside() == 0)
      queue_.reset();
    co_return good;
  }

  asio::awaitable<bool> ask(model::side what, int item) {
    send({&add(what, item)});
    const bool good = co_await a_quiet_moment();
    co_return good;
  }

  asio::awaitable<bool> take_all() {
    bool good = true;
    while (good && owed() > 0)
      good = co_await ask(model::side::pop, 0);
    while (good && owed() < 0)
      good = co_await ask(model::side::push, 50);
    co_return good;
  }

  /// Items that are in the queue or wait to get in, less poppers that wait.
  [[nodiscard]] int owed() const {
    int items = 0;
    for (const call& one : calls_)
      if (one.inside)
        items += one.who.calls == model::side::push ? 1 : -1;
    return items + static_cast<int>(queue_->size());
  }

  queue_storm storm_;
  std::list<call> calls_;
  std::unique_ptr<bounded_queue> queue_;
  int pops_ = 0;
  bool over_ = false;
};

/// With capacity 0 it is the rendezvous; where somebody gave up, the cancelled waiter; where the
/// queue was closed, what is said of `close`; else what is said of any queue.
inline std::string_view storm_run::promise(const deviation_type& found) const {
  const auto saw_any = [&](event::kind what) {
    return holds(found, [what](const event& one) { return one.what == what; });
  };
  if (storm_.capacity == 0)
    return "rendezvous";
  if (saw_any(event::kind::cancel))
    return "cancelled-waiter";
  const auto& what = until(found).back().what;
  const auto* due = model::first_due(found.last);
  const bool push = what && what->what == event::kind::back
                        ? what->who.calls == model::side::push
                        : what || (due != nullptr && due->who.calls == model::side::push);
  if (saw_any(event::kind::close))
    return push && !(what && what->what == event::kind::size) ? "close-refuses" : "close-drains";
  if (weir::storm::follows(model(storm_.capacity, false), model::state{}, until(found)))
    return "fifo";
  return push ? "push-waits" : "pop-waits";
}

/// The scenario: a storm in which only what breaks `promise` is a finding. A storm with `close` or
/// cancellations first does without them: what deviates then does not need them.
inline asio::awaitable<void> storm(storm_focus focus, std::string_view promise) {
  weir::name_this_task("the storm");
  const auto executor = co_await asio::this_coro::executor;
  const queue_storm whole = draw_storm(focus);
  if (focus == storm_focus::closing || focus == storm_focus::cancelling) {
    storm_run control(executor,
                      whole.without(focus == storm_focus::closing ? storm_command::kind::close
                                                                  : storm_command::kind::cancel));
    const bool good = co_await held(control, promise);
    if (!good)
      co_return;
  }
  storm_run run(executor, whole);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
