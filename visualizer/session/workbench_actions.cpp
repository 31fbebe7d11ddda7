#include "session/workbench.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

void workbench::toggle_marker() {
  const nanos now = clock.at().t_ns;
  const nanos near = std::max<nanos>(view.view().length() / 200, 0);
  const auto same =
      std::ranges::find_if(markers, [&](nanos each) { return std::abs(each - now) <= near; });
  if (same != markers.end()) {
    markers.erase(same);
  } else {
    markers.insert(std::ranges::upper_bound(markers, now), now);
  }
}

void workbench::to_transition(action which) {
  const bool on = which == action::next_transition;
  const cursor before = clock.at();
  if (on) {
    clock.to_next_transition(shown_->trace(), transitions());
  } else {
    clock.to_previous_transition(shown_->trace(), transitions());
  }
  if (clock.at() == before) { // a key without an answer looks broken
    screen.notice = transitions().empty() ? "Nothing in this run changes its state."
                    : on                  ? "This was the last change of state."
                                          : "There is no earlier change of state.";
  }
}

void workbench::open_tree() {
  screen.tab = viz::tab::tree;
  screen.second_tab = viz::tab::tree;
}

void workbench::to_task(action which) {
  open_tree();
  const auto rows = shown_
                        ? tree_rows(shown_->line().tree(), screen.folded, view.view(), screen.tree)
                        : std::vector<std::uint32_t>{};
  if (rows.empty()) {
    screen.notice = "This run has no tasks.";
    return;
  }
  const auto selected = std::ranges::find_if(rows, [&](std::uint32_t node) {
    return shown_->line().tree().key_of(node) == screen.selected_node;
  });
  auto row = selected - rows.begin();
  const auto count = std::ssize(rows);
  if (selected == rows.end()) {
    row = which == action::next_task ? 0 : count - 1;
  } else {
    row += which == action::next_task ? 1 : -1;
  }
  if (row < 0 || row >= count) {
    screen.notice = row < 0 ? "This is the first task." : "This is the last task.";
    return;
  }
  select_node(rows[static_cast<std::size_t>(row)]);
}

void workbench::toggle_orphans() {
  open_tree();
  if (screen.tree == tree_part::orphans) {
    screen.tree = tree_part::everything;
  } else if (!shown_ || shown_->line().tree().orphans() == 0) {
    screen.notice = "No task in this run outlived who started it.";
  } else {
    screen.tree = tree_part::orphans;
  }
}

/// Without a selection: everything, or nothing if anything is folded.
void workbench::fold_selected() {
  open_tree();
  if (!shown_ || !shown_->line().tree().nested()) {
    screen.notice = "Nothing in this run lies below anything.";
    return;
  }
  const auto& tree = shown_->line().tree();
  const auto nodes = tree.nodes();
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (tree.key_of(i) == screen.selected_node) {
      if (nodes[i].next == i + 1) {
        screen.notice = "Nothing lies below this one.";
      }
      return fold_node(i);
    }
  }
  if (!screen.folded.empty()) {
    screen.folded.clear();
    return;
  }
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].next != i + 1) {
      screen.folded.insert(tree.key_of(i));
    }
  }
}

void workbench::perform(action what) {
  constexpr double pan_share = 0.15;
  constexpr double zoom_factor = 1.6;
  screen.notice.clear();
  switch (what) {
  case action::pan_left:
    return view.pan(-pan_share);
  case action::pan_right:
    return view.pan(pan_share);
  case action::zoom_in:
    return view.zoom(zoom_factor, clock.at().t_ns);
  case action::zoom_out:
    return view.zoom(1 / zoom_factor, clock.at().t_ns);
  case action::fit:
    return view.fit();
  case action::undo_zoom:
    view.undo();
    return;
  case action::speed_1:
  case action::speed_2:
  case action::speed_3:
  case action::speed_4:
  case action::speed_5:
    return clock.set_speed(transport::key_speeds[static_cast<std::size_t>(what) -
                                                 static_cast<std::size_t>(action::speed_1)]);
  case action::marker:
    return toggle_marker();
  case action::previous_task:
  case action::next_task:
    return to_task(what);
  case action::fold:
    return fold_selected();
  case action::orphans:
    return toggle_orphans();
  case action::rerun:
    return rerun();
  case action::copy_command:
    screen.copied = command_line();
    screen.notice = "Copied: " + *screen.copied;
    return;
  case action::filter:
    screen.tab = viz::tab::events;
    screen.second_tab = viz::tab::events;
    screen.focus_filter = true;
    screen.presenter = false;
    return;
  case action::clear:
    return screen.clear();
  case action::help:
    screen.help_open = !screen.help_open;
    return;
  case action::presenter:
    screen.presenter = !screen.presenter;
    return;
  case action::scale_up:
    screen.text_scale = std::min(screen.text_scale * 1.1F, 3.0F);
    return;
  case action::scale_down:
    screen.text_scale = std::max(screen.text_scale / 1.1F, 0.6F);
    return;
  case action::scale_reset:
    screen.text_scale = 1;
    return;
  default:
    if (shown_) {
      perform_on_run(what);
      screen.selected_event.reset();
      view.follow(clock.at().t_ns);
    }
    return;
  }
}

/// What moves the cursor.
void workbench::perform_on_run(action what) {
  constexpr nanos tenth = 100'000'000;
  const trace_view trace = shown_->trace();
  switch (what) {
  case action::play_pause:
    clock.toggle(trace);
    break;
  case action::previous_event:
    clock.previous(trace);
    break;
  case action::next_event:
    clock.next(trace);
    break;
  case action::back_tenth:
    clock.step_by(trace, -tenth);
    break;
  case action::forward_tenth:
    clock.step_by(trace, tenth);
    break;
  case action::back_second:
    clock.step_by(trace, -10 * tenth);
    break;
  case action::forward_second:
    clock.step_by(trace, 10 * tenth);
    break;
  case action::to_start:
    clock.to_start();
    break;
  case action::to_end:
    clock.to_end(trace);
    break;
  case action::previous_transition:
  case action::next_transition:
    to_transition(what);
    break;
  default:
    break;
  }
}

} // namespace weir::viz
