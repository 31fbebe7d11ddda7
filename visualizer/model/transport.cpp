#include "model/transport.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

void transport::toggle(const trace_view& trace) {
  if (playing_) {
    pause();
  } else {
    play(trace);
  }
}

void transport::play(const trace_view& trace) {
  if (at_.event >= trace.size() && at_.t_ns >= trace.end_ns()) {
    at_ = cursor_at_start();
    carry_ns_ = 0;
  }
  live_ = false;
  playing_ = true;
}

void transport::set_speed(double factor) noexcept {
  if (std::isfinite(factor)) {
    speed_ = std::clamp(factor, speeds.front(), speeds.back());
  }
}

void transport::slower() noexcept {
  const auto next = std::ranges::lower_bound(speeds, speed_);
  speed_ = next == speeds.begin() ? speeds.front() : *(next - 1);
}

void transport::faster() noexcept {
  const auto next = std::ranges::upper_bound(speeds, speed_);
  speed_ = next == speeds.end() ? speeds.back() : *next;
}

bool transport::advance(const trace_view& trace, nanos real_ns) {
  if (!playing_ || real_ns <= 0) {
    return false;
  }
  const double wanted = static_cast<double>(real_ns) * speed_ + carry_ns_;
  const double whole = std::floor(wanted);
  carry_ns_ = wanted - whole;
  const auto before = at_;
  const nanos left = trace.end_ns() - at_.t_ns;
  if (whole >= static_cast<double>(left)) {
    at_ = cursor_at_end(trace);
    playing_ = false;
  } else {
    at_ = cursor_at_time(trace, at_.t_ns + static_cast<nanos>(whole));
  }
  return at_ != before;
}

void transport::go_to(cursor where, const trace_view& trace) {
  playing_ = false;
  carry_ns_ = 0;
  at_ = where;
  live_ = at_.event >= trace.size();
}

void transport::go_to(const trace_view& trace, nanos t_ns) {
  go_to(cursor_at_time(trace, t_ns), trace);
}

void transport::go_to_event(const trace_view& trace, std::size_t index) {
  go_to(cursor_after_event(trace, index), trace);
}

void transport::to_start() {
  playing_ = false;
  carry_ns_ = 0;
  live_ = false;
  at_ = cursor_at_start();
}

void transport::to_end(const trace_view& trace) {
  go_to(cursor_at_end(trace), trace);
}

void transport::next(const trace_view& trace, step_detail detail) {
  go_to(next_event(trace, at_, detail), trace);
}

void transport::previous(const trace_view& trace, step_detail detail) {
  go_to(previous_event(trace, at_, detail), trace);
}

void transport::step_by(const trace_view& trace, nanos length) {
  go_to(viz::step_by(trace, at_, length), trace);
}

void transport::to_next_transition(const trace_view& trace, std::span<const transition> among) {
  go_to(next_transition(trace, among, at_), trace);
}

void transport::to_previous_transition(const trace_view& trace, std::span<const transition> among) {
  go_to(previous_transition(trace, among, at_), trace);
}

void transport::replace(const trace_view& trace) {
  carry_ns_ = 0;
  at_ = live_ ? cursor_at_end(trace) : cursor_at_time(trace, at_.t_ns);
}

} // namespace weir::viz
