#include "model/axis.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

time_range at_least_something(time_range range) noexcept {
  return {range.from_ns, std::max(range.to_ns, range.from_ns + axis::shortest)};
}

/// `wanted`, no shorter than allowed and moved into `whole`.
time_range held(time_range wanted, time_range whole) noexcept {
  const nanos length = std::clamp(wanted.length(), axis::shortest, whole.length());
  const nanos from = std::clamp(wanted.from_ns, whole.from_ns, whole.to_ns - length);
  return {from, from + length};
}

} // namespace

axis::axis(time_range whole) : whole_(at_least_something(whole)), view_(whole_) {}

void axis::set_whole(time_range whole) {
  const bool all = fitted();
  whole_ = at_least_something(whole);
  view_ = all ? whole_ : held(view_, whole_);
}

void axis::remember() {
  if (in_gesture_ && gesture_remembered_) {
    return;
  }
  gesture_remembered_ = true;
  undo_.push_back(view_);
  if (undo_.size() > undo_steps) {
    undo_.erase(undo_.begin());
  }
}

void axis::go_to(time_range wanted) {
  const auto next = held(wanted, whole_);
  if (next != view_) {
    remember();
    view_ = next;
  }
}

void axis::pan(double share) {
  const auto by = static_cast<nanos>(std::llround(share * static_cast<double>(view_.length())));
  go_to({view_.from_ns + by, view_.to_ns + by});
}

void axis::zoom(double factor, nanos anchor_ns) {
  if (!(factor > 0) || !std::isfinite(factor)) {
    return;
  }
  const double share = std::clamp(share_of(anchor_ns), 0.0, 1.0);
  const double wanted =
      std::clamp(static_cast<double>(view_.length()) / factor, static_cast<double>(shortest),
                 static_cast<double>(whole_.length()));
  const auto length = static_cast<nanos>(std::llround(wanted));
  const nanos anchor = std::clamp(anchor_ns, view_.from_ns, view_.to_ns);
  const nanos from = anchor - static_cast<nanos>(std::llround(share * wanted));
  go_to({from, from + length});
}

void axis::zoom_to(time_range wanted) {
  if (wanted.to_ns < wanted.from_ns) {
    std::swap(wanted.from_ns, wanted.to_ns);
  }
  go_to(wanted);
}

void axis::fit() {
  go_to(whole_);
}

void axis::follow(nanos t_ns) {
  if (t_ns < view_.from_ns) {
    view_ = held({t_ns, t_ns + view_.length()}, whole_);
  } else if (t_ns > view_.to_ns) {
    view_ = held({t_ns - view_.length(), t_ns}, whole_);
  }
}

bool axis::undo() {
  while (!undo_.empty()) {
    const auto before = held(undo_.back(), whole_);
    undo_.pop_back();
    if (before != view_) {
      view_ = before;
      return true;
    }
  }
  return false;
}

void axis::begin_gesture() {
  in_gesture_ = true;
  gesture_remembered_ = false;
}

void axis::end_gesture() {
  in_gesture_ = false;
}

double axis::share_of(nanos t_ns) const noexcept {
  return static_cast<double>(t_ns - view_.from_ns) / static_cast<double>(view_.length());
}

nanos axis::at_share(double share) const noexcept {
  return view_.from_ns +
         static_cast<nanos>(std::llround(share * static_cast<double>(view_.length())));
}

} // namespace weir::viz
