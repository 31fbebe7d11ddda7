#include "session/knob_steps.hpp"
#include "session/workbench.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::viz {

namespace {

/// Prepared on the simulation's thread as a rule, made here otherwise.
std::shared_ptr<run> run_of(const run_finished& what, const std::vector<knob_info>& knobs) {
  return what.prepared ? std::static_pointer_cast<run>(what.prepared)
                       : std::make_shared<run>(what, knobs);
}
} // namespace

void workbench::take(const scene_opened& what) {
  const bool same_scene = scene_.id == what.scene.id;
  std::vector<knob_value> next;
  for (const knob_info& each : what.scene.knobs) {
    const auto before = std::ranges::find_if(
        knobs_, [&](const knob_value& one) { return one.info.name == each.name; });
    const bool keep = same_scene && before != knobs_.end();
    next.push_back({each, keep ? within_range(each, before->value) : each.value});
  }
  for (const auto& [name, value] : what.knobs) {
    const auto named =
        std::ranges::find_if(next, [&](const knob_value& one) { return one.info.name == name; });
    if (named != next.end()) {
      named->value = within_range(named->info, value);
    }
  }
  knobs_ = std::move(next);
  scene_ = what.scene;
  codes_ = what.codes;
  if (!same_scene) {
    code_ = what.code;
    shown_.reset();
    ghost_.reset();
    other_.reset();
    against_ = rival::none;
    markers.clear();
    sweep_.reset();
    swept_.reset();
    sweep_points_.clear();
    sweep_failures_.clear();
    sweep_knob = 0;
    seed_ = 1;
  }
  seed_ = what.seed.value_or(seed_);
  if (what.beside) {
    against_ = rival_of(*what.beside);
    tab = viz::tab::compare;
    second_tab = viz::tab::compare;
  }
  begin_change();
  ask_main();
  ask_other();
}

void workbench::take(const run_finished& what) {
  if (!what.trace) {
    return;
  }
  switch (what.request.where) {
  case slot::main:
    answered_ = std::max(answered_, what.request.ticket);
    show(run_of(what, scene_.knobs));
    if (other_awaited_ && !failure_.empty()) {
      other_failure_ = std::exchange(failure_, {});
    }
    if (banner_.what != banner::kind::compile_error && banner_.what != banner::kind::problem) {
      banner_ = {};
    }
    break;
  case slot::other:
    other_ = run_of(what, scene_.knobs);
    other_awaited_ = false;
    other_failure_.clear();
    break;
  case slot::sweep: {
    const std::uint64_t index = what.request.ticket - sweep_first_ticket_;
    if (sweep_missing_ == 0 || index >= sweep_values_.size()) {
      break; // of a sweep that was stopped
    }
    --sweep_missing_;
    if (what.healthy) { // one that crashed says nothing about throughput
      sweep_point point{.value = sweep_values_[index],
                        .figures = run_of(what, scene_.knobs)->figures()};
      for (const judged_goal& each : what.goals) {
        point.goals_met.push_back(each.remark.empty() ? std::optional(each.met) : std::nullopt);
      }
      sweep_points_.push_back(std::move(point));
      sweep_ = analyse_sweep(sweep_points_);
    } else {
      sweep_failures_.push_back(
          {sweep_values_[index], what.message.empty() ? what.ended : what.message});
    }
    break;
  }
  }
}

/// At the moment of failure, if there still is one; else where the reader has been looking.
void workbench::take(const run_replayed& what) {
  show_recorded(what.trace);
  if (const auto broken = shown_->line().promises_broken(); !broken.empty()) {
    select_event(broken.front().event);
  }
}

void workbench::take(const viz::banner& what) {
  if (is_trouble(what.what)) {
    // While both are awaited there is no telling whose failure it is, until one of them comes.
    if (other_awaited_) {
      (waiting() ? failure_ : other_failure_) = what.title;
    }
    answered_ = asked_;
    sweep_missing_ = 0;
    banner_open = true;
  }
  banner_open = banner_open || what.what == banner::kind::remark;
  banner_ = what;
  session_over_ = session_over_ || what.title.ends_with("session has ended");
}

bool workbench::poll() {
  if (!source_) {
    return false;
  }
  const auto updates = source_->poll();
  for (const simulation_update& each : updates) {
    std::visit([this](const auto& what) { take(what); }, each);
  }
  return !updates.empty();
}

} // namespace weir::viz
