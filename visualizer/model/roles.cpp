#include "model/roles.hpp"

#include <algorithm>

namespace weir::viz {

using trace::source_info;
using trace::source_kind;

namespace {

bool has_gauge(const trace::recording& tables, const std::string& name) {
  return std::ranges::any_of(tables.sources, [&](const source_info& one) {
    return one.kind == source_kind::gauge && one.name == name;
  });
}

bool is_breaker_window(const trace::recording& tables, const source_info& outcomes) {
  return std::ranges::any_of(tables.sources, [&](const source_info& one) {
    return one.kind == source_kind::state && outcomes.name == one.name + " window";
  });
}

} // namespace

visit_outcomes visit_outcomes_of(const trace::recording& tables) {
  visit_outcomes result(tables.sources.size());
  bool others = false;
  for (std::size_t i = 0; i < tables.sources.size(); ++i) {
    const auto& source = tables.sources[i];
    if (source.kind == source_kind::outcomes && !is_breaker_window(tables, source)) {
      result[i] = has_gauge(tables, source.name + " in flight") &&
                  has_gauge(tables, source.name + " queue");
      others = others || !result[i];
    }
  }
  return others ? result : visit_outcomes(tables.sources.size());
}

fold_rules fold_rules_of(const trace::recording& tables) {
  constexpr double most = 64;
  fold_rules rules{.visits = visit_outcomes_of(tables)};
  for (const auto& source : tables.sources) {
    const bool slotted =
        source.kind == source_kind::place && source.capacity >= 1 && source.capacity <= most;
    rules.slots.push_back(slotted ? static_cast<std::uint8_t>(source.capacity) : std::uint8_t{0});
  }
  return rules;
}

} // namespace weir::viz
