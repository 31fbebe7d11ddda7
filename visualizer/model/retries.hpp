#pragma once

#include "model/spans.hpp"
#include "model/trace_view.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::viz {

/// attempts ÷ requests, by windows of the time at which the requests began. A request that was
/// never attempted, such as one turned away, doesn't count.
struct amplification_window {
  time_range range = {};
  std::uint32_t requests = 0;
  std::uint32_t attempts = 0; ///< for those requests, whenever they were made

  [[nodiscard]] double ratio() const noexcept {
    return requests == 0 ? 0 : static_cast<double>(attempts) / requests;
  }
};

/// How often requests were tried.
struct retry_counts {
  std::uint32_t attempted = 0; ///< requests for which there was an attempt
  std::uint32_t attempts = 0;  ///< for these
  std::uint32_t retried = 0;   ///< requests for which there was more than one

  /// attempts ÷ requests; 1 where there are none.
  [[nodiscard]] double ratio() const noexcept {
    return attempted == 0 ? 1 : static_cast<double>(attempts) / attempted;
  }
};

/// By span: how many attempts were made for it; 0 where it is no request. O(spans).
[[nodiscard]] std::vector<std::uint32_t> attempts_by_request(std::span<const span_bar> spans);
[[nodiscard]] retry_counts retries_of(std::span<const std::uint32_t> attempts);
/// attempts ÷ requests in `count` windows, by the begin of the requests, which are in that order.
[[nodiscard]] std::vector<amplification_window>
amplification_of(std::span<const span_bar> spans, std::span<const std::uint32_t> attempts,
                 time_range range, std::size_t count);

} // namespace weir::viz
