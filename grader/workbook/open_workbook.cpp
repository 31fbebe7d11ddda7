#include "workbook/open_workbook.hpp"

#include "base/errors.hpp"
#include "base/text_distance.hpp"
#include "workbook/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace weir::grader {

const catalog& open_workbook::exercises() {
  if (!catalog_) {
    catalog_ = catalog::load(where.root, [this](const std::string& problem) {
      note_(problem + " The other exercises can be worked on meanwhile.");
    });
    catalog_->recognise_below(where.workspace);
  }
  return *catalog_;
}

const catalog* open_workbook::exercises_if_any() {
  try {
    return &exercises();
  } catch (const std::exception&) {
    return nullptr;
  }
}

workspace& open_workbook::work() {
  if (!workspace_) {
    workspace_.emplace(where.workspace, note_);
  }
  return *workspace_;
}

progress_file& open_workbook::progress() {
  if (!progress_) {
    if (work().exists()) {
      work().open(); // refuses a workspace of another version
    }
    progress_.emplace(work().state_folder(), note_, now);
  }
  return *progress_;
}

const exercise& open_workbook::require_exercise(std::string_view typed) {
  const catalog& all = exercises();
  if (const exercise* found = all.find(typed)) {
    return *found;
  }
  throw usage_error{fmt::format("There is no exercise '{}'.{} `weir list` shows them all.", typed,
                                did_you_mean(all.suggest(typed)))};
}

const exercise& open_workbook::exercise_or_current(std::string_view typed) {
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

const std::vector<chapter>& open_workbook::chapters() {
  if (!chapters_) {
    chapters_ = load_chapters(where.root, [this](const std::string& problem) {
      note_(problem + " Its chapter has no fast track meanwhile.");
    });
  }
  return *chapters_;
}

const chapter& open_workbook::require_chapter(std::string_view typed) {
  const std::vector<chapter>& all = chapters();
  if (all.empty()) {
    throw environment_error{
        fmt::format("There are no chapters below {}. Start weir from the repository, or set "
                    "WEIR_ROOT to it.",
                    where.root.string())};
  }
  const auto chapter_of = [&](const exercise& ex) -> const chapter& {
    const chapter* found = find_chapter(all, ex.chapter);
    return found != nullptr ? *found : all.front();
  };
  const catalog* known = exercises_if_any();
  if (typed.empty()) {
    const bool any = known != nullptr && !known->exercises().empty();
    const exercise* current = any ? known->find(".") : nullptr;
    current = any && current == nullptr ? first_pending() : current;
    return current != nullptr ? chapter_of(*current) : all.front();
  }
  if (const chapter* found = find_chapter(all, typed)) {
    return *found;
  }
  if (const exercise* ex = known != nullptr ? known->find(typed) : nullptr) {
    return chapter_of(*ex);
  }
  std::vector<std::string> names;
  for (const chapter& each : all) {
    names.push_back(each.name);
  }
  throw usage_error{fmt::format("There is no chapter '{}'.{} The chapters are: {}.", typed,
                                did_you_mean(nearest(typed, names)), fmt::join(names, ", "))};
}

const exercise* open_workbook::first_pending() {
  const auto all = exercises().exercises();
  const grader::progress reached = progress().load();
  const std::string current = reached.current();
  const auto start =
      std::find_if(all.begin(), all.end(), [&](const exercise& ex) { return ex.id == current; });
  // From where the reader was to the end, then what was skipped before.
  return route{all, chapters(), reached}.next_pending(
      static_cast<std::size_t>(start - all.begin()));
}

std::filesystem::path open_workbook::require_solution(const exercise& ex) const {
  std::filesystem::path file = where.root / "solutions" / ex.folder / ex.file;
  if (!std::filesystem::exists(file)) {
    throw environment_error{fmt::format(
        "There is no solution for '{}' here ({}). Hand-outs for readers come without; ask whoever "
        "gave you this one.",
        ex.id, file.string())};
  }
  return file;
}

} // namespace weir::grader
