// accept: a state machine of rounds: one ends with the first answer to a call that was sent in it
#include "limit.hpp"

#include <algorithm>
#include <variant>

namespace {

/// What is in flight was sent before the decrease. Nobody listens to it.
struct after_decrease {
  sample::time_point since;
};

/// Good answers are counted.
struct climbing {
  sample::time_point since = sample::time_point::min();
  std::size_t good = 0;
};

class round_limit final : public adaptive_limit {
public:
  explicit round_limit(const limit_options& options) : options_(options), limit_(options.initial) {}

  [[nodiscard]] std::size_t limit() const override { return limit_; }

  void ended(const sample& how) override {
    if (const auto* wait = std::get_if<after_decrease>(&phase_)) {
      if (how.sent <= wait->since)
        return;
      decreased_ = wait->since;
      phase_ = climbing{.since = wait->since, .good = 0};
    }
    auto& now = std::get<climbing>(phase_);
    if (how.failed || how.took() > options_.slow) {
      if (how.sent <= decreased_)
        return;
      limit_ = std::max({options_.minimum, limit_ / 2, limit_ * 4 / 5});
      phase_ = after_decrease{how.ended};
      return;
    }
    if (how.in_flight < (limit_ + 1) / 2)
      return;
    if (++now.good >= limit_ && how.sent > now.since) {
      limit_ += limit_ < options_.maximum ? 1 : 0;
      now = climbing{.since = how.ended, .good = 0};
    }
  }

private:
  const limit_options options_;
  std::size_t limit_;
  sample::time_point decreased_ = sample::time_point::min();
  std::variant<climbing, after_decrease> phase_;
};

} // namespace

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options) {
  return std::make_unique<round_limit>(options);
}
