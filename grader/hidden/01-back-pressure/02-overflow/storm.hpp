/// \file
/// The storm on a buffer: offers and takers in any order, and what of it breaks which promise.
#pragma once

#include "buffer.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/run.hpp>
#include <weir/storm.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

constexpr std::array policies{overflow::buffer_then_error, overflow::drop_newest,
                              overflow::keep_latest, overflow::fail_fast};

inline std::string_view name_of(overflow policy) {
  static constexpr std::array<std::string_view, 4> names{"buffer_then_error", "drop_newest",
                                                         "keep_latest", "fail_fast"};
  return names[static_cast<std::size_t>(policy)];
}

struct buffer_command {
  enum class kind : std::uint8_t { none, offer, take } what = kind::none;
  weir::storm::moment when = weir::storm::moment::quiet;
  int item = 0;
};

struct buffer_storm {
  std::size_t capacity = 1;
  std::vector<buffer_command> commands;
};

inline buffer_storm draw_storm() {
  using weir::storm::value_edge;
  static constexpr std::array<std::size_t, 8> capacities{1, 2, 3, 4, 5, 1, 2, 8};
  static constexpr std::array<buffer_command::kind, 6> kinds{
      buffer_command::kind::none,  buffer_command::kind::offer, buffer_command::kind::take,
      buffer_command::kind::offer, buffer_command::kind::take,  buffer_command::kind::offer};
  constexpr std::size_t ordinary = 4;
  const auto drawn = weir::storm::draw_plan(
      {.header = {capacities.size()},
       .command = {kinds.size(), ordinary + weir::storm::value_edges, weir::storm::moment_draws},
       .commands = 12});
  buffer_storm storm{.capacity = capacities[drawn.header[0]], .commands = {}};
  weir::storm::value_series<int> items;
  for (const auto& fields : drawn.commands) {
    buffer_command one{.what = kinds[fields[0]], .when = weir::storm::moment_of(fields[2])};
    if (one.what == buffer_command::kind::offer)
      one.item = items.next(fields[1] < ordinary ? value_edge::fresh
                                                 : static_cast<value_edge>(fields[1] - ordinary));
    storm.commands.push_back(one);
  }
  return storm;
}

inline std::string line(const overflow_specification::event& seen) {
  using kind = overflow_specification::event::kind;
  using answer = overflow_specification::answer;
  switch (seen.what) {
  case kind::offer:
    return weir::text("offer({}): {}", seen.item,
                      seen.said == answer::none              ? "no error"
                      : seen.said == answer::no_buffer_space ? "no_buffer_space"
                      : seen.said == answer::would_block     ? "would_block"
                                                             : "another error");
  case kind::take:
    return weir::text("taker {} asks", seen.who);
  case kind::back:
    return seen.error.empty() ? weir::text("taker {} gets {}", seen.who, seen.item)
                              : weir::text("taker {} {}", seen.who, seen.error);
  case kind::size:
  case kind::counts:
    break;
  }
  return {};
}

/// A buffer in a storm, and its takers.
class storm_run final : public weir::storm::runner<overflow_specification> {
public:
  storm_run(const asio::any_io_executor& executor, overflow policy, buffer_storm storm)
      : runner(executor, model(policy, storm.capacity), model::state{}, storm.commands.size()),
        policy_(policy),
        storm_(std::move(storm)),
        buffer_(make_event_buffer(executor, policy, storm_.capacity)) {}

  asio::awaitable<bool> tidy_up() override {
    co_await take_leave();
    const bool empty = driver().pending() == 0;
    if (empty)
      buffer_.reset();
    co_return empty;
  }

  [[nodiscard]] std::string_view promise(const deviation_type& found) const override {
    static constexpr std::array<std::string_view, 4> ids{"buffer-then-error", "drop-newest",
                                                         "keep-latest", "fail-fast"};
    const auto& last = until(found).back().what;
    return last && last->what == event::kind::counts ? "every-item-counted"
                                                     : ids[static_cast<std::size_t>(policy_)];
  }

