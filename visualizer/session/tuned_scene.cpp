#include "session/tuned_scene.hpp"

#include "session/knob_steps.hpp"

#include <algorithm>
#include <utility>

namespace weir::viz {

run_request tuned_scene::request(slot where, submission which) const {
  run_request asked;
  asked.where = where;
  asked.code = which;
  asked.seed = seed;
  for (const knob_value& each : knobs) {
    asked.knobs.emplace_back(each.info.name, each.value);
  }
  return asked;
}

void tuned_scene::open(const scene_opened& what) {
  const bool same_scene = info.id == what.scene.id;
  const auto named = [](std::vector<knob_value>& among, const std::string& name) {
    return std::ranges::find_if(among,
                                [&](const knob_value& one) { return one.info.name == name; });
  };
  std::vector<knob_value> next;
  for (const knob_info& each : what.scene.knobs) {
    const auto before = named(knobs, each.name);
    const bool keep = same_scene && before != knobs.end();
    next.push_back({each, keep ? within_range(each, before->value) : each.value});
  }
  for (const auto& [name, value] : what.knobs) {
    if (const auto given = named(next, name); given != next.end()) {
      given->value = within_range(given->info, value);
    }
  }
  knobs = std::move(next);
  info = what.scene;
  codes = what.codes;
  if (!same_scene) {
    code = what.code;
    seed = 1;
  }
  seed = what.seed.value_or(seed);
}

} // namespace weir::viz
