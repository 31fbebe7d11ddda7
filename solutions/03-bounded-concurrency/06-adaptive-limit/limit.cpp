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
      bad_news(how);
    else
      good_news(how);
  }

private:
  /// Calls that were already on their way when the limit fell tell of the old limit once more, not
  /// of the new one.
  void bad_news(const sample& how) {
    if (how.sent <= decreased_at_)
      return;
    limit_ = std::max(options_.minimum, limit_ * 3 / 4);
    decreased_at_ = how.ended;
    good_ = 0;
  }

  /// A limit that nobody has come near is not known to be good, however well the calls fare. One
  /// full limit of good answers is about one round trip.
  void good_news(const sample& how) {
    if (how.in_flight * 2 < limit_ || ++good_ < limit_)
      return;
    limit_ = std::min(options_.maximum, limit_ + 1);
    good_ = 0;
  }

  const limit_options options_;
  std::size_t limit_;
  std::size_t good_ = 0; ///< answers since the limit last changed
  sample::time_point decreased_at_ = sample::time_point::min(); ///< never
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<aimd_limit>(options);
}
