// The arithmetic behind figures that the chapter, its quiz and the briefs of
// its exercises state. Each line is one of them; what is printed is what the
// text says.
#include <cmath>
#include <cstdio>

/// The mean of the longest of `places` calls, of which a share `slow` takes
/// `long_ms`, the others `short_ms`: how long a batch lasts.
double batch_ms(int places, double slow, double short_ms, double long_ms) {
  const double none_slow = std::pow(1 - slow, places);
  return none_slow * short_ms + (1 - none_slow) * long_ms;
}

int main() {
  bool as_told = true;
  const auto figure = [&as_told](const char* what, double value, double told,
                                 const char* unit) {
    std::printf("%-58s %8.2f %s\n", what, value, unit);
    as_told = as_told && std::abs(value - told) <=
                             0.015 * told; // told in two digits or more
  };

  figure("outage: 100 a second x 120 ms", 100 * 0.120, 12, "in flight");
  figure("outage: 8,000 at 100 a second after a burst of 200", 7800 / 100.0, 78,
         "s");
  figure("outage: 90 minutes at 52 rides a minute", 90 * 52, 4680, "rides");
  figure("batches of 8: one call in ten 200 ms, the others 20",
         0.9 * 20 + 0.1 * 200, 38, "ms mean");
  figure("batches of 8: with a slow call", 100 * (1 - std::pow(0.9, 8)), 57,
         "%");
  figure("batches of 8: a batch lasts", batch_ms(8, 0.1, 20, 200), 123, "ms");
  figure("batches of 8: throughput", 8000 / batch_ms(8, 0.1, 20, 200), 65, "");
  figure("eight-thousand: 60 a second x 250 ms", 60 * 0.250, 15, "in flight");
  figure("eight-thousand: 8,000 at 60 a second", 8000 / 60.0, 133, "s");
  figure("bounded-map: 50 of 50 ms at once", 50 / 1000.0, 0.05, "s");
  figure("bounded-map: one in 40 takes 2 s, the others 50 ms",
         39 / 40.0 * 50 + 2000 / 40.0, 99, "ms mean");
  figure("bounded-map: 8,000, forty at a time", 8000 / 40 * 0.09875, 20, "s");
  figure("bounded-map: in 200 chunks of forty",
         200 * batch_ms(40, 1 / 40.0, 50, 2000) / 60'000, 4.3, "min");
  figure("little: 168 a second x 230 ms", 168 * 0.230, 39, "in flight");
  figure("little: four at a time, 80 ms with the way: 200/s x 80 ms",
         4 / 0.020 * 0.080, 16, "in flight");
  figure("retry-after: 30 s, one each 20 ms, less the first", 30 / 0.020 - 1,
         1499, "refusals");
  figure("open_loop: 850 - 804 a second for 30 s", (850 - 804) * 30, 1380,
         "inside");
  return as_told ? 0 : 1;
}
