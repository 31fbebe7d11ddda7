// A client that throttles itself: the breaker's gradual brother. A service that needs 10 ms for an
// answer and 2 ms for a refusal, and one client that has more for it than it can take.
//
// A model in steps of a millisecond, without coroutines.
#include <weir/random.hpp>

#include <algorithm>
#include <cstdio>

struct service {
  double work = 0; // ms, in front of the next call

  bool call() {
    const bool answers = work < 100;
    work = std::min(200.0, work + (answers ? 10 : 2));
    return answers;
  }

  void a_millisecond_later() { work = std::max(0.0, work - 1); }
};

// [throttle]
class throttle { // remembers about ten seconds
public:
  bool admits(weir::random_stream& random) {
    const double refused = (requests_ - 2 * accepted_) / (requests_ + 1);
    ++requests_; // those that it refuses itself, too
    return random.uniform() >= refused;
  }

  void result(bool good) { accepted_ += good; }

  void a_millisecond_later() {
    requests_ *= 1 - 1e-4;
    accepted_ *= 1 - 1e-4;
  }

private:
  double requests_ = 0, accepted_ = 0;
};

// [/throttle]

/// Half of the last hundred calls have failed: two seconds of nothing, then ten probes.
class breaker {
public:
  bool admits(weir::random_stream&) {
    if (closed_for_ > 0)
      return false;
    if (half_open_ && probes_ == 10)
      return false;
    probes_ += half_open_;
    return true;
  }

  void result(bool good) {
    failed_ += !good;
    if (++calls_ == (half_open_ ? 10 : 100)) {
      const bool bad = 2 * failed_ >= calls_;
      closed_for_ = bad ? 2000 : 0;
      half_open_ = bad;
      calls_ = failed_ = probes_ = 0;
    }
  }

  void a_millisecond_later() { closed_for_ = std::max(0, closed_for_ - 1); }

private:
  int closed_for_ = 0, calls_ = 0, failed_ = 0, probes_ = 0;
  bool half_open_ = false;
};

struct nothing {
  bool admits(weir::random_stream&) { return true; }

  void result(bool) {}

  void a_millisecond_later() {}
};

/// Answers a second, over the second half of two minutes.
template <typename Guard>
double answered(double offered) {
  service far;
  Guard guard;
  weir::random_stream random(2015);
  int answers = 0;
  for (int now = 0; now != 120'000; ++now) {
    if (random.bernoulli(offered / 1000) && guard.admits(random)) {
      const bool good = far.call();
      guard.result(good);
      answers += good && now >= 60'000;
    }
    far.a_millisecond_later();
    guard.a_millisecond_later();
  }
  return answers / 60.0;
}

int main() {
  std::printf("offered a second           80    120    200    400    800\n");
  const auto row = [](const char* what, double (*measure)(double)) {
    std::printf("answered: %-12s", what);
    double most = 0;
    for (const double offered : {80.0, 120.0, 200.0, 400.0, 800.0}) {
      most = measure(offered);
      std::printf(" %6.0f", most);
    }
    std::printf("\n");
    return most; // at the highest load
  };
  const double none = row("no guard", answered<nothing>);
  const double flaps = row("breaker", answered<breaker>);
  const double dims = row("throttle", answered<throttle>);
  return none < flaps && flaps < dims ? 0 : 1;
}
