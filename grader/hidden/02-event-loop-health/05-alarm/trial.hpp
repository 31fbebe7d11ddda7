/// \file
/// An alarm on a day: what it did, what came of it, and how a reader is told.
#pragma once

#include "days.hpp"

#include <weir/expect.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

inline constexpr std::size_t wanted_lead = 30;
inline constexpr std::size_t time_to_clear = 120;

/// The same day at another time.
struct shift {
  seconds later{}; ///< by so much more is `at`
  seconds older{}; ///< and the uptime
};

/// What an alarm did on a day. Without a sample, it stays as it was.
class trial {
public:
  explicit trial(const day& of) : trial(of, *make_alarm()) {}

  /// Sees the day from one second on, and until another.
  trial(const day& of, loop_alarm& alarm, shift by = {}, std::size_t from = 0,
        std::size_t until = SIZE_MAX)
      : of_(of), on_(of.seconds.size()) {
    bool now = false;
    for (std::size_t i = from; i < std::min(until, on_.size()); ++i) {
      if (of.seconds[i].arrived) {
        sample seen = of.seconds[i].seen;
        seen.at += by.later;
        seen.uptime += by.older;
        now = alarm.update(seen);
      }
      on_[i] = now;
      if (now && (i == 0 || !on_[i - 1]))
        rang_.push_back(i);
    }
  }

  [[nodiscard]] const day& of() const { return of_; }

  [[nodiscard]] bool on(std::size_t second) const { return on_[second]; }

  /// In which seconds it went on.
  [[nodiscard]] const std::vector<std::size_t>& rang() const { return rang_; }

  [[nodiscard]] std::size_t rang_within(std::size_t from, std::size_t until) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        rang_, [from, until](std::size_t one) { return from <= one && one < until; }));
  }

  /// It went on in good time, after the fault began, and was on when the objective broke.
  [[nodiscard]] bool warned() const {
    return on_[of_.broke] && rang_within(of_.began, of_.broke + 1 - wanted_lead) > 0;
  }

  /// So long before the objective broke, and it was on when that broke; 0: it was not.
  [[nodiscard]] std::size_t lead() const {
    const auto first = std::ranges::lower_bound(rang_, of_.began);
    return of_.broke != 0 && on_[of_.broke] && first != rang_.end() && *first < of_.broke
               ? of_.broke - *first
               : 0;
  }

  /// It was on in the incident, and for good off in time after it.
  [[nodiscard]] bool cleared() const {
    return last_on() >= of_.began && rang_within(0, of_.recovered) > 0 &&
           last_on() <= of_.recovered + time_to_clear;
  }

  /// When it was first off again; 0: never.
  [[nodiscard]] std::size_t first_off() const {
    for (std::size_t i = 1; i < on_.size(); ++i)
      if (on_[i - 1] && !on_[i])
        return i;
    return 0;
  }

  /// The last second in which it was on; 0: none.
  [[nodiscard]] std::size_t last_on() const {
    for (std::size_t i = on_.size(); i > 0; --i)
      if (on_[i - 1])
        return i - 1;
    return 0;
  }

  /// What happened when, in a sentence.
  [[nodiscard]] std::string moments() const;

  /// The twenty seconds until that one, each by itself. Empty without one.
  [[nodiscard]] std::string seconds_until(std::size_t last) const;

  /// The day in a few lines.
  [[nodiscard]] std::string picture() const;

private:
  const day& of_;
  std::vector<bool> on_;
  std::vector<std::size_t> rang_;
};

namespace detail {

inline constexpr std::size_t column = 15; ///< seconds

/// "2:05"
inline std::string clock(std::size_t second) {
  const std::size_t rest = second % 60;
  return weir::text("{}:{}{}", second / 60, rest < 10 ? "0" : "", rest);
}

inline std::string_view bar(nanoseconds value) {
  static constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::size_t level = 0;
  for (nanoseconds step = 50ms; value > step && level + 1 < bars.size(); step *= 2)
    ++level;
  return bars[level];
}

/// One sign for each column, of the seconds in it.
template <class Sign>
std::string row(std::string_view title, std::size_t seconds, Sign&& sign) {
  std::string line = "\n  " + std::string(title);
  for (std::size_t from = 0; from < seconds; from += column)
    line += sign(from, std::min(seconds, from + column));
  return line;
}

} // namespace detail

