#include "session/workbench.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace weir::viz {

void workbench::take(const scene_opened& what) {
  stop_sweep(); // a build forgets the points that have not run: they would be waited for for ever
  if (scene_.info.id != what.scene.id) {
    forget_runs();
  }
  scene_.open(what);
  if (what.beside) {
    against_ = rival_of(*what.beside);
    screen.tab = viz::tab::compare;
    screen.second_tab = viz::tab::compare;
  }
  begin_change();
  ask_main();
  ask_other();
}

void workbench::forget_runs() {
  shown_.reset();
  ghost_.reset();
  other_.reset();
  against_ = rival::none;
  markers.clear();
  sweep_ = {};
  screen.sweep_knob = 0;
  screen.folded.clear(); // of other tasks
  screen.tree = tree_part::everything;
}

void workbench::take(const run_ready& what) {
  switch (what.request.where) {
  case slot::main:
    answered_ = std::max(answered_, what.request.ticket);
    show(what.made);
    if (other_awaited_ && !failure_.empty()) {
      other_failure_ = std::exchange(failure_, {});
    }
    if (banner_.what != banner::kind::compile_error && banner_.what != banner::kind::problem) {
      banner_ = {};
    }
    break;
  case slot::other:
    other_ = what.made;
    other_awaited_ = false;
    other_failure_.clear();
    break;
  case slot::sweep:
    sweep_.take(what.request, *what.made);
    break;
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
    sweep_.stop();
    screen.banner_open = true;
  }
  screen.banner_open = screen.banner_open || what.what == banner::kind::remark;
  banner_ = what;
  session_over_ = session_over_ || what.title.ends_with("session has ended");
}

bool workbench::poll() {
  const auto updates = inbox_.take();
  for (const session_update& each : updates) {
    std::visit([this](const auto& what) { take(what); }, each);
  }
  return !updates.empty();
}

} // namespace weir::viz
