// Tarnholm's outage, replayed from its rates: what waits, how old it is and
// what it weighs, second by second. Every figure of the story's table comes out
// of here.
#include <cstdio>
#include <initializer_list>

// Rates in events per second, times in seconds after 14:02:00, memory in bytes.
constexpr double arriving = 2400, departing = 900, recovered = 3000;
constexpr double belt = 40; // from the scanner to the sorter
constexpr double event_bytes = 2100;
constexpr double limit_bytes = 2.0 * 1024 * 1024 * 1024;
constexpr double idle_bytes = 411.2e6; // the gateway without a single event
constexpr double restart = 20;
constexpr double deploy = 20 * 60, warm = 26 * 60;

struct moment {
  double waiting; ///< events
  double oldest;  ///< age of the event that is being stored, in seconds
  double newest;  ///< how long the event that comes now will wait, in seconds
  double in_use;  ///< bytes
};

/// `t` seconds after the fault, before anything is killed; events are stored in
/// the order in which they came.
moment after(double t) {
  const double waiting = (arriving - departing) * t;
  const double stored_until =
      departing * t / arriving; // the event that is being stored came then
  return {waiting, t - stored_until, waiting / departing,
          idle_bytes + waiting * event_bytes};
}

void print_clock(double t) {
  const int seconds = 2 * 60 + static_cast<int>(t);
  std::printf("14:%02d:%02d", seconds / 60, seconds % 60);
}

void print_row(double t, const char* what) {
  const moment now = after(t);
  print_clock(t);
  std::printf(" %9.0f %10.0f s %9.0f s %6.0f %%   %s\n", now.waiting,
              now.oldest, now.newest, 100 * now.in_use / limit_bytes, what);
}

/// The first whole second in which `holds` is true.
template <class Condition>
double first(Condition holds) {
  double t = 0;
  while (!holds(t))
    ++t;
  return t;
}

int main() {
  const double late_scan =
      first([](double t) { return after(t).newest >= belt; });
  const double alert =
      first([](double t) { return after(t).in_use >= 0.85 * limit_bytes; });
  const double killed =
      first([](double t) { return after(t).in_use >= limit_bytes; });
  const double killed_again = killed + restart + killed;
  const double before_deploy = deploy - (killed_again + restart);
  const double left = (arriving - departing) * (warm - deploy);
  const double caught_up = warm + left / (recovered - arriving);
  const double lost =
      2 * after(killed).waiting + (arriving - departing) * before_deploy;

  std::printf("time       waiting   oldest is  newest waits  memory\n");
  print_row(0, "the store slows down");
  print_row(late_scan, "scanned now: late");
  print_row(late_scan + belt, "the first misroutes");
  print_row(alert, "memory alert");
  print_row(killed, "killed");

  std::printf("\nkilled again at ");
  print_clock(killed_again);
  std::printf(", caught up at ");
  print_clock(caught_up);
  std::printf("\nlost %.0f + %.0f + %.0f = %.0f\n", after(killed).waiting,
              after(killed).waiting, (arriving - departing) * before_deploy,
              lost);

  const bool late = late_scan == 24 && late_scan + belt == 64;
  const bool as_told = alert == 449 && killed == 552 && killed_again == 1124 &&
                       caught_up == 2460;
  const bool sums =
      after(killed).waiting == 828'000 && left == 540'000 && lost == 1'740'000;
  return late && as_told && sums ? 0 : 1;
}
