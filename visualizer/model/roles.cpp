#include "model/roles.hpp"

namespace weir::viz {

using trace::source_kind;
using trace::source_role;

bool is_of_work(source_role role) noexcept {
  return !is_part_of_breaker(role) && role != source_role::loop_lag &&
         role != source_role::loop_utilisation;
}

bool says_where_work_is(source_role role) noexcept {
  return role >= source_role::queue && role <= source_role::backing_off;
}

visit_outcomes visit_outcomes_of(const trace::recording& tables) {
  visit_outcomes result(tables.sources.size());
  bool others = false;
  for (std::size_t i = 0; i < tables.sources.size(); ++i) {
    const auto& source = tables.sources[i];
    if (source.kind == source_kind::outcomes && source.role != source_role::breaker_window) {
      result[i] = source.role == source_role::visits;
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
