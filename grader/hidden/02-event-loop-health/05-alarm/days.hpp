/// \file
/// The days on which alarms are judged: healthy ones, such as are none of the loop's business, and
/// those with an incident.
#pragma once

#include "loop.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

enum class habit : std::uint8_t { curve, bursts, nightly, punctual, deploys, dependency };
enum class fault : std::uint8_t { growth, creep, ramp, neighbour, payloads, release };

/// What came of one, second by second.
struct day {
  std::string name;
  std::vector<second> seconds;
  std::size_t began = 0;     ///< the fault, if there is one
  std::size_t broke = 0;     ///< the objective; 0: never
  std::size_t recovered = 0; ///< the fault is gone, and what had piled up is done
};

namespace detail {

/// 0 at the beginning, 1 after `length`, and so it stays.
inline double progress(std::size_t at, std::size_t from, double length) {
  return at < from ? 0 : std::min(1.0, static_cast<double>(at - from) / length);
}

/// What a day does to a loop, in the making.
class draft {
public:
  draft(weir::random_stream random, std::size_t length) : random_(random), load_(length) {}

  weir::random_stream& random() { return random_; }

  [[nodiscard]] std::size_t length() const { return load_.size(); }

  weather& operator[](std::size_t at) { return load_[std::min(at, load_.size() - 1)]; }

  [[nodiscard]] const script& load() const { return load_; }

  std::size_t between(double low, double high) {
    return static_cast<std::size_t>(random_.uniform(low, high));
  }

  /// The traffic of a day, in fast motion, with `busy` of the loop's time to handle on average.
  void traffic(double busy, double swing, double work = 1) {
    const double phase = random_.uniform();
    for (std::size_t i = 0; i < load_.size(); ++i) {
      const double x = phase + static_cast<double>(i) / 600;
      const double wave = 2 * std::abs(2 * (x - std::floor(x)) - 1) - 1; // 1 to -1 and back
      load_[i].rate = 40 * busy / 0.343 / work * (1 + swing * wave);
      load_[i].work = work;
    }
  }

  /// The process is away for some seconds, and when it is back, it is cold for a while.
  void restart(std::size_t at) {
    const std::size_t away = between(2, 6);
    const std::size_t warm = at + away + between(12, 20);
    for (std::size_t i = at; i < at + away; ++i)
      (*this)[i].down = true;
    for (std::size_t i = at + away; i < warm; ++i) {
      (*this)[i].work *= 1.3;
      (*this)[i].block = static_cast<std::int64_t>(random_.uniform(150'000, 300'000));
    }
  }

  void lose(std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i)
      (*this)[i].lost = true;
  }

private:
  weir::random_stream random_;
  script load_;
};

inline void live(draft& on, habit how) {
  auto& random = on.random();
  on.traffic(random.uniform(0.3, 0.45), random.uniform(0.1, 0.3));
  switch (how) {
  case habit::curve:
    on.traffic(random.uniform(0.35, 0.45), 0.4);
    break;
  case habit::bursts:
    on.traffic(random.uniform(0.3, 0.35), 0.15);
    for (std::size_t at = on.between(20, 80); at < on.length(); at += on.between(70, 130)) {
      const double times = random.uniform(2.6, 3.4);
      const std::size_t lasts = on.between(1, 4);
      for (std::size_t i = at; i < at + lasts; ++i)
        on[i].rate *= times;
    }
    break;
  case habit::nightly: // and hardly anybody is there
    for (std::size_t i = on.between(20, 60); i < on.length(); ++i)
      on[i].rate *= i % 4 == 0 ? 0.01 : 0.2;
    // The first of them now and then in the first second that anybody sees.
    for (std::size_t at = random.bernoulli(0.5) ? 0 : on.between(20, 60); at < on.length();
         at += on.between(45, 90))
      on[at].block = static_cast<std::int64_t>(random.uniform(300'000, 900'000));
    break;
  case habit::punctual: {
    const std::size_t from = on.between(30, 120);
    for (std::size_t i = from; i < on.length(); ++i)
      on[i].idle_filled = true;
    break;
  }
  case habit::deploys:
    on.restart(0);
    on.restart(on.between(150, 250));
    on.restart(on.between(350, 500));
    break;
  case habit::dependency: {
    const std::size_t from = on.between(60, 200);
    const double times = random.uniform(6, 15);
    for (std::size_t i = from; i < from + 300; ++i)
      on[i].dependency = 1 + (times - 1) * progress(i, from, 60);
    break;
  }
  }
}

