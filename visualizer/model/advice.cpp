#include "model/advice.hpp"

#include "model/advice_rules.hpp"

#include <algorithm>
#include <functional>

namespace weir::viz {

namespace rules {

const knob_value* findings::knob(std::initializer_list<std::string_view> parts) const {
  for (const auto part : parts) {
    for (const auto& one : facts.knobs) {
      if (words::has(one.info.name, part)) {
        return &one;
      }
    }
  }
  return nullptr;
}

const knob_info* findings::info(std::initializer_list<std::string_view> parts) const {
  const auto* const found = knob(parts);
  return found == nullptr ? nullptr : &found->info;
}

void findings::give(std::string_view rule, urgency weight, std::string text, std::string evidence,
                    const knob_info* knob, std::string_view turn) {
  advice one{
      .rule = rule, .weight = weight, .text = std::move(text), .evidence = std::move(evidence)};
  if (knob != nullptr) {
    one.try_this = "turn '" + knob->name + "' " + std::string(turn);
    one.knob = knob->name;
  }
  const auto after =
      std::ranges::upper_bound(given_, weight, std::ranges::greater{}, &advice::weight);
  given_.insert(after, std::move(one));
}

bool findings::gave(std::string_view rule) const noexcept {
  return std::ranges::find(given_, rule, &advice::rule) != given_.end();
}

} // namespace rules

std::vector<advice> advise(const timeline& line, const run_facts& facts) {
  if (line.trace().size() == 0) {
    return {};
  }
  rules::findings so_far(line, facts);
  rules::judge_end(so_far);
  rules::judge_gauges(so_far);
  rules::judge_calls(so_far);
  rules::judge_losses(so_far);
  rules::judge_breakers(so_far);
  rules::judge_record(so_far);
  return so_far.take();
}

} // namespace weir::viz
