// reject: bounds
// limit() is cut to the bounds, and what is behind it goes on falling at the minimum
// news
#include "limit.hpp"

#include <algorithm>
#include <cmath>

namespace {

class fractional_limit final : public adaptive_limit {
public:
  explicit fractional_limit(const limit_options& options)
      : slow_(options.slow),
        minimum_(static_cast<double>(options.minimum)),
        maximum_(static_cast<double>(options.maximum)),
        value_(static_cast<double>(options.initial)) {}

  [[nodiscard]] std::size_t limit() const override {
    return static_cast<std::size_t>(std::clamp(value_, minimum_, maximum_));
  }

  void ended(const sample& how) override {
    const double whole = std::floor(std::max(value_, 1.0));
    if (how.failed || how.took() > slow_) {
      if (how.sent > decreased_) {
        value_ *= 0.75;
        decreased_ = how.ended;
      }
    } else if (2 * static_cast<double>(how.in_flight) >= whole) {
      // A little less than its share: rounding must not make the raise come early.
      value_ = std::min(maximum_, value_ + 0.999 / whole);
      // The next raise begins anew.
      if (std::floor(value_) > whole)
        value_ = std::floor(value_);
    }
  }

private:
  const std::chrono::nanoseconds slow_;
  const double minimum_;
  const double maximum_;
  double value_;
  sample::time_point decreased_ = sample::time_point::min();
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<fractional_limit>(options);
}
