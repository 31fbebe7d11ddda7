// How fast failures spend what an objective of 99.9 % in 30 days leaves.
#include <cmath>
#include <cstdio>
#include <string>

constexpr double budget = 0.001;     // the share that may fail
constexpr double period = 30 * 24;   // h
constexpr double alarm_from = 14.4;  // times the budget, on the mean of an hour
constexpr double alarm_window = 1.0; // h

constexpr double burn_rate(double failing) {
  return failing / budget;
}

/// Hours from the first failure to the alarm, all having been well before.
constexpr double rings_after(double failing) {
  return alarm_window * alarm_from / burn_rate(failing);
}

constexpr double budget_lasts(double failing) {
  return period / burn_rate(failing);
}

std::string text(double hours) {
  char made[24];
  if (hours < 1.0 / 60)
    std::snprintf(made, sizeof made, "%.0f s", hours * 3600);
  else if (hours < 1)
    std::snprintf(made, sizeof made, "%.0f min", hours * 60);
  else if (hours < 48)
    std::snprintf(made, sizeof made, "%.0f h", hours);
  else
    std::snprintf(made, sizeof made, "%.0f days", hours / 24);
  return made;
}

int main() {
  std::printf("failing   burn rate   the alarm rings after   the budget lasts for\n");
  for (const double failing : {1.0, 0.1, 0.02, 0.005, 0.001}) {
    const double rings = rings_after(failing);
    std::printf("%5.1f %% %11.0f %23s %22s\n", 100 * failing, burn_rate(failing),
                rings <= alarm_window ? text(rings).c_str() : "never",
                text(budget_lasts(failing)).c_str());
  }
  const bool of_an_hour = std::abs(alarm_from * alarm_window / period - 0.02) < 1e-9;
  const bool in_time = std::abs(rings_after(1) * 3600 - 51.84) < 0.01;
  return of_an_hour && in_time && rings_after(0.005) > alarm_window ? 0 : 1;
}
