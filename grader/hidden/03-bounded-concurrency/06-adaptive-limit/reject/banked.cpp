// reject: additive
// good answers at the maximum are kept, and what is more than a raise needs counts for the next
#include "limit.hpp"

#include <algorithm>
#include <optional>

namespace {

class counting_limit final : public adaptive_limit {
public:
  explicit counting_limit(const limit_options& options)
      : options_(options), limit_(options.initial) {}

  [[nodiscard]] std::size_t limit() const override { return limit_; }

  void ended(const sample& how) override {
    if (how.failed || how.took() > options_.slow)
      bad(how);
    else
      good(how);
  }

private:
  void bad(const sample& how) {
    if (decreased_ && how.sent <= *decreased_)
      return;
    limit_ = std::max(options_.minimum, limit_ * 3 / 4);
    decreased_ = how.ended;
  }

  void good(const sample& how) {
    if (2 * how.in_flight < limit_)
      return;
    if (++good_ < limit_ || limit_ == options_.maximum)
      return;
    good_ -= limit_;
    ++limit_;
  }

  const limit_options options_;
  std::size_t limit_;
  std::size_t good_ = 0;
  std::optional<sample::time_point> decreased_;
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<counting_limit>(options);
}
