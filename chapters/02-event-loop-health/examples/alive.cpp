// What a platform makes of three health checks, in three situations: a probe every 10 s, one second
// of patience, killed after three failures in a row.
#include <cstdio>
#include <optional>

struct instance {
  double turns_again; ///< s: until then the loop comes to nothing
  bool database;      ///< whether it answers
};

constexpr double never = 1e9;
constexpr instance busy{36.8, true}, hung{never, true}, without{0, false};

// [checks]
/// A handler like all others.
bool on_the_loop(const instance& it, double now) {
  return it.turns_again - now < 1;
}

/// The same, and it asks the database.
bool thorough(const instance& it, double now) {
  return on_the_loop(it, now) && it.database;
}

/// Another thread answers: was the loop's last heartbeat a minute ago at most?
bool heartbeat(const instance& it, double now) {
  return now >= it.turns_again || now < 60;
}

// [/checks]

/// When the platform kills the instance.
std::optional<double> killed(bool (*check)(const instance&, double), const instance& it) {
  int failures = 0;
  for (double now = 10; now < 600; now += 10) {
    failures = check(it, now) ? 0 : failures + 1;
    if (failures == 3)
      return now;
  }
  return {};
}

int main() {
  std::printf("                      busy for 37 s   hangs    without its database\n");
  const auto row = [](const char* what, bool (*check)(const instance&, double)) {
    const auto fate = [check](const instance& it) {
      return killed(check, it) ? "killed" : "lives";
    };
    std::printf("%-21s %13s %7s %23s\n", what, fate(busy), fate(hung), fate(without));
  };
  row("on the loop", on_the_loop);
  row("and the database", thorough);
  row("a heartbeat", heartbeat);
  std::printf("\nwhat hangs is killed after %.0f s, by a heartbeat after %.0f s\n",
              *killed(on_the_loop, hung), *killed(heartbeat, hung));

  std::printf("\nof ten instances, each busy to 75 %%\n");
  for (const int left : {10, 9, 8, 7}) {
    const double load = 7.5 / left;
    if (load < 1)
      std::printf("%4d left: %3.0f %%, a request of 2 ms waits for %2.0f ms\n", left, 100 * load,
                  2 * load / (1 - load));
    else
      std::printf("%4d left: %3.0f %%, the line grows\n", left, 100 * load);
  }
  return killed(on_the_loop, busy) && killed(thorough, without) && !killed(heartbeat, busy) &&
                 killed(heartbeat, hung) && !killed(heartbeat, without)
             ? 0
             : 1;
}
