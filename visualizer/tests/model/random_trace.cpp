#include "model/trace_builder.hpp"

#include <array>
#include <deque>

namespace weir::viz::test {

namespace {

struct request {
  std::int64_t id = 0;
  std::uint64_t span = 0;
  std::uint64_t inner = 0;
  int attempts = 0;
};

/// Declared once: looking a source up for every event would be what a bench measures.
struct sources {
  explicit sources(trace_builder& to)
      : depth(to.source(trace::source_kind::gauge, "queue depth", 16, "items")),
        in_flight(to.source(trace::source_kind::gauge, "in flight", 4)),
        lost(to.source(trace::source_kind::counter, "lost")),
        request(to.source(trace::source_kind::span, "request")),
        attempt(to.source(trace::source_kind::span, "attempt")),
        client(to.source(trace::source_kind::place, "client")),
        queue(to.source(trace::source_kind::place, "queue", 16)),
        worker(to.source(trace::source_kind::place, "worker", 4)),
        done(to.source(trace::source_kind::outcomes, "requests")),
        window(to.source(trace::source_kind::outcomes, "breaker window")),
        breaker(to.source({.kind = trace::source_kind::state,
                           .name = "breaker",
                           .labels = {"closed", "open", "half-open"},
                           .role = trace::source_role::breaker_state,
                           .subject = "breaker"})) {}

  trace::source_id depth, in_flight, lost, request, attempt, client, queue, worker, done, window,
      breaker;
};

class generator {
public:
  generator(std::uint64_t seed, std::size_t events) : random_(seed), events_(events), of_(to_) {}

  trace::recording run() {
    to_.add(of_.breaker, trace::event_kind::state, 0, -1);
    while (to_.recorder().size() < events_) {
      // Often several events share a moment.
      t_ += random_() % 3 == 0 ? static_cast<std::int64_t>(random_() % 400'000) : 0;
      to_.at(t_);
      step();
    }
    return to_.done();
  }

private:
  void step() {
    switch (random_() % 8) {
    case 0:
    case 1:
    case 2:
      arrive();
      break;
    case 3:
    case 4:
      start();
      break;
    case 5:
    case 6:
      finish();
      break;
    default:
      trip();
      break;
    }
  }

  void arrive() {
    request one{.id = ++last_};
    one.span = to_.recorder().begin_span(t_, 0, of_.request, trace::span_role::request);
    to_.add(of_.client, trace::event_kind::item_moved, one.id);
    if (waiting_.size() >= 16) {
      to_.end_span(one.span, trace::outcome::rejected);
      to_.add(of_.done, trace::event_kind::outcome, one.id, 0,
              static_cast<std::uint8_t>(trace::outcome::rejected));
      to_.recorder().count(t_, 0, of_.lost, 1);
      return;
    }
    to_.add(of_.queue, trace::event_kind::item_moved, one.id);
    waiting_.push_back(one);
    gauge(of_.depth, waiting_.size());
  }

  void start() {
    if (waiting_.empty() || working_.size() >= 4) {
      return;
    }
    auto one = waiting_.front();
    waiting_.pop_front();
    gauge(of_.depth, waiting_.size());
    to_.add(of_.worker, trace::event_kind::item_moved, one.id);
    one.inner = to_.recorder().begin_span(t_, 0, of_.attempt, trace::span_role::attempt, one.span);
    working_.push_back(one);
    gauge(of_.in_flight, working_.size());
  }

  void finish() {
    if (working_.empty()) {
      return;
    }
    const auto at = static_cast<std::ptrdiff_t>(random_() % working_.size());
    auto one = working_[static_cast<std::size_t>(at)];
    const bool failed = random_() % 4 == 0;
    const auto how = failed ? trace::outcome::failed : trace::outcome::ok;
    to_.end_span(one.inner, how);
    to_.add(of_.window, trace::event_kind::outcome, 0, 0, static_cast<std::uint8_t>(how));
    working_.erase(working_.begin() + at);
    gauge(of_.in_flight, working_.size());
    if (failed && ++one.attempts < 3) {
      to_.add(of_.queue, trace::event_kind::item_moved, one.id);
      waiting_.push_back(one);
      gauge(of_.depth, waiting_.size());
      return;
    }
    to_.end_span(one.span, how);
    to_.add(of_.done, trace::event_kind::outcome, one.id, 0, static_cast<std::uint8_t>(how));
  }

  void trip() {
    if (random_() % 16 == 0) {
      const auto to = static_cast<std::int64_t>(random_() % 3);
      if (to != breaker_) {
        to_.add(of_.breaker, trace::event_kind::state, to, breaker_);
        breaker_ = to;
      }
    }
    to_.add(0, trace::event_kind::clock_advanced, t_);
  }

  void gauge(trace::source_id which, std::size_t value) {
    to_.add(which, trace::event_kind::gauge, trace::to_bits(static_cast<double>(value)));
  }

  std::mt19937_64 random_;
  std::size_t events_;
  trace_builder to_;
  sources of_;
  std::int64_t t_ = 0;
  std::int64_t last_ = 0;
  std::int64_t breaker_ = 0;
  std::deque<request> waiting_;
  std::vector<request> working_;
};

} // namespace

trace::recording random_trace(std::uint64_t seed, std::size_t events) {
  return generator(seed, events).run();
}

} // namespace weir::viz::test
