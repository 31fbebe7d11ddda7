/// \file
/// Alarms that have seen much: calls, odd days, tens of thousands of samples. What is older than an
/// hour must not show. Long stretches have one sample a minute, so that whoever looks at all
/// samples of the last hour has sixty to look at.
#pragma once

#include "memory.hpp"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace weir_hidden {

/// One alarm, and how far its time has come. The process does not restart unless a day does that.
class life {
public:
  /// A sample like `seen`, `after` the latest.
  bool update(sample seen, seconds after) {
    at_ += after;
    uptime_ += after;
    seen.at = at_;
    seen.uptime = uptime_;
    return alarm_->update(seen);
  }

  void nothing(seconds lasts) {
    at_ += lasts;
    uptime_ += lasts;
  }

  /// A whole day. \param grows the uptime goes on from the day before
  trial live(const day& of, bool grows) {
    const second& first = of.seconds.front();
    trial seen(of, *alarm_, {.later = at_, .older = grows ? uptime_ + 1s - first.seen.uptime : 0s});
    nothing(seconds(of.seconds.size()));
    return seen;
  }

  [[nodiscard]] seconds at() const { return at_; }

private:
  std::unique_ptr<loop_alarm> alarm_ = make_alarm();
  seconds at_{};
  seconds uptime_ = 48h;
};

/// A second in which nothing happens but that.
inline sample with_lag(nanoseconds most) {
  return {.lag_p99 = most,
          .lag_mean = most / 4,
          .utilisation = 0.4,
          .requests = 40,
          .latency_p99 = 200ms + most};
}

/// What an alarm has seen before anything is asked of it, one sample a minute.
enum class past : std::uint8_t { none, late, later_and_later };

inline void see(life& one, past what) {
  constexpr int samples = 20'000; // two weeks
  for (int i = 0; what == past::late && i < samples; ++i)
    one.update(with_lag(70ms), 60s);
  for (int i = 0; what == past::later_and_later && i < samples; ++i)
    one.update(with_lag(i % 2 == 0 ? 10ms : 70ms + i * 100us), 60s); // 70 ms to 2 s
  if (what != past::none)
    one.nothing(2h);
}

inline std::string_view text_of(past what) {
  switch (what) {
  case past::none:
    return "";
  case past::late:
    return "An alarm has seen two weeks with a tick late by 70 ms in each second, and then nothing "
           "for two hours. ";
  case past::later_and_later:
    return "An alarm has seen two weeks with one late tick in two minutes, from 70 ms to 2 s, and "
           "then nothing for two hours. ";
  }
  return {};
}

/// Day after day with two hours in between.
struct days_between {
  past before = past::none;
  bool restarts = false; ///< the process may start anew from one day to the next
  bool samples = false;  ///< in the two hours there are good ones, one in 20 s; otherwise none
};

/// One alarm on all these days, each as with a new one. Empty: as it should be.
inline std::string one_after_another(const std::vector<trial>& fresh, days_between how) {
  life one;
  see(one, how.before);
  detail::lateness all;
  std::size_t calls = 0;
  const auto situation = [&] {
    const bool first = how.before == past::none;
    std::string text(text_of(how.before));
    if (calls == 0)
      return text + (first ? "When the process has been up for two days," : "After that,");
    return text + weir::text("{} has been through {} incident{}, with two hours {} after each. "
                             "After that,",
                             first ? "An alarm" : "Then it", calls, calls == 1 ? "" : "s",
                             how.samples ? "of good samples" : "without a sample");
  };
  for (const trial& day : fresh) {
    const trial seen = one.live(day.of(), !how.restarts);
    const std::string found = detail::worse(seen, day);
    if (!found.empty())
      return detail::told(situation(), found);
    all.add(seen, day);
    calls += day.of().broke != 0 ? 1 : 0;
    if (!how.samples)
      one.nothing(2h);
    for (int i = 0; how.samples && i < 360; ++i)
      one.update(with_lag(15ms), 20s);
  }
  return detail::told(situation(), all.text());
}

