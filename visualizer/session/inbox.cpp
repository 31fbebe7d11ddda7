#include "session/inbox.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace weir::viz {

namespace {

/// The run of a slot of which only the newest counts; nullptr for anything else.
const run_ready* superseding(const session_update& update) {
  const auto* const ready = std::get_if<run_ready>(&update);
  return ready != nullptr && ready->request.where != slot::sweep ? ready : nullptr;
}

} // namespace

std::shared_ptr<run> inbox::make_run(const run_finished& made,
                                     const std::vector<knob_info>& knobs) {
  return std::make_shared<run>(made, knobs);
}

std::optional<session_update> inbox::made_ready(simulation_update update) {
  if (auto* const opened = std::get_if<scene_opened>(&update)) {
    knobs_ = opened->scene.knobs;
    return std::move(*opened);
  }
  if (const auto* const finished = std::get_if<run_finished>(&update)) {
    if (!finished->trace) {
      return std::nullopt;
    }
    try {
      return run_ready{finished->request, make_(*finished, knobs_)};
    } catch (const std::exception& error) {
      return banner{banner::kind::problem, "The run can't be shown", error.what()};
    }
  }
  if (auto* const replayed = std::get_if<run_replayed>(&update)) {
    return std::move(*replayed);
  }
  return std::get<banner>(std::move(update));
}

void inbox::put(simulation_update update) {
  auto ready = made_ready(std::move(update));
  if (!ready) {
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (const auto* const newest = superseding(*ready)) {
      std::erase_if(updates_, [newest](const session_update& each) {
        const auto* const older = superseding(each);
        return older != nullptr && older->request.where == newest->request.where;
      });
    }
    updates_.push_back(std::move(*ready));
  }
  if (wake_) {
    wake_();
  }
}

std::vector<session_update> inbox::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(updates_, {});
}

} // namespace weir::viz
