#include "limit.hpp"

#include <algorithm>

namespace {

/// Additive increase, multiplicative decrease: feels its way up, and gets out of the way quickly.
class aimd_limit final : public adaptive_limit {
public:
  explicit aimd_limit(const limit_options& options) : options_(options), limit_(options.initial) {}

  [[nodiscard]] std::size_t limit() const override { return limit_; }

  void ended(const sample& how) override {
    if (how.failed || how.took() > options_.slow)
      limit_ = std::max(options_.minimum, limit_ * 3 / 4);
    else
      limit_ = std::min(options_.maximum, limit_ + 1);
  }

private:
  const limit_options options_;
  std::size_t limit_;
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<aimd_limit>(options);
}
