#include "weir/trace/event.hpp"
#include "weir/trace/source.hpp"

#include <array>

namespace weir::trace {

namespace {

template <class Enum, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

} // namespace

std::string_view to_string(event_kind kind) noexcept {
  static constexpr std::array<std::string_view, 25> names{
      "none",        "run begin",    "run end",        "task started", "task ended",
      "task waits",  "task resumed", "timer armed",    "timer fired",  "timer cancelled",
      "clock moved", "loop blocked", "choice",         "gauge",        "limit",
      "counter",     "span begin",   "span end",       "state",        "item moved",
      "outcome",     "note",         "promise broken", "gap",          "task named"};
  return name_in(names, kind);
}

std::string_view to_string(outcome how) noexcept {
  static constexpr std::array<std::string_view, 7> names{
      "none", "ok", "rejected", "timed out", "failed", "dropped", "short-circuited"};
  return name_in(names, how);
}

std::string_view to_string(task_end how) noexcept {
  static constexpr std::array<std::string_view, 3> names{"completed", "exception", "destroyed"};
  return name_in(names, how);
}

std::string_view to_string(span_role role) noexcept {
  static constexpr std::array<std::string_view, 6> names{"work",    "request", "attempt",
                                                         "waiting", "running", "backing off"};
  return name_in(names, role);
}

std::string_view to_string(source_kind kind) noexcept {
  static constexpr std::array<std::string_view, 8> names{"none", "site",  "gauge", "counter",
                                                         "span", "state", "place", "outcomes"};
  return name_in(names, kind);
}

std::string_view to_string(source_role role) noexcept {
  static constexpr std::array<std::string_view, 22> names{"none",
                                                          "queue",
                                                          "waiting",
                                                          "in flight",
                                                          "busy",
                                                          "backing off",
                                                          "load",
                                                          "visits",
                                                          "loop lag",
                                                          "loop utilisation",
                                                          "breaker state",
                                                          "breaker failure rate",
                                                          "breaker calls",
                                                          "breaker window size",
                                                          "breaker cooldown",
                                                          "breaker probes",
                                                          "breaker window",
                                                          "incident",
                                                          "task scope",
                                                          "ledger key",
                                                          "ledger effect",
                                                          "ledger receipt"};
  return name_in(names, role);
}

} // namespace weir::trace
