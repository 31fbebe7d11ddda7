// Five rules for an alarm: thirty good days, and one on which the loop gets later and later.
#include <weir/random.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

constexpr int windows = 8640; // of ten seconds, in a day
constexpr int five_pm = 6120;

struct window {
  double lag = 0;     // p99, ms
  double mean = 0;    // of the lag, ms
  double latency = 0; // p99 of the requests, ms
};

using day = std::vector<window>;

window with(double lag) {
  return {lag, lag / 20, 15 + 1.1 * lag};
}

double scattered(weir::random_stream& random) {
  const double about_0 = random.uniform() + random.uniform() + random.uniform() - 1.5;
  return 12 * std::exp(0.35 * about_0);
}

/// Some 12 ms of lag, two dozen lone spikes, and a deploy at 02:00 that takes 20 s.
day good_day(weir::random_stream& random) {
  day made;
  for (int w = 0; w != windows; ++w) {
    const bool deploy = w == 720 || w == 721;
    const bool spike = random.bernoulli(24.0 / windows);
    made.push_back(with(deploy ? 400 : spike ? 150 + random.exponential(200) : scattered(random)));
  }
  return made;
}

/// From 17:00 on it grows by four per cent a minute.
day bad_day(weir::random_stream& random) {
  day made = good_day(random);
  for (int w = five_pm; w != windows; ++w)
    made.at(static_cast<std::size_t>(w)) =
        with(scattered(random) * std::pow(1.04, (w - five_pm) / 6.0));
  return made;
}

struct rule {
  const char* name;
  double window::* value;
  double on, off;  ///< ms
  int begin_after; ///< so many windows in a row at `on` or above
  int end_after;   ///< so many in a row below `off`
};

// [rule]
/// The windows at which the alarm begins.
std::vector<int> alarms(const day& seen, const rule& by) {
  std::vector<int> begun;
  bool on = false;
  int high = 0, low = 0; // windows in a row
  for (int w = 0; w != windows; ++w) {
    const double value = seen.at(static_cast<std::size_t>(w)).*by.value;
    high = value >= by.on ? high + 1 : 0;
    low = value < by.off ? low + 1 : 0;
    if (!on && high >= by.begin_after) {
      on = true;
      begun.push_back(w);
    } else if (on && low >= by.end_after) {
      on = false;
    }
  }
  return begun;
}

// [/rule]

struct judged {
  std::size_t falsely = 0, told = 0;
  double lead = 0; // minutes, before the first alarm by latency
};

int main() {
  weir::random_stream random(7);
  std::vector<day> good;
  for (int i = 0; i != 30; ++i)
    good.push_back(good_day(random));
  const day bad = bad_day(random);

  constexpr rule rules[] = {
      {"latency above 500 ms, 3 in a row", &window::latency, 500, 500, 3, 1},
      {"mean lag above 100 ms, once", &window::mean, 100, 100, 1, 1},
      {"p99 of the lag above 100 ms, once", &window::lag, 100, 100, 1, 1},
      {"the same, 3 in a row", &window::lag, 100, 100, 3, 1},
      {"the same, off after 6 below 50", &window::lag, 100, 50, 3, 6},
  };
  std::printf("                                    30 good days   one bad day\n");
  std::printf("                                    false alarms   alarms     lead\n");
  std::vector<judged> seen;
  int broken = 0;
  for (const rule& by : rules) {
    judged it;
    for (const day& one : good)
      it.falsely += alarms(one, by).size();
    int first = 0;
    for (const int at : alarms(bad, by))
      if (at >= five_pm) {
        first = first == 0 ? at : first;
        ++it.told;
      }
    broken = seen.empty() ? first : broken;
    it.lead = (broken - first) / 6.0;
    std::printf("%-35s %12zu %8zu %4.0f min\n", by.name, it.falsely, it.told, it.lead);
    seen.push_back(it);
  }
  return seen[1].lead < 0 && seen[2].falsely > 500 && seen[3].told > 1 && seen[4].falsely == 0 &&
                 seen[4].told == 1 && seen[4].lead > 20
             ? 0
             : 1;
}
