#include "weir/world/rate_limit.hpp"

#include "checked.hpp"

#include <algorithm>

namespace weir::world {

token_bucket::token_bucket(const rate_limit& limit) {
  require(limit.per_second > 0 && limit.burst >= 1,
          "rate limit: per_second must be above 0 and burst at least 1");
  interval_ =
      std::max(to_duration(nanoseconds_per_second / limit.per_second), std::chrono::nanoseconds{1});
  tolerance_ = interval_ * (limit.burst - 1);
}

std::optional<std::chrono::nanoseconds> token_bucket::try_take(time_point now) {
  const auto full_at = std::max(full_at_, now);
  if (const auto ahead = full_at - now; ahead > tolerance_) {
    return ahead - tolerance_;
  }
  full_at_ = full_at + interval_;
  return {};
}

} // namespace weir::world
