#include "commands/context.hpp"

#include "base/errors.hpp"
#include "base/text_distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <ostream>

namespace weir::grader {

void context::note(const std::string& text) const {
  err << "weir: " << text << '\n';
}

const catalog& context::exercises() {
  if (!catalog_) {
    catalog_ = catalog::load(where.root, [this](const std::string& problem) {
      note(problem + " The other exercises can be worked on meanwhile.");
    });
    catalog_->recognise_below(where.workspace);
  }
  return *catalog_;
}

const catalog* context::exercises_if_any() {
  try {
    return &exercises();
  } catch (const std::exception&) {
    return nullptr;
  }
}

workspace& context::work() {
  if (!workspace_) {
    workspace_.emplace(where.workspace, [this](const std::string& text) { note(text); });
  }
  return *workspace_;
}

progress_file& context::progress() {
  if (!progress_) {
    if (work().exists()) {
      work().open(); // refuses a workspace of another version
    }
    progress_.emplace(work().state_folder(), [this](const std::string& text) { note(text); }, now);
  }
  return *progress_;
}

const exercise& context::require_exercise(std::string_view typed) {
  const catalog& all = exercises();
  if (const exercise* found = all.find(typed)) {
    return *found;
  }
  throw usage_error{fmt::format("There is no exercise '{}'.{} `weir list` shows them all.", typed,
                                did_you_mean(all.suggest(typed)))};
}

const exercise& context::exercise_or_current(std::string_view typed) {
  if (!typed.empty()) {
    return require_exercise(typed);
  }
  if (const exercise* here = exercises().find(".")) {
    return *here;
  }
  if (const exercise* pending = first_pending()) {
    return *pending;
  }
  if (exercises().exercises().empty()) {
    throw environment_error{fmt::format(
        "There are no exercises below {}. Start weir from the repository, or set WEIR_ROOT.",
        (where.root / "exercises").string())};
  }
  throw usage_error{
      "Every exercise has passed, so say which one you mean; `weir list` shows them."};
}

const exercise* context::first_pending() {
  const auto all = exercises().exercises();
  const grader::progress known = progress().load();
  const std::string current = known.current();
  const auto start =
      std::find_if(all.begin(), all.end(), [&](const exercise& ex) { return ex.id == current; });
  const auto pending = [&](const exercise& ex) {
    return !known.of(ex.id).passed;
  };
  // From where the reader was to the end, then what was skipped before.
  auto found = std::find_if(start, all.end(), pending);
  if (found == all.end()) {
    found = std::find_if(all.begin(), start, pending);
    if (found == start) {
      return nullptr;
    }
  }
  return &*found;
}

} // namespace weir::grader
