#include "session/knob_sweep.hpp"

#include <algorithm>
#include <utility>

namespace weir::viz {

std::vector<run_request> knob_sweep::begin(const knob_info& knob, std::size_t index,
                                           const run_request& with, std::size_t count,
                                           std::uint64_t first_ticket) {
  *this = {};
  knob_ = knob;
  with_ = with;
  values_ = sweep_values(knob, count);
  missing_ = values_.size();
  first_ticket_ = first_ticket;
  std::vector<run_request> requests;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    run_request& asked = requests.emplace_back(with);
    asked.where = slot::sweep;
    asked.knobs[index].second = values_[i];
    asked.ticket = first_ticket + i;
  }
  return requests;
}

void knob_sweep::take(const run_request& request, const run& result) {
  const std::uint64_t index = request.ticket - first_ticket_;
  if (missing_ == 0 || index >= values_.size()) {
    return;
  }
  --missing_;
  const double value = values_[index];
  if (!result.healthy()) { // one that crashed says nothing about throughput
    failures_.push_back({value, result.message().empty() ? result.ended() : result.message()});
    return;
  }
  sweep_point point{.value = value, .figures = result.figures()};
  for (const judged_goal& each : result.goals()) {
    point.goals_met.push_back(each.remark.empty() ? std::optional(each.met) : std::nullopt);
  }
  points_.push_back(std::move(point));
  result_ = analyse_sweep(points_);
}

bool knob_sweep::is_older_than(const run_request& now) const {
  if (!knob_ || done() == 0) {
    return false;
  }
  return now.code != with_.code || now.seed != with_.seed ||
         !std::ranges::equal(now.knobs, with_.knobs, [&](const auto& a, const auto& b) {
           return a.first == b.first && (a.first == knob_->name || a.second == b.second);
         });
}

} // namespace weir::viz