  [[nodiscard]] std::string story(const deviation_type& found) const override {
    const std::string opening =
        policy_ == overflow::keep_latest || policy_ == overflow::fail_fast
            ? std::string(name_of(policy_))
            : weir::text("{} with a capacity of {}", name_of(policy_), storm_.capacity);
    return weir::storm::tell(finding(found), opening, until(found), line);
  }

protected:
  [[nodiscard]] std::optional<weir::storm::moment> when(std::size_t command) const override {
    const buffer_command& one = storm_.commands[command];
    return one.what == buffer_command::kind::none ? std::nullopt : std::optional(one.when);
  }

  void carry_out(std::size_t command) override {
    const buffer_command& one = storm_.commands[command];
    if (one.what == buffer_command::kind::offer)
      offer(one.item);
    else
      take();
  }

  void read() override {
    saw({.what = event::kind::size, .size = buffer_->size()});
    const tally seen = buffer_->counts();
    const auto small = [](std::uint64_t count) {
      return static_cast<std::uint16_t>(std::min<std::uint64_t>(count, UINT16_MAX));
    };
    saw({.what = event::kind::counts,
         .counts = {small(seen.offered), small(seen.delivered), small(seen.dropped),
                    small(seen.refused)}});
  }

  /// All that is held comes out, in order; then everybody who waits is served.
  asio::awaitable<bool> epilogue() override {
    bool good = true;
    for (std::size_t left = buffer_->size(); good && left > 0; --left) {
      take();
      good = co_await a_quiet_moment();
    }
    for (std::size_t round = 0; good && driver().pending() != 0 && round < 20; ++round) {
      offer(100 + static_cast<int>(round));
      good = co_await a_quiet_moment();
    }
    co_return good;
  }

private:
  void offer(int item) {
    const boost::system::error_code said = buffer_->offer(item);
    saw({.what = event::kind::offer,
         .item = item,
         .said = !said                                  ? model::answer::none
                 : said == asio::error::no_buffer_space ? model::answer::no_buffer_space
                 : said == asio::error::would_block     ? model::answer::would_block
                                                        : model::answer::other});
  }

  void take() {
    const std::uint16_t who = ++takers_;
    driver().start(
        weir::text("taker {}", who),
        [this, who] {
          saw({.what = event::kind::take, .who = who});
          return buffer_->take();
        },
        [this, who](auto& one) {
          const bool returned = one.fate().returned();
          saw({.what = event::kind::back,
               .who = who,
               .item = returned ? one.fate().value() : 0,
               .error = returned ? std::string() : one.text()});
        });
  }

  asio::awaitable<void> take_leave() {
    for (int round = 0; round < 40 && driver().pending() != 0; ++round) {
      (void)buffer_->offer(1'000 + round);
      co_await weir::testing::pass();
    }
  }

  [[nodiscard]] std::string finding(const deviation_type& found) const {
    const model::state& at = found.last;
    const auto& last = until(found).back().what;
    if (!last)
      return weir::text("somebody waits, although an item was due to them: {} items are held",
                        at.held.size());
    switch (last->what) {
    case event::kind::size:
      return weir::text("size() says {} where {} are held", last->size, at.held.size());
    case event::kind::counts:
      return weir::text("counts() says offered {}, delivered {}, dropped {}, refused {}, where it "
                        "is {}, {}, {}, {}",
                        last->counts.offered, last->counts.delivered, last->counts.dropped,
                        last->counts.refused, at.counts.offered, at.counts.delivered,
                        at.counts.dropped, at.counts.refused);
    case event::kind::offer:
      return weir::text("the answer to {} is wrong, with {} held and {} free takers", line(*last),
                        at.held.size(), model::free_takers(at));
    default:
      return line(*last) + ", which was not due";
    }
  }

  overflow policy_;
  buffer_storm storm_;
  std::unique_ptr<event_buffer> buffer_;
  std::uint16_t takers_ = 0;
};

/// The scenario: a storm in which only what breaks `promise` is a finding.
inline asio::awaitable<void> storm(overflow policy, std::string_view promise) {
  weir::name_this_task("the storm");
  const buffer_storm drawn = draw_storm();
  storm_run run(co_await asio::this_coro::executor, policy, drawn);
  (void)co_await held(run, promise);
}

} // namespace weir_hidden
