// A retry budget: what it does in an outage, what it needs a cap for, and what a floor.
#include <weir/random.hpp>

#include <algorithm>
#include <cstdio>

using seconds = double;

// [budget]
class retry_budget {
public:
  struct options {
    double share = 0.1;    // retries for each call
    double at_most = 20;   // retries that can be saved up
    double per_second = 0; // retries that are there in any case
  };

  explicit retry_budget(options granted) : granted_(granted) {}

  void call(seconds now) { add(granted_.share, now); } // a first attempt

  bool may_retry(seconds now) {
    add(0, now);
    const bool enough = saved_ >= 1;
    saved_ -= enough ? 1 : 0;
    return enough;
  }

private:
  void add(double more, seconds now) {
    more += granted_.per_second * (now - last_);
    saved_ = std::min(granted_.at_most, saved_ + more);
    last_ = now;
  }

  options granted_;
  double saved_ = 0;
  seconds last_ = 0;
};

// [/budget]

struct tally {
  long requests = 0, attempts = 0, failed = 0;

  [[nodiscard]] double factor() const {
    return static_cast<double>(attempts) / static_cast<double>(requests);
  }
};

/// `rate` requests a second, four attempts each, of which `failing` fail.
tally traffic(retry_budget& budget, weir::random_stream& random, seconds from, seconds to,
              double rate, double failing) {
  tally seen;
  for (; from < to; from += 1 / rate) {
    ++seen.requests;
    budget.call(from);
    for (int attempt = 1;; ++attempt) {
      ++seen.attempts;
      if (!random.bernoulli(failing))
        break;
      if (attempt == 4 || !budget.may_retry(from)) {
        ++seen.failed;
        break;
      }
    }
  }
  return seen;
}

constexpr double no_limit = 1e9;
constexpr seconds hour = 3600;

/// An hour of every day, in which one call in 200 fails, and then a minute in which all do.
double outage(const char* what, retry_budget::options granted) {
  retry_budget budget(granted);
  weir::random_stream random(2015);
  const tally quiet = traffic(budget, random, 0, hour, 200, 0.005);
  const tally down = traffic(budget, random, hour, hour + 60, 200, 1);
  std::printf("  %-26s %12.3f %8ld %20.2f\n", what, quiet.factor(), quiet.failed, down.factor());
  return down.factor();
}

/// A client that calls every ten seconds: an hour in which one call in five fails.
long trickle(const char* what, retry_budget::options granted) {
  retry_budget budget(granted);
  weir::random_stream random(2015);
  const tally seen = traffic(budget, random, 0, hour, 0.1, 0.2);
  std::printf("  %-26s %12.3f %8ld\n", what, seen.factor(), seen.failed);
  return seen.failed;
}

int main() {
  std::printf("%-28s %12s %8s %20s\n", "200 requests a second", "calls each", "failed",
              "each, in the outage");
  outage("no budget", {.share = no_limit, .at_most = no_limit});
  const double hoard = outage("a tenth, saved without end", {.at_most = no_limit});
  const double capped = outage("a tenth, 200 saved at most", {.at_most = 200});
  std::printf("one request in ten seconds\n");
  const long bare = trickle("a tenth, 20 saved at most", {});
  const long floor = trickle("the same, and one in 10 s", {.per_second = 0.1});
  return hoard > 3.9 && capped < 1.2 && floor < bare ? 0 : 1;
}
