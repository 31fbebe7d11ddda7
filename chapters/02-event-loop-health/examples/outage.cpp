// Sundbanen's morning: how much work stands in front of a probe, and what the platform makes of it.
// Every figure of the story's table comes out of here.
#include <algorithm>
#include <cstdio>

// In seconds, or per second.
constexpr double tables = 14 * 2.0; // 14 tables, 2 s each
constexpr double answer = 0.002;
constexpr double patience = 1;  // of a probe
constexpr int killed_after = 3; // failures in a row
constexpr double restart = 15;

constexpr double gates_open = 20 * 60; // after 06:00:00
constexpr double by_day = 120, by_night = 3;

/// The work that is queued `t` seconds after the tables came; requests come until `until`.
double queued(double t, double requests, double until) {
  return std::max(0.0, tables + requests * answer * std::min(t, until) - t);
}

bool fails(double work) {
  return work > patience;
}

/// Prints the three probes after a start; returns whether the process lives.
bool start(const char* when, double requests, double until) {
  std::printf("%-24s", when);
  int failed = 0;
  for (const double t : {10.0, 20.0, 30.0}) {
    const double work = queued(t, requests, until);
    failed += fails(work);
    std::printf(" %8.1f s", work);
  }
  const bool lives = failed < killed_after;
  std::printf("   %s\n", lives ? "lives" : "killed");
  return lives;
}

void print_clock(double t) {
  const int s = static_cast<int>(t);
  std::printf("06:%02d:%02d", s / 60, s % 60);
}

int main() {
  std::printf("in front of a probe at       10 s       20 s       30 s\n");
  const bool night = start("a start at 02:00", by_night, 60);
  const bool day = start("a start after 06:00", by_day, 60);

  const double first_kill = 24 + patience; // probes at :04, :14 and :24
  const double round = restart + 30 + patience;
  double kill = first_kill;
  int kills = 1;
  for (; kill + round < gates_open; kill += round)
    ++kills;
  const double last_start = kill + restart;
  const bool relieved = start("the start at 06:19:50", by_day, gates_open - last_start);

  std::printf("\nkilled %d times, at ", kills);
  print_clock(first_kill);
  std::printf(" first, at ");
  print_clock(kill);
  std::printf(" last; up at ");
  print_clock(last_start + 30);
  std::printf("\n%.0f at a red gate; %.0f rides for nothing\n", by_day * gates_open,
              by_day * 40 * 60);
  const bool first = fails(queued(24, by_day, 60));
  return night && !day && relieved && first && kills == 26 && kill == 1175 && last_start == 1190
             ? 0
             : 1;
}
