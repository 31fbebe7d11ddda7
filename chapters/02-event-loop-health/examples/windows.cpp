// A day's lateness, and one bad minute of it: the mean, the worst, a p99 since the start, one per
// window.
#include <weir/random.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

// [histogram]
/// Lateness in whole milliseconds, up to a second and "longer".
class histogram {
public:
  void add(int milliseconds) {
    const int last = static_cast<int>(counts_.size()) - 1;
    ++counts_.at(static_cast<std::size_t>(std::clamp(milliseconds, 0, last)));
    ++total_;
  }

  /// Nearest rank; 0 where nothing was counted.
  int percentile(double share) const {
    double rank = share * static_cast<double>(total_);
    int value = 0;
    for (std::size_t i = 0; i != counts_.size() && rank > 0; ++i) {
      rank -= static_cast<double>(counts_[i]);
      value = static_cast<int>(i);
    }
    return value;
  }

  void reset() { *this = {}; }

private:
  std::array<long, 1001> counts_{};
  long total_ = 0;
};

// [/histogram]

constexpr int ticks = 500;                                    // in a window of ten seconds
constexpr int bad_begins = 2880, bad_ends = 2886, day = 2900; // windows: the ninth hour

/// What a tick sees, in ms: 0 to 4, and in the bad minute one tick in twenty 300.
int lateness(int window, int tick, weir::random_stream& random) {
  const bool bad = window >= bad_begins && window < bad_ends;
  return bad && tick % 20 == 7 ? 300 : static_cast<int>(random() % 5);
}

struct row {
  double mean = 0;
  int p99 = 0, p99_since_start = 0, max_since_start = 0;
};

int main() {
  weir::random_stream random(1);
  histogram since_start, window;
  std::array<row, day> seen{};
  int max = 0;
  for (int w = 0; w != day; ++w) {
    window.reset();
    int sum = 0;
    for (int t = 0; t != ticks; ++t) {
      const int late = lateness(w, t, random);
      window.add(late);
      since_start.add(late);
      sum += late;
      max = std::max(max, late);
    }
    seen.at(static_cast<std::size_t>(w)) = {static_cast<double>(sum) / ticks,
                                            window.percentile(0.99), since_start.percentile(0.99),
                                            max};
  }
  std::printf("                       of the window     since the start\n");
  std::printf("                      mean       p99       p99       max\n");
  const auto print = [&](const char* when, std::size_t w) {
    const row& r = seen.at(w);
    std::printf("%-18s %4.0f ms %6d ms %6d ms %6d ms\n", when, r.mean, r.p99, r.p99_since_start,
                r.max_since_start);
    return r;
  };
  print("before", bad_begins - 1);
  const row in = print("in the bad minute", bad_begins + 3);
  const row after = print("a minute later", bad_ends + 5);
  return in.p99 == 300 && in.p99_since_start < 5 && in.mean < 20 && after.p99 < 5 &&
                 after.max_since_start == 300 && histogram().percentile(0.99) == 0
             ? 0
             : 1;
}
