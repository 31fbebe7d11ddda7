#include "model/retries.hpp"

#include "model/pyramid.hpp"

namespace weir::viz {

std::vector<std::uint32_t> attempts_by_request(std::span<const span_bar> spans) {
  std::vector<std::uint32_t> attempts(spans.size());
  for (const auto& bar : spans) {
    if (bar.role != trace::span_role::attempt) {
      continue;
    }
    auto above = bar.parent;
    while (above >= 0 && spans[static_cast<std::size_t>(above)].role != trace::span_role::request) {
      above = spans[static_cast<std::size_t>(above)].parent;
    }
    if (above >= 0) {
      ++attempts[static_cast<std::size_t>(above)];
    }
  }
  return attempts;
}

retry_counts retries_of(std::span<const std::uint32_t> attempts) {
  retry_counts sum;
  for (const auto count : attempts) {
    sum.attempted += count > 0 ? 1 : 0;
    sum.retried += count > 1 ? 1 : 0;
    sum.attempts += count;
  }
  return sum;
}

std::vector<amplification_window> amplification_of(std::span<const span_bar> spans,
                                                   std::span<const std::uint32_t> attempts,
                                                   time_range range, std::size_t count) {
  std::vector<amplification_window> windows(count);
  for (std::size_t i = 0; i < count; ++i) {
    windows[i].range = {column_start(range, i, count), column_start(range, i + 1, count)};
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    while (at + 1 < count && spans[i].begin_ns >= windows[at].range.to_ns) {
      ++at;
    }
    windows[at].requests += attempts[i] > 0 ? 1 : 0;
    windows[at].attempts += attempts[i];
  }
  return windows;
}

} // namespace weir::viz
