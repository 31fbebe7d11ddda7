// reject: once-per-window
// as many answers are skipped as were in flight: those that are turned over quickly are counted
// twice
#include "limit.hpp"

#include <algorithm>

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
    if (echoes_ > 0) {
      --echoes_;
      return;
    }
    limit_ = std::max(options_.minimum, limit_ * 3 / 4);
    echoes_ = limit_;
    good_ = 0;
  }

  void good(const sample& how) {
    if (2 * how.in_flight < limit_)
      return;
    if (++good_ < limit_)
      return;
    good_ = 0;
    limit_ = std::min(options_.maximum, limit_ + 1);
  }

  const limit_options options_;
  std::size_t limit_;
  std::size_t good_ = 0;
  std::size_t echoes_ = 0;
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<counting_limit>(options);
}