/// An incident after good samples, so many that when the alarm has been on for ten seconds, it has
/// worked for 65,536 seconds, or has seen as many samples.
enum class counted : std::uint8_t { seconds, samples };

inline std::string after_many(const trial& fresh, counted what) {
  const day& last = fresh.of();
  const std::size_t ringing = (fresh.rang().empty() ? last.broke : fresh.rang().front()) + 10;
  std::int64_t left = 65'536;
  for (std::size_t i = 0; i < ringing; ++i)
    left -= what == counted::seconds || last.seconds[i].arrived ? 1 : 0;
  life one;
  for (; left > 0; left -= what == counted::seconds ? 120 : 1)
    one.update(with_lag(15ms), what == counted::seconds ? std::min(120s, seconds(left)) : 120s);
  return detail::told(
      what == counted::seconds
          ? "An alarm has seen good samples for eighteen hours. After that,"
          : "An alarm has seen 65,000 good samples, one in two minutes. After that,",
      detail::worse(one.live(last, true), fresh));
}

/// Once more, whatever other alarms have seen since.
inline std::string as_before(const trial& fresh) {
  const trial again(fresh.of());
  return again.rang() == fresh.rang() && again.last_on() == fresh.last_on()
             ? std::string()
             : weir::text("A new alarm sees an incident ({}), as another new one did. In between, "
                          "others have seen more than 100,000 samples. It does not answer as that "
                          "one did.",
                          fresh.of().name);
}

namespace detail {

/// Processor time of this thread, whatever the clock of the run says.
inline nanoseconds processor_time() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

/// Bytes that are allocated now; 0: nobody knows.
inline std::size_t allocated() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  return ::mallinfo2().uordblks;
#else
  return 0;
#endif
}

} // namespace detail

namespace detail {

constexpr int block = 100; ///< calls that are timed as one

/// What the most, or least, costly of five blocks takes, with one bad second a minute.
template <class Choose>
nanoseconds cost(life& one, Choose choose) {
  nanoseconds took{};
  for (int i = 0; i < 5; ++i) {
    const nanoseconds before = processor_time();
    for (int j = 0; j < block; ++j)
      one.update(with_lag(200ms), 60s);
    const nanoseconds now = processor_time() - before;
    took = i == 0 ? now : choose(took, now);
  }
  return took;
}

inline nanoseconds most(nanoseconds a, nanoseconds b) {
  return std::max(a, b);
}

inline nanoseconds least(nanoseconds a, nanoseconds b) {
  return std::min(a, b);
}

} // namespace detail

/// One bad second a minute for a month. Some hundred calls late in it are compared with some
/// hundred early in it: an hour has sixty samples at both ends. A machine can be slow for a while:
/// what looks like growth is compared once more, with an alarm that is younger, at the same time.
inline std::string costs() {
  constexpr int early = 4'000; // so many samples kept by number are borne
  constexpr int last = 45'000;
  life one;
  nanoseconds usual{};
  std::size_t held = 0;
  for (int seen = 0; seen < last; seen += 5 * detail::block) {
    if (seen <= early) {
      usual = detail::cost(one, detail::most);
      held = detail::allocated();
    } else if (detail::cost(one, detail::least) > 2 * usual + 1ms) {
      life younger;
      for (int i = 0; i < early; ++i)
        younger.update(with_lag(200ms), 60s);
      usual = detail::cost(younger, detail::most);
      const nanoseconds took = detail::cost(one, detail::least);
      if (took > 2 * usual + 1ms)
        return weir::text("An alarm sees one bad second a minute. After {} of them, a call takes "
                          "{} times as long as after {}. Of the last hour are sixty, here and "
                          "there.",
                          seen, took / std::max<nanoseconds>(usual, 1us), early);
    }
  }
  const std::size_t now = detail::allocated();
  const std::size_t samples = last - early;
  return now > held && now - held > 6 * samples
             ? weir::text("An alarm sees one bad second a minute. From the {}th of them to the "
                          "{}th it has taken {} bytes. Of the last hour are sixty.",
                          early, last, now - held)
             : std::string();
}

} // namespace weir_hidden
