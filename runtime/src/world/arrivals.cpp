#include "weir/world/arrivals.hpp"

#include "checked.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weir::world {

arrival_process::arrival_process(kind what, rate mean) : kind_(what) {
  require(mean.per_second > 0, "arrivals: the rate must be above 0");
  gap_ = nanoseconds_per_second / mean.per_second;
}

std::optional<std::chrono::nanoseconds> arrival_process::next(random_stream& random) {
  double at = 0;
  switch (kind_) {
  case kind::recorded:
    if (count_ == times_.size()) {
      return {};
    }
    return times_[count_++];
  case kind::evenly:
    at = static_cast<double>(++count_) * gap_;
    break;
  case kind::poisson:
    at = elapsed_ += random.exponential(gap_);
    break;
  case kind::bursts:
    elapsed_ += random.exponential(gap_);
    at = elapsed_ + std::floor(elapsed_ / on_) * off_;
    break;
  }
  if (at > longest) {
    return {};
  }
  return to_duration(at);
}

arrival_process evenly(rate mean) {
  return {arrival_process::kind::evenly, mean};
}

arrival_process poisson(rate mean) {
  return {arrival_process::kind::poisson, mean};
}

arrival_process bursts(const burst_shape& shape) {
  require(shape.on.count() > 0 && shape.off.count() >= 0, "bursts: wants on > 0 and off >= 0");
  arrival_process made{arrival_process::kind::bursts, shape.during};
  made.on_ = in_nanoseconds(shape.on);
  made.off_ = in_nanoseconds(shape.off);
  return made;
}

arrival_process recorded(std::vector<std::chrono::nanoseconds> offsets) {
  require(std::is_sorted(offsets.begin(), offsets.end()) &&
              (offsets.empty() || offsets.front().count() >= 0),
          "recorded arrivals: wants ascending offsets, none negative");
  arrival_process made;
  made.times_ = std::move(offsets);
  return made;
}

} // namespace weir::world
