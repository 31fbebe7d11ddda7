#include "model/timeline_body.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace weir::viz {

namespace {

/// The places in the order in which they come next, by the flow from each to each.
std::vector<std::size_t> in_order_of_flow(const std::vector<std::int64_t>& flow, std::size_t n) {
  std::vector<std::size_t> left(n);
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::vector<std::size_t> order;
  while (!left.empty()) {
    auto best = left.begin();
    auto least = std::numeric_limits<std::int64_t>::max();
    for (auto one = left.begin(); one != left.end(); ++one) {
      std::int64_t into = 0;
      for (const auto other : left) {
        into += flow[other * n + *one] - flow[*one * n + other];
      }
      // Where nothing flows in from what is left, the order of declaration holds: lines that have
      // nothing to do with each other stay together, whichever of them is the busier.
      const std::int64_t rank = std::max<std::int64_t>(into, 0);
      if (rank < least) {
        least = rank;
        best = one;
      }
    }
    order.push_back(*best);
    left.erase(best);
  }
  return order;
}

} // namespace

void order_places(std::vector<place_info>& places, std::span<move> moves) {
  constexpr std::size_t most = 64; // nobody draws more, and it is cubic
  const std::size_t n = places.size();
  if (n < 2 || n > most) {
    return;
  }
  std::vector<std::int64_t> flow(n * n);
  for (const auto& one : moves) {
    if (one.from >= 0 && one.to >= 0 && !one.returns) {
      ++flow[static_cast<std::size_t>(one.from) * n + static_cast<std::size_t>(one.to)];
    }
  }
  const auto order = in_order_of_flow(flow, n);
  if (std::ranges::is_sorted(order)) {
    return;
  }
  std::vector<place_info> sorted;
  std::vector<std::int16_t> now_at(n);
  for (const auto one : order) {
    now_at[one] = static_cast<std::int16_t>(sorted.size());
    sorted.push_back(places[one]);
  }
  places = std::move(sorted);
  for (auto& one : moves) {
    one.from = one.from >= 0 ? now_at[static_cast<std::size_t>(one.from)] : one.from;
    one.to = one.to >= 0 ? now_at[static_cast<std::size_t>(one.to)] : one.to;
  }
}

} // namespace weir::viz
