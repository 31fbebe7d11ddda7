#include "stages.hpp"

#include <string>

namespace weir::viz::test {

namespace {

constexpr std::int64_t closed = 0;
constexpr std::int64_t open = 1;
constexpr std::int64_t half_open = 2;

/// Everything a breaker tells of itself, under its own name.
class breaker_script {
public:
  explicit breaker_script(std::string name, double window = 20) : name_(std::move(name)) {
    gauge(" window size", window, window);
    gauge(" calls in window", 0, 10).gauge(" failure rate", 0, 50);
    gauge(" cooldown", 500, 0).gauge(" probes", 0, 3);
  }

  breaker_script& at(nanos t) {
    b_.at(t);
    return *this;
  }

  breaker_script& to(std::int64_t state, std::int64_t from = -1) {
    b_.breaker(name_, state, from);
    return *this;
  }

  breaker_script& gauge(const std::string& what, double value, double limit) {
    b_.gauge(name_ + what, value, limit);
    return *this;
  }

  breaker_script& permits(double probes) {
    b_.limit(name_ + " probes", probes);
    return *this;
  }

  /// So many calls, of which every `nth_bad` fails.
  breaker_script& calls(int count, int nth_bad) {
    for (int i = 1; i <= count; ++i) {
      const bool bad = nth_bad != 0 && i % nth_bad == 0;
      b_.end(name_ + " window", !bad         ? trace::outcome::ok
                                : i % 2 == 0 ? trace::outcome::timed_out
                                             : trace::outcome::failed);
    }
    gauge(" calls in window", count, 10);
    return gauge(" failure rate", nth_bad == 0 ? 0 : 100.0 / nth_bad, 50);
  }

  /// Another breaker of the same run, closed from here on.
  breaker_script& beside(const std::string& name) {
    b_.breaker(name, closed, -1);
    b_.gauge(name + " failure rate", 10, 50);
    return *this;
  }

  breaker_script& opens(const std::string& name) {
    b_.breaker(name, open, closed);
    b_.gauge(name + " failure rate", 70, 50);
    return *this;
  }

  breaker_script& some_work() {
    for (std::int64_t item = 1; item <= 12; ++item) {
      b_.enter("dependency", item, 24);
      if (item % 3 == 0) {
        b_.end("requests", trace::outcome::ok, item);
      }
    }
    return *this;
  }

  [[nodiscard]] const trace_builder& run() const { return b_; }

private:
  trace_builder b_;
  std::string name_;
};

std::unique_ptr<workbench> show(breaker_script& script, nanos at) {
  script.at(4 * s).some_work();
  return live_with(script.run(), at);
}

std::unique_ptr<workbench> none() {
  trace_builder b;
  b.enter("queue", 1, 8).at(s).end("jobs", trace::outcome::ok, 1);
  return live_with(b);
}

std::unique_ptr<workbench> not_yet() {
  breaker_script b{"breaker"};
  b.at(s).to(closed);
  return show(b, 100 * ms);
}

std::unique_ptr<workbench> no_calls() {
  breaker_script b{"breaker"};
  b.to(closed);
  return show(b, s);
}

std::unique_ptr<workbench> filling() {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(7, 4);
  return show(b, 2 * s);
}

std::unique_ptr<workbench> full() {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(20, 3);
  return show(b, 2 * s);
}

std::unique_ptr<workbench> counting_down() {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(20, 2).to(open, closed);
  return show(b, s + 180 * ms);
}

std::unique_ptr<workbench> overdue() {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(20, 2).to(open, closed);
  return show(b, 3 * s);
}

std::unique_ptr<workbench> bare() {
  trace_builder b;
  b.breaker("breaker", closed, -1);
  b.at(s).breaker("breaker", open, closed).at(4 * s).note("end");
  return live_with(b, 2 * s);
}

std::unique_ptr<workbench> halfway(double probes, double permitted) {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(20, 2).to(open, closed).at(s + 500 * ms).to(half_open, open);
  b.gauge(" calls in window", 0, 10).gauge(" probes", probes, permitted).permits(permitted);
  return show(b, 2 * s);
}

std::unique_ptr<workbench> probes_free() {
  return halfway(0, 3);
}

std::unique_ptr<workbench> probes_in_part() {
  return halfway(2, 3);
}

std::unique_ptr<workbench> probes_taken() {
  return halfway(3, 3);
}

std::unique_ptr<workbench> many_probes() {
  return halfway(61, 100);
}

std::unique_ptr<workbench> hundred_cells() {
  breaker_script b{"breaker", 100};
  b.to(closed).at(s).calls(87, 3);
  return show(b, 2 * s);
}

std::unique_ptr<workbench> thousand_cells() {
  breaker_script b{"breaker", 1000};
  b.to(closed).at(s).calls(930, 7);
  return show(b, 2 * s);
}

std::unique_ptr<workbench> everything_fails() {
  breaker_script b{"breaker"};
  b.to(closed).at(s).calls(20, 1).to(open, closed);
  return show(b, s + ms);
}

std::unique_ptr<workbench> opened_often() {
  breaker_script b{"breaker"};
  b.to(closed);
  for (int i = 1; i <= 1200; ++i) {
    b.at(i * ms).to(open, closed).to(half_open, open).to(closed, half_open);
  }
  return show(b, 3 * s);
}

std::unique_ptr<workbench> two() {
  breaker_script b{"payments"};
  b.to(closed).beside("search").at(2 * s).opens("search").calls(20, 5);
  return show(b, 3 * s);
}

std::unique_ptr<workbench> seven_long_names() {
  const auto name = [](int i) {
    return "breaker of dependency number " + std::to_string(i);
  };
  breaker_script b{"the payment provider's breaker"};
  b.to(closed);
  for (int i = 2; i <= 7; ++i) {
    b.beside(name(i));
  }
  for (int i = 2; i <= 7; i += 2) {
    b.at(i * 300 * ms).opens(name(i));
  }
  b.at(3 * s).calls(20, 5);
  return show(b, 3 * s + ms);
}

} // namespace

std::vector<stage> breaker_stages() {
  return {{"breaker: none in the run", none},
          {"breaker: no state yet", not_yet},
          {"breaker: closed, zero calls", no_calls},
          {"breaker: closed, the window fills", filling},
          {"breaker: closed, the window is full", full},
          {"breaker: open, counting down", counting_down},
          {"breaker: open, half-open is overdue", overdue},
          {"breaker: open, nothing else known", bare},
          {"breaker: open, everything fails", everything_fails},
          {"breaker: half-open, probes free", probes_free},
          {"breaker: half-open, two of three probes", probes_in_part},
          {"breaker: half-open, probes taken", probes_taken},
          {"breaker: half-open, a hundred probes", many_probes},
          {"breaker: a hundred cells", hundred_cells},
          {"breaker: a thousand cells", thousand_cells},
          {"breaker: opened very often", opened_often},
          {"breaker: two in the run", two},
          {"breaker: seven with long names", seven_long_names}};
}

} // namespace weir::viz::test