inline std::string trial::picture() const {
  const std::vector<second>& all = of_.seconds;
  const auto highest = [&all](nanoseconds sample::* what) {
    return [&all, what](std::size_t from, std::size_t until) {
      nanoseconds most{};
      bool seen = false;
      for (std::size_t i = from; i < until; ++i) {
        seen = seen || all[i].arrived;
        most = std::max(most, all[i].arrived ? all[i].seen.*what : 0ns);
      }
      return seen ? detail::bar(most) : std::string_view(" ");
    };
  };
  const auto any = [](auto&& held, std::string_view yes) {
    return [held, yes](std::size_t from, std::size_t until) {
      for (std::size_t i = from; i < until; ++i)
        if (held(i))
          return yes;
      return std::string_view("·");
    };
  };
  std::string text = detail::row("lag p99      ", all.size(), highest(&sample::lag_p99));
  text += detail::row("lag mean     ", all.size(), highest(&sample::lag_mean));
  text += detail::row("latency p99  ", all.size(), highest(&sample::latency_p99));
  text +=
      detail::row("your alarm   ", all.size(), any([this](std::size_t i) { return on_[i]; }, "■"));
  if (of_.broke != 0)
    text += detail::row("objective    ", all.size(),
                        any([this](std::size_t i) { return i >= of_.broke; }, "×"));
  return text;
}

inline std::string trial::seconds_until(std::size_t last) const {
  constexpr std::size_t shown = 20;
  if (last == 0)
    return {};
  const std::size_t first = last < shown ? 0 : last + 1 - shown;
  std::string text = weir::text("\n  lag p99 in ms, second by second from {} to {}:\n   ",
                                detail::clock(first), detail::clock(last));
  for (std::size_t i = first; i <= last; ++i) {
    const second& one = of_.seconds[i];
    text += one.arrived ? weir::text(" {}", one.seen.lag_p99 / 1ms) : std::string(" -");
  }
  return text;
}

inline std::string trial::moments() const {
  const std::vector<second>& all = of_.seconds;
  std::string text;
  const auto tell = [&text](std::string_view what, std::size_t when) {
    text += weir::text("{}{} {}", text.empty() ? "" : ", ", what, detail::clock(when));
  };
  if (of_.broke != 0 && of_.began != 0) {
    tell("the fault began at", of_.began);
    for (std::size_t i = of_.began; i < all.size(); ++i)
      if (all[i].seen.lag_p99 > 100ms) {
        tell("lag was first above 100 ms at", i);
        break;
      }
    tell("the objective broke at", of_.broke);
    tell("the loop was well again at", of_.recovered);
  }
  if (rang_.empty())
    return text + (text.empty() ? "" : ", ") + "your alarm never went on";
  for (std::size_t i = 0; i < std::min<std::size_t>(rang_.size(), 3); ++i)
    tell(i == 0 ? "your alarm went on at" : "at", rang_[i]);
  if (rang_.size() > 3)
    text += weir::text(", … ({} times)", rang_.size());
  if (last_on() + 1 == all.size())
    text += ", and was on at the end";
  else
    tell("was off for good from", last_on() + 1);
  return text;
}

/// What a test says of the days that went wrong: how many of which kind, and one of them in full.
class findings {
public:
  /// \param close the second that is worth a closer look, if it is not good; 0: none
  void add(const trial& of, bool good, std::size_t close) {
    auto kind = std::ranges::find(kinds_, of.of().name, &kind_of_day::name);
    if (kind == kinds_.end())
      kind = kinds_.insert(kind, {.name = of.of().name});
    ++kind->days;
    rang_ += of.rang().size();
    if (good)
      return;
    ++bad_;
    ++kind->bad;
    if (bad_ == 1)
      example_ =
          weir::text("One of them: {}.\n  {}\n{}", of.of().name, of.moments(), of.picture()) +
          "\n  (a column is 15 s; a bar stands for up to 50 ms, and each step up for twice "
          "as much)" +
          of.seconds_until(close);
  }

  /// Days that went wrong.
  [[nodiscard]] std::size_t bad() const { return bad_; }

  /// How often an alarm went on, on all of them.
  [[nodiscard]] std::size_t rang() const { return rang_; }

  /// Empty unless `broken`; otherwise what `pattern` says, and the days.
  template <class... Values>
  [[nodiscard]] std::string told_if(bool broken, std::string_view pattern,
                                    const Values&... values) const {
    return broken ? weir::text(pattern, values...) + text() : std::string();
  }

private:
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const kind_of_day& one : kinds_)
      if (one.bad != 0)
        all += weir::text("\n  {} of {}: {}", one.bad, one.days, one.name);
    return all + "\n\n" + example_;
  }

  struct kind_of_day {
    std::string name;
    std::size_t days = 0;
    std::size_t bad = 0;
  };

  std::vector<kind_of_day> kinds_;
  std::size_t bad_ = 0;
  std::size_t rang_ = 0;
  std::string example_;
};

} // namespace weir_hidden
