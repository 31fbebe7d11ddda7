#include "weir/world/meter.hpp"

#include "checked.hpp"

#include <algorithm>
#include <cmath>

namespace weir::world {

using std::chrono::steady_clock;

level_meter::level_meter() : since_(steady_clock::now()), changed_(since_) {}

std::chrono::nanoseconds level_meter::integral() const {
  return integral_ + (steady_clock::now() - changed_) * static_cast<std::int64_t>(level_);
}

double level_meter::mean() const {
  const auto elapsed = steady_clock::now() - since_;
  return elapsed.count() > 0 ? in_nanoseconds(integral()) / in_nanoseconds(elapsed) : 0;
}

void level_meter::move_to(std::size_t level) {
  const auto now = steady_clock::now();
  integral_ += (now - changed_) * static_cast<std::int64_t>(level_);
  changed_ = now;
  level_ = level;
  peak_ = std::max(peak_, level);
}

double duration_samples::mean_seconds() const noexcept {
  return values_.empty() ? 0
                         : in_nanoseconds(total_) / nanoseconds_per_second /
                               static_cast<double>(values_.size());
}

std::chrono::nanoseconds duration_samples::percentile(double share) const {
  if (values_.empty()) {
    return {};
  }
  const auto size = static_cast<double>(values_.size());
  const double rank = std::clamp(std::ceil(share * size), 1.0, size);
  auto sorted = values_;
  const auto nth = sorted.begin() + (static_cast<std::ptrdiff_t>(rank) - 1);
  std::nth_element(sorted.begin(), nth, sorted.end());
  return *nth;
}

} // namespace weir::world
