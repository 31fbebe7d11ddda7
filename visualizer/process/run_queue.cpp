#include "process/run_queue.hpp"

#include <algorithm>
#include <utility>

namespace weir::viz {

void run_queue::add(const run_request& wanted) {
  queued_run next{wanted, ++added_};
  if (wanted.where == slot::sweep) {
    sweep_.push_back(std::move(next));
  } else {
    newest_[index(wanted.where)] = std::move(next);
  }
}

std::optional<queued_run> run_queue::take(submission which) {
  for (auto& each : newest_) {
    if (each && each->request.code == which) {
      return std::exchange(each, std::nullopt);
    }
  }
  const auto found = std::ranges::find_if(
      sweep_, [which](const queued_run& each) { return each.request.code == which; });
  if (found == sweep_.end()) {
    return std::nullopt;
  }
  queued_run next = std::move(*found);
  sweep_.erase(found);
  return next;
}

bool run_queue::waits(submission which) const {
  const auto is_for = [which](const queued_run& each) {
    return each.request.code == which;
  };
  return std::ranges::any_of(newest_, [&](const auto& each) { return each && is_for(*each); }) ||
         std::ranges::any_of(sweep_, is_for);
}

void run_queue::forget(submission which) {
  for (auto& each : newest_) {
    if (each && each->request.code == which) {
      each.reset();
    }
  }
  std::erase_if(sweep_, [which](const queued_run& each) { return each.request.code == which; });
}

void run_queue::clear() {
  newest_ = {};
  sweep_.clear();
}

bool run_queue::accept(const queued_run& finished) {
  if (finished.request.where == slot::sweep) {
    return true;
  }
  auto& shown = shown_[index(finished.request.where)];
  if (finished.number < shown) {
    return false;
  }
  shown = finished.number;
  return true;
}

} // namespace weir::viz
