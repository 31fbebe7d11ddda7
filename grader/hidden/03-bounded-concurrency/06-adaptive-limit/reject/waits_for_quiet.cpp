// reject: goodput
// good answers count from a second after the last decrease on
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
    good_ = 0;
  }

  void good(const sample& how) {
    if (decreased_ && how.ended < *decreased_ + std::chrono::seconds(1))
      return;
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
  std::optional<sample::time_point> decreased_;
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<counting_limit>(options);
}
