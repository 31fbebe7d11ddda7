#include <weir/search.hpp>

namespace weir {

search_options search_options::or_else(const search_options& defaults) const {
  search_options all = *this;
  if (!all.schedules)
    all.schedules = defaults.schedules;
  if (!all.seed)
    all.seed = defaults.seed;
  if (!all.policy)
    all.policy = defaults.policy;
  if (!all.model)
    all.model = defaults.model;
  if (all.replay.empty())
    all.replay = defaults.replay;
  return all;
}

} // namespace weir