/// \return the first second without the fault
inline std::size_t go_wrong(draft& on, fault how, std::size_t from) {
  auto& random = on.random();
  on.traffic(random.uniform(0.5, 0.55), 0.05);
  const double lasts = random.uniform(370, 450);
  const std::size_t end = from + static_cast<std::size_t>(lasts + random.uniform(30, 70));
  const auto each = [&](auto&& change) {
    for (std::size_t i = from; i < end; ++i)
      change(on[i], progress(i, from, lasts), i);
  };
  switch (how) {
  case fault::growth: {
    const double times = random.uniform(2.05, 2.2);
    each([&](weather& now, double x, std::size_t) { now.work *= 1 + (times - 1) * x; });
    break;
  }
  case fault::ramp: {
    on.traffic(random.uniform(0.45, 0.5), 0.05, 1.5);
    const double times = random.uniform(2.3, 2.45);
    each([&](weather& now, double x, std::size_t) { now.rate *= 1 + (times - 1) * x; });
    break;
  }
  case fault::creep: {
    const std::size_t every = 3 + random.below(3);
    const double most = random.uniform(1'200'000, 1'500'000);
    each([&](weather& now, double x, std::size_t i) {
      if (i % every == 0)
        now.block = static_cast<std::int64_t>(20'000 + most * x);
    });
    break;
  }
  case fault::neighbour: {
    const std::size_t period = 14 + random.below(7);
    const double most = random.uniform(2.4, 2.6);
    each([&](weather& now, double x, std::size_t i) {
      now.work *= i % period < period / 2 ? 1 + (most - 1) * x : 1 + 0.3 * x;
    });
    break;
  }
  case fault::payloads: {
    on.traffic(random.uniform(0.4, 0.45), 0.05);
    const double share = random.uniform(0.007, 0.010);
    const double most = random.uniform(900'000, 1'100'000);
    each([&](weather& now, double x, std::size_t) {
      now.big_share = share;
      now.big = static_cast<std::int64_t>(30'000 + most * x);
    });
    break;
  }
  case fault::release: {
    on.traffic(random.uniform(0.4, 0.45), 0.05);
    const double times = random.uniform(2.6, 2.9);
    each([&](weather& now, double x, std::size_t) { now.work *= 1 + (times - 1) * x; });
    on.restart(from);
    break;
  }
  }
  for (std::size_t i = end; i < on.length(); ++i)
    on[i].rate *= 0.65; // the rush is over, too
  return end;
}

/// Of any day: a sample is missing now and then, and once in a while some in a row.
inline void lose_samples(draft& on, std::size_t before) {
  for (std::size_t i = 0; i < on.length(); ++i)
    on[i].lost = on.random().bernoulli(0.01);
  if (on.random().bernoulli(0.5))
    on.lose(on.between(30, static_cast<double>(before)), on.between(5, 20));
}

/// Of a process that has been up for an hour, or for up to nineteen days.
inline seconds age(draft& on) {
  const std::size_t drawn = on.between(0, 900);
  return seconds(3600 + 2 * drawn * drawn);
}

inline void find_moments(day& of, std::size_t ended) {
  for (std::size_t i = 1; i < of.seconds.size() && of.broke == 0; ++i)
    if (of.seconds[i].broken)
      of.broke = i;
  of.recovered = ended;
  while (ended != 0 && of.recovered + 1 < of.seconds.size() &&
         of.seconds[of.recovered].seen.lag_p99 > 50ms)
    ++of.recovered;
}

} // namespace detail

inline constexpr std::array<std::string_view, 6> habit_names{
    "nothing in particular",
    "short bursts of traffic",
    "a night with few requests, and a report now and then that is one long handler",
    "a background job, cut into slices, fills what would be idle",
    "the process starts three times",
    "a slow database"};

inline constexpr std::array<std::string_view, 6> fault_names{
    "a request is more and more work", "garbage collections take longer and longer",
    "more and more traffic",           "a neighbour takes away the processor, in waves",
    "one client's payloads grow",      "a release that gets slower and slower"};

inline day ordinary_day(habit how, std::uint64_t seed) {
  detail::draft on(weir::random_stream(seed, "a day"), 600);
  detail::live(on, how);
  detail::lose_samples(on, 500);
  const seconds uptime = how == habit::deploys ? 0s : detail::age(on);
  event_loop loop(on.random().split("loop"), uptime);
  day made{.name = std::string(habit_names[static_cast<std::size_t>(how)]),
           .seconds = loop.run(on.load())};
  detail::find_moments(made, 0);
  return made;
}

/// One in which the objective breaks, and the loop recovers: without that there is nothing to warn
/// of. Nearly every number gives one; of the others the next is taken.
inline day incident(fault how, std::uint64_t seed) {
  detail::draft on(weir::random_stream(seed, "an incident"), 820);
  const std::size_t from = on.between(60, 120);
  const std::size_t ended = detail::go_wrong(on, how, from);
  detail::lose_samples(on, 200);
  if (on.random().bernoulli(0.3))
    on.restart(ended);
  weir::random_stream random = on.random().split("loop");
  event_loop loop(random, detail::age(on));
  day made{.name = std::string(fault_names[static_cast<std::size_t>(how)]),
           .seconds = loop.run(on.load()),
           .began = from};
  detail::find_moments(made, ended);
  const bool is_one = made.broke > from + 60 && made.recovered > made.broke &&
                      made.recovered + 140 < made.seconds.size();
  return is_one ? made : incident(how, seed + 1'000'000);
}

/// \name The days of the tests
/// @{
inline const std::vector<day>& incidents() {
  static const std::vector<day> all = [] {
    std::vector<day> made;
    for (std::uint64_t i = 0; i < 40; ++i)
      made.push_back(incident(static_cast<fault>(i % 6), 1000 + i));
    return made;
  }();
  return all;
}

inline const std::vector<day>& healthy_days() {
  static const std::vector<day> all = [] {
    std::vector<day> made;
    for (std::uint64_t i = 0; i < 60; ++i)
      made.push_back(ordinary_day(static_cast<habit>(i % 4), 2000 + i));
    return made;
  }();
  return all;
}

inline std::vector<day> days_of(habit how, std::size_t count, std::uint64_t seed) {
  std::vector<day> made;
  for (std::uint64_t i = 0; i < count; ++i)
    made.push_back(ordinary_day(how, seed + i));
  return made;
}

/// @}

} // namespace weir_hidden
