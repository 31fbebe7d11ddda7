/// \file
/// What every storm does: commands one after the other, quiet moments in between in which the model
/// is asked, an end that is made in any case, and a story.
#pragma once

#include <weir/expect.hpp>
#include <weir/storm/conformance.hpp>
#include <weir/testing.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::storm {

/// When a command is carried out, seen from the one before: when nothing is left to do at its
/// instant, after so many turns of the loop, or with nothing in between.
enum class moment : std::uint8_t { quiet, after_a_turn, at_once, after_three_turns };

/// Ways to draw a moment: a field of `plan_shape::command`.
inline constexpr std::size_t moment_draws = 8;

/// The quiet one first, the last one seldom. `drawn` is below `moment_draws`.
[[nodiscard]] constexpr moment moment_of(std::size_t drawn) noexcept {
  using enum moment;
  constexpr std::array<moment, moment_draws> of{
      quiet, after_a_turn, at_once, quiet, after_a_turn, at_once, at_once, after_three_turns};
  return of[drawn];
}

/// The one that `whom` means, counted among those for which `is` holds, from the first; null when
/// it holds for none. So a draw means somebody whoever is there.
template <class Range, class Is>
[[nodiscard]] auto* choose(Range& all, std::size_t whom, Is is) {
  const auto many = static_cast<std::size_t>(std::ranges::count_if(all, is));
  auto one = std::ranges::find_if(all, is);
  for (std::size_t left = many == 0 ? 0 : whom % many; left != 0; --left)
    one = std::ranges::find_if(std::next(one), std::ranges::end(all), is);
  return many == 0 ? nullptr : &*one;
}

/// A storm under way on one object. What is derived from it owns the object and what is called on
/// it, carries a command out, and notes in `seen` what happens; it must outlive `conforms` and
/// `tidy_up`. Used on one executor, which is that of a run in virtual time; there is one runner for
/// each object.
template <specification S>
class runner {
public:
  using model = S;
  using event = typename S::event;
  using entry = typename conformance<S>::entry;
  using deviation_type = typename conformance<S>::deviation;

  /// \param commands how many there are; `carry_out` is given 0, 1, … below that
  runner(boost::asio::any_io_executor executor, S specification, typename S::state start,
         std::size_t commands)
      : driver_(std::move(executor)),
        seen_(std::move(specification), std::move(start)),
        commands_(commands) {}

  virtual ~runner() = default;
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;

  /// Carries all of it out, as long as the model can follow. False: it could not (`deviation`), or
  /// what is possible had become too much to look at, and nothing is known.
  boost::asio::awaitable<bool> conforms() {
    begin();
    bool good = co_await a_quiet_moment();
    for (std::size_t i = 0; good && i < commands_; ++i) {
      const std::optional<moment> at = when(i);
      if (!at)
        continue;
      if (*at == moment::quiet)
        good = co_await a_quiet_moment();
      else
        co_await turns(*at);
      if (good)
        carry_out(i);
    }
    if (good)
      good = co_await a_quiet_moment();
    if (good)
      good = co_await epilogue();
    co_return good;
  }

  /// Ends everything after a deviation, whatever the object does. Whether all came back and the
  /// object could go.
  virtual boost::asio::awaitable<bool> tidy_up() = 0;

  /// The id of the promise that the deviation breaks. Shrinking leaves only what a deviation needs,
  /// so its history tells.
  [[nodiscard]] virtual std::string_view promise(const deviation_type& found) const = 0;

  /// The deviation in words: see `tell`.
  [[nodiscard]] virtual std::string story(const deviation_type& found) const = 0;

  [[nodiscard]] const std::optional<deviation_type>& deviation() const noexcept {
    return deviation_;
  }

  /// What was seen up to the deviation, itself included.
  [[nodiscard]] std::span<const entry> until(const deviation_type& found) const {
    return std::span(seen_.history()).first(found.position + 1);
  }

  /// Whether one for which `is` holds is among what was seen until then.
  template <class Is>
  [[nodiscard]] bool holds(const deviation_type& found, Is is) const {
    return std::ranges::any_of(until(found),
                               [&is](const entry& one) { return one.what && is(*one.what); });
  }

protected:
  /// When the command is carried out; empty: it is left out.
  [[nodiscard]] virtual std::optional<moment> when(std::size_t command) const = 0;

  virtual void carry_out(std::size_t command) = 0;

  /// Before the first command.
  virtual void begin() {}

  /// In each quiet moment: what can be read of the object is noted here.
  virtual void read() {}

  /// After the last command: everybody goes home. Whether the model could follow.
  virtual boost::asio::awaitable<bool> epilogue() { co_return true; }

  void saw(event what) { seen_.saw(std::move(what)); }

  /// A millisecond passes, so everything that could happen at the instant before has happened; and
  /// the model could follow. Where something happens in the very instant in which the millisecond
  /// ends, that instant is not over.
  boost::asio::awaitable<bool> a_quiet_moment() {
    co_await weir::testing::pass();
    if (!seen_.history().empty() && seen_.history().back().at < weir::now())
      seen_.quiet();
    read();
    deviation_ = seen_.check();
    co_return !deviation_ && !seen_.undecided();
  }

  [[nodiscard]] weir::testing::driver& driver() noexcept { return driver_; }

  [[nodiscard]] const conformance<S>& seen() const noexcept { return seen_; }

private:
  boost::asio::awaitable<void> turns(moment at) const {
    const int many = at == moment::at_once ? 0 : at == moment::after_a_turn ? 1 : 3;
    for (int i = 0; i < many; ++i)
      co_await boost::asio::post(driver_.executor(), boost::asio::use_awaitable);
  }

  weir::testing::driver driver_;
  conformance<S> seen_;
  std::size_t commands_;
  std::optional<deviation_type> deviation_;
};

/// Carries a storm out. What breaks `promise` is a finding and fails the run with its story; what
/// breaks another promise is another test's finding, and an end is made of it. Whether all was as
/// it should be.
template <specification S>
boost::asio::awaitable<bool> held(runner<S>& run, std::string_view promise) {
  const bool good = co_await run.conforms();
  if (good)
    co_return true;
  const auto& found = run.deviation();
  if (!found || run.promise(*found) != promise) {
    const bool tidy = co_await run.tidy_up();
    if (tidy)
      co_return false;
  }
  weir::fail("{}", found ? run.story(*found)
                         : std::string("calls do not end, after more that can have happened than "
                                       "could be looked at"));
}

/// "FINDING. What led there: OPENING; push(1), pop() returned 1; close()." A quiet moment is a
/// semicolon.
/// \param line an event in words; empty: it is left out, as a reading is
template <class Entry, class Line>
[[nodiscard]] std::string tell(std::string_view finding, std::string_view opening,
                               std::span<const Entry> until, Line line) {
  std::string out = weir::text("{}. What led there: {}", finding, opening);
  bool apart = true;
  for (const Entry& one : until) {
    if (!one.what) {
      apart = true;
      continue;
    }
    const std::string words = line(*one.what);
    if (words.empty())
      continue;
    out += (apart ? "; " : ", ") + words;
    apart = false;
  }
  return out + '.';
}

} // namespace weir::storm
