#include "model/tree_words.hpp"
#include "panels/lane_parts.hpp"
#include "panels/panels.hpp"
#include "panels/tree_rows.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

bool any(const task_tree& tree, bool (*is)(const tree_node&)) {
  return std::ranges::any_of(tree.nodes(), is);
}

/// What of it occurs, as far as there is room.
void draw_tree_legend(ui& with, const task_tree& tree) {
  legend row{with};
  row.keep_room_for(tree_count(tree));
  row.entry("waits", 18, [&](ImDrawList& to, const box& at) { draw_waiting(with, to, at); });
  row.entry("runs", 3, [&](ImDrawList& to, const box& at) { draw_running(with, to, at); });
  if (tree.scopes() != 0) {
    row.entry("scope", 18, [&](ImDrawList& to, const box& at) { draw_scope_bar(with, to, at); });
  }
  if (tree.orphans() != 0) {
    row.entry("orphan", 20, [&](ImDrawList& to, const box& at) {
      draw_waiting(with, to, at);
      draw_orphan(with, to, at);
    });
  }
  if (tree.unended() != 0) {
    row.entry("not ended", 20, [&](ImDrawList& to, const box& at) {
      draw_waiting(with, to, at);
      draw_open_end(with, to, at);
    });
  }
  if (any(tree, [](const tree_node& each) { return each.first_failure != tree_node::none; })) {
    row.entry("failed first", 9, [&](ImDrawList& to, const box& at) {
      draw_failure_line(with, to, at.centre().x, at.min.y, at.max.y, theme::open);
    });
  }
  if (any(tree, [](const tree_node& each) { return each.together > 1; })) {
    row.entry("ended together", 7, [&](ImDrawList& to, const box& at) {
      draw_tie(with, to, at.centre().x, at.min.y, at.max.y);
    });
  }
  row.count(tree_count(tree));
}

void draw_tree_buttons(ui& with, const workbench& bench, const task_tree& tree) {
  action_button(with, action::previous_task);
  ImGui::SameLine(0, with.px(4));
  action_button(with, action::next_task);
  ImGui::SameLine(0, with.px(4));
  action_button(with, action::fold, {}, tree.nested(), !bench.screen.folded.empty());
  ImGui::SameLine(0, with.px(4));
  const bool only = bench.screen.tree == tree_part::orphans;
  action_button(with, action::orphans, {}, only || tree.orphans() != 0, only);
  ImGui::SameLine(0, with.px(12));
}

} // namespace

void draw_tree(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "tree", "", size, ImGuiWindowFlags_NoScrollbar);
  const run* shown = bench.shown();
  if (shown == nullptr || shown->line().tree().nodes().empty()) {
    empty_state(with, shown == nullptr ? "No run yet" : "No tasks in this run",
                shown == nullptr ? "The tree appears with the first run."
                                 : "The tree shows tasks below who started them. This run started "
                                   "none: what it does, it does in callbacks.");
    end_panel();
    return;
  }
  const task_tree& tree = shown->line().tree();
  const float top = ImGui::GetCursorPosY();
  draw_tree_buttons(with, bench, tree);
  const float row = ImGui::GetFrameHeight();
  ImGui::SetCursorPosY(top + (row - with.fonts.small->FontSize) / 2);
  draw_tree_legend(with, tree);
  ImGui::SetCursorPosY(top + row + with.px(4));
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float low = corner.y + ImGui::GetContentRegionAvail().y;
  std::size_t rows = 0;
  draw_time_list(with, bench, "tree list", 230,
                 [&](const time_scale& scale) { rows = draw_tree_rows(with, bench, scale); });
  if (rows < tree.nodes().size()) { // beside the ruler
    const std::string text = count_text(rows) + " of " + count_text(tree.nodes().size()) + " rows";
    const float y = low - with.px(19);
    draw_label(with, *ImGui::GetWindowDrawList(), {corner.x, y}, text, theme::soft_text,
               with.fonts.small);
    hint(with, {{corner.x, y}, {corner.x + with.px(150), low}},
         "The others are folded, no orphans, or lived before or after what is in view.");
  }
  end_panel();
}

} // namespace weir::viz
