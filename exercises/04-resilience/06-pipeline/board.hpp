/// \file
/// What the parts of the toolbox are set to, and what they show of themselves.
#pragma once

#include <weir/breaker_probe.hpp>
#include <weir/probe.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace parts {

using std::chrono::nanoseconds;

enum class kind { timeout, retry, breaker, bulkhead };

inline std::string_view name_of(kind part) {
  constexpr std::string_view names[]{"timeout", "retry", "breaker", "bulkhead"};
  return names[static_cast<std::size_t>(part)];
}

struct settings {
  nanoseconds limit = std::chrono::milliseconds(100); ///< timeout: for one call through it
  std::size_t attempts = 4;                           ///< retry: at most so many
  /// Retry: how long to wait after so many attempts (1, 2, …).
  std::function<nanoseconds(std::size_t)> pause = [](std::size_t) {
    return std::chrono::milliseconds(50);
  };
  std::size_t window = 10;       ///< breaker: calls that it looks back on
  std::size_t minimum_calls = 4; ///< breaker: it takes so many to judge by
  std::size_t threshold = 50;    ///< breaker: opens at so many per cent of failures
  nanoseconds cooldown = std::chrono::seconds(1); ///< breaker: a probe may pass after so long
  std::size_t max_in_flight = 2;                  ///< bulkhead: calls through it at a time
  std::size_t max_queued = 3;                     ///< bulkhead: calls that wait
};

/// What the parts share: the settings, what they have seen, and what a dashboard shows of it.
struct board {
  board(asio::any_io_executor on, settings chosen)
      : executor(std::move(on)),
        set(std::move(chosen)),
        breaker({.threshold = static_cast<double>(set.threshold),
                 .minimum = set.minimum_calls,
                 .window = set.window,
                 .probes = 1}),
        in_places("in flight", {.capacity = static_cast<double>(set.max_in_flight),
                                .unit = "calls",
                                .role = weir::source_role::in_flight}),
        waiting("queued", {.capacity = static_cast<double>(set.max_queued),
                           .unit = "calls",
                           .role = weir::source_role::queue}) {}

  /// A call goes through a part: the first one that does shows how they are nested.
  void passes(kind part, int request) {
    if (trail.empty())
      first_request = request;
    if (request == first_request && std::ranges::find(trail, part) == trail.end())
      trail.push_back(part);
  }

  asio::any_io_executor executor;
  settings set;
  std::vector<kind> made;  ///< in the order in which they were
  std::vector<kind> trail; ///< outer to inner
  int first_request = 0;
  std::size_t counted_failures = 0; ///< by the breaker
  std::size_t times_opened = 0;     ///< the breaker

  weir::breaker_probe breaker;
  weir::gauge in_places;
  weir::gauge waiting;
  std::map<int, std::uint64_t> request_spans; ///< of the requests under way, where there are any

  /// The span of a request, for those inside it; 0: none.
  [[nodiscard]] std::uint64_t span_of(int request) const {
    const auto found = request_spans.find(request);
    return found == request_spans.end() ? 0 : found->second;
  }
};

} // namespace parts
