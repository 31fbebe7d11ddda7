#include "panels/tree_rows.hpp"

#include "model/ticks.hpp"
#include "model/tree_words.hpp"
#include "panels/icons.hpp"
#include "panels/lane_parts.hpp"

#include <weir/trace/text.hpp>

#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace weir::viz {

namespace {

class tree_drawing {
public:
  tree_drawing(ui& with, workbench& bench, const time_scale& scale)
      : with_(with),
        bench_(bench),
        line_(bench.shown()->line()),
        tree_(line_.tree()),
        nodes_(tree_.nodes()),
        scale_(scale),
        by_{scale.range, static_cast<double>(scale.right - scale.left),
            static_cast<double>(with.px(3))},
        to_(*ImGui::GetWindowDrawList()),
        rows_(tree_rows(tree_, bench.screen.folded, scale.range, bench.screen.tree)),
        row_(std::round(with.px(22))),
        step_(row_ + std::round(with.px(5))) {}

  std::size_t draw() {
    scroll_to_selection();
    top_ = ImGui::GetCursorScreenPos().y;
    left_ = ImGui::GetWindowPos().x;
    const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
    const auto count = rows_.size();
    const auto row_at = [&](float y) {
      return std::min(count, static_cast<std::size_t>(std::max(0.0F, (y - top_) / step_)));
    };
    first_ = row_at(clip.Min.y);
    last_ = std::min(count, row_at(clip.Max.y) + 1);
    to_.PushClipRect({scale_.left, clip.Min.y}, {scale_.right, clip.Max.y}, true);
    draw_scopes();
    for (std::size_t row = first_; row < last_; ++row) {
      draw_start(row);
    }
    for (std::size_t row = first_; row < last_; ++row) {
      draw_row(row);
    }
    for (std::size_t row = first_; row < last_; ++row) {
      draw_company(row);
    }
    for (std::size_t row = first_; row < last_; ++row) {
      draw_first_failure(row);
    }
    for (std::size_t row = first_; row < last_; ++row) {
      draw_end(row);
    }
    to_.PopClipRect();
    for (std::size_t row = first_; row < last_; ++row) {
      draw_name(row);
    }
    point_at();
    ImGui::Dummy({1, step_ * static_cast<float>(count)});
    return count;
  }

private:
  [[nodiscard]] const tree_node& node(std::size_t row) const { return nodes_[rows_[row]]; }

  [[nodiscard]] bool is_scope(std::uint32_t index) const {
    return nodes_[index].what == tree_node::kind::scope;
  }

  /// The first row of a node that is not before this one.
  [[nodiscard]] std::size_t row_of(std::uint32_t index) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(rows_, index) - rows_.begin());
  }

  [[nodiscard]] float y_of(std::size_t row) const { return top_ + step_ * static_cast<float>(row); }

  [[nodiscard]] float middle_of(std::size_t row) const { return y_of(row) + row_ / 2; }

  [[nodiscard]] bool in_view(nanos t_ns) const {
    return t_ns >= scale_.range.from_ns && t_ns <= scale_.range.to_ns;
  }

  [[nodiscard]] box area_of(double from, double to, std::size_t row) const {
    const float y = y_of(row);
    return {{scale_.left + static_cast<float>(from), y + with_.px(2)},
            {scale_.left + static_cast<float>(to), y + row_ - with_.px(2)}};
  }

  void scroll_to_selection() {
    if (!std::exchange(bench_.screen.scroll_to_node, false)) {
      return;
    }
    const auto found = std::ranges::find_if(rows_, [&](std::uint32_t index) {
      return tree_.key_of(index) == bench_.screen.selected_node;
    });
    if (found == rows_.end()) {
      return;
    }
    const float at = step_ * static_cast<float>(found - rows_.begin());
    const float room = ImGui::GetWindowHeight();
    if (at < ImGui::GetScrollY()) {
      ImGui::SetScrollY(at);
    } else if (at + step_ > ImGui::GetScrollY() + room) {
      ImGui::SetScrollY(at + step_ - room);
    }
  }

  /// The ground of every scope in view, from its first to its last row and no longer than it lived:
  /// what stands beyond it has outlived it.
  void draw_scopes() {
    if (tree_.scopes() == 0 || first_ == last_) {
      return;
    }
    for (auto above = node(first_).parent; above != tree_node::none; above = nodes_[above].parent) {
      draw_scope_ground(above);
    }
    for (std::size_t row = first_; row < last_; ++row) {
      draw_scope_ground(rows_[row]);
    }
  }

  void draw_scope_ground(std::uint32_t index) {
    const tree_node& scope = nodes_[index];
    const auto across = pixels_of(scope.begin_ns, scope.end_ns, by_);
    if (!is_scope(index) || !across) {
      return;
    }
    const float low = y_of(row_of(scope.next)) - (step_ - row_) + with_.px(1);
    const box area{{scale_.left + static_cast<float>(across->from), y_of(row_of(index))},
                   {scale_.left + static_cast<float>(across->to), low}};
    to_.AddRectFilled(area.min, area.max, theme::faded(theme::accent, 0.06));
    if (scope.ended() && in_view(scope.end_ns)) {
      to_.AddRectFilled({area.max.x - with_.px(1), area.min.y}, area.max, theme::strong_line);
    }
  }

  /// From the row of who started it.
  void draw_start(std::size_t row) {
    const tree_node& one = node(row);
    if (one.parent == tree_node::none || !in_view(one.begin_ns)) {
      return;
    }
    const float x = std::round(scale_.x(one.begin_ns));
    to_.AddRectFilled({x, middle_of(row_of(one.parent))},
                      {x + std::max(1.0F, with_.px(1)), middle_of(row)},
                      theme::faded(theme::strong_line, 0.7));
  }

  void draw_row(std::size_t row) {
    const tree_node& one = node(row);
    const auto across = pixels_of(one.begin_ns, one.end_ns, by_);
    if (!across) {
      return;
    }
    const box whole = area_of(across->from, across->to, row);
    if (is_scope(rows_[row])) {
      draw_scope_bar(with_, to_, whole);
    } else {
      draw_states(row);
    }
    if (one.orphan()) {
      if (const auto left = pixels_of(one.orphan_ns, one.end_ns, by_)) {
        draw_orphan(with_, to_, area_of(left->from, left->to, row));
      }
    }
    if (!one.ended()) {
      draw_open_end(with_, to_, whole);
    }
    if (tree_.key_of(rows_[row]) == bench_.screen.selected_node) {
      to_.AddRect({whole.min.x - 1, whole.min.y - 1}, {whole.max.x + 1, whole.max.y + 1},
                  theme::accent, with_.px(2), 0, with_.px(1.5F));
    }
  }

  void draw_states(std::size_t row) {
    states_.clear();
    with_.cost.visited += tree_.states(node(row), by_, states_).visited;
    const auto own = tree_.lanes().stretches(*tree_.lane_of(node(row)));
    for (const drawn_state& each : states_) {
      const box area = area_of(each.from, each.to, row);
      if (each.runs && each.waits) {
        draw_busy_task(with_, to_, area);
      } else if (each.runs) {
        draw_running(with_, to_, area);
      } else {
        draw_waiting(with_, to_, area);
        draw_wait_label(with_, to_, line_.trace(), own[each.stretch], area);
      }
    }
  }

  /// A line through the ends of children of one parent that fell into one instant.
  void draw_company(std::size_t row) {
    const tree_node& one = node(row);
    if (one.together > 1 && in_view(one.end_ns)) {
      draw_tie(with_, to_, scale_.x(one.end_ns), middle_of(row_of(one.parent)), middle_of(row));
    }
  }

  /// Of a parent that ended badly, from the child that had done so first; drawn once, by whichever
  /// of the two is in view.
  void draw_first_failure(std::size_t row) {
    const auto index = rows_[row];
    const auto parent = node(row).parent;
    if (parent != tree_node::none && nodes_[parent].first_failure == index) {
      draw_failure(row_of(parent), row);
    }
    const auto first = node(row).first_failure;
    if (first == tree_node::none) {
      return;
    }
    const auto below = row_of(first);
    if (below >= last_ && below < rows_.size() && rows_[below] == first) {
      draw_failure(row, below);
    }
  }

  void draw_failure(std::size_t parent, std::size_t child) {
    const tree_node& first = node(child);
    if (in_view(first.end_ns)) {
      draw_failure_line(with_, to_, scale_.x(first.end_ns), middle_of(parent), middle_of(child),
                        theme::of(first.how));
    }
  }

  /// How it ended, right of its bar; that it is an orphan, where it became one.
  void draw_end(std::size_t row) {
    const tree_node& one = node(row);
    const float size = with_.px(13);
    if (one.orphan() && in_view(one.orphan_ns)) {
      const ImVec2 at{std::max(scale_.x(one.orphan_ns), scale_.left + size), middle_of(row)};
      to_.AddCircleFilled(at, size * 0.72F, theme::ground, 16);
      draw_icon(to_, icon::warning, at, size, theme::timeout);
    }
    if (!one.ended() || !in_view(one.end_ns)) {
      return;
    }
    const float x = std::min(scale_.x(one.end_ns) + with_.px(10), scale_.right - with_.px(7));
    const ImVec2 at{x, middle_of(row)};
    const auto* const lane = tree_.lane_of(one);
    if (is_bad(one.how)) {
      to_.AddCircleFilled(at, size * 0.65F, theme::plot, 16);
      draw_outcome(to_, one.how, at, size, theme::of(one.how));
    } else if (lane != nullptr && lane->how) {
      const auto [sign, colour] = sign_of(*lane->how);
      draw_icon(to_, sign, at, size, colour);
    } else if (one.how != trace::outcome::none) {
      draw_outcome(to_, one.how, at, size, theme::of(one.how));
    }
  }

  [[nodiscard]] float indent(const tree_node& one) const {
    constexpr std::uint32_t deepest = 8; // then further in no more
    const float each = std::min(with_.px(12), (scale_.left - left_) * 0.05F);
    return each * static_cast<float>(std::min(one.depth, deepest));
  }

  [[nodiscard]] bool folds(std::uint32_t index) const { return nodes_[index].next != index + 1; }

  [[nodiscard]] box triangle_of(std::size_t row) const {
    const float x = left_ + indent(node(row));
    return {{x, y_of(row)}, {x + with_.px(16), y_of(row) + row_}};
  }

  void draw_name(std::size_t row) {
    const auto index = rows_[row];
    const tree_node& one = node(row);
    const auto now = bench_.clock.at().event;
    const bool there = one.begin_event < now && (!one.ended() || one.end_event >= now);
    const ImU32 colour = there ? theme::text : theme::soft_text;
    const box triangle = triangle_of(row);
    if (folds(index)) {
      draw_fold_sign(triangle.centre(), index, colour);
      note(triangle, "fold " + tree_.name_of(index));
    }
    float x = triangle.max.x + with_.px(2);
    if (is_scope(index)) { // so that it is no task even in grey
      const ImVec2 low{x + with_.px(2), middle_of(row) - with_.px(4)};
      to_.AddRect(low, {low.x + with_.px(8), low.y + with_.px(8)}, colour, 0, 0, with_.px(1.5F));
      x += with_.px(14);
    }
    const std::string& name = tree_.name_of(index);
    const float room = std::max(scale_.left - x - with_.px(8), with_.px(20));
    draw_label(with_, to_, {x, y_of(row) + (row_ - with_.fonts.small->FontSize) / 2},
               shortened_in_front(with_, name, room, with_.fonts.small), colour, with_.fonts.small);
    note({{left_, y_of(row)}, {scale_.right, y_of(row) + row_}}, "row " + name);
  }

  /// Down where what is below is shown, to the right where it is not.
  void draw_fold_sign(ImVec2 at, std::uint32_t index, ImU32 colour) {
    const float half = with_.px(4.5F);
    if (bench_.screen.folded.contains(tree_.key_of(index))) {
      to_.AddTriangleFilled({at.x - half * 0.6F, at.y - half}, {at.x + half, at.y},
                            {at.x - half * 0.6F, at.y + half}, colour);
    } else {
      to_.AddTriangleFilled({at.x - half, at.y - half * 0.6F}, {at.x + half, at.y - half * 0.6F},
                            {at.x, at.y + half}, colour);
    }
  }

  /// Says it where the mouse is, and notes it for the tests.
  void say(const box& where, const std::string& text) {
    hint(with_, where, text);
    note(where, "words of the tree", text);
  }

  void note(const box& where, const std::string& name, const std::string& tip = {}) {
    if (with_.places != nullptr) {
      const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
      with_.places->add(
          name, {.where = where, .clip = {clip.Min, clip.Max}, .tooltip = tip, .scrolls = true});
    }
  }

  /// Says what the mouse points at, and takes its click.
  void point_at() {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto row = static_cast<std::size_t>(std::max(0.0F, (mouse.y - top_) / step_));
    if (!ImGui::IsWindowHovered() || mouse.y < top_ || row < first_ || row >= last_ ||
        mouse.y >= y_of(row) + row_) {
      return;
    }
    const auto index = rows_[row];
    if (mouse.x < scale_.left) {
      return point_at_name(row, index);
    }
    const auto across = pixels_of(node(row).begin_ns, node(row).end_ns, by_);
    if (!across || !near(area_of(across->from, across->to, row), mouse)) {
      return;
    }
    states_.clear();
    static_cast<void>(tree_.states(node(row), by_, states_));
    const auto found = std::ranges::find_if(states_, [&](const drawn_state& each) {
      return near(area_of(each.from, each.to, row), mouse);
    });
    const auto* const stretch =
        found == states_.end()
            ? nullptr
            : &tree_.lanes().stretches(*tree_.lane_of(node(row)))[found->stretch];
    say({mouse, {mouse.x + 1, mouse.y + 1}}, words_for(index, stretch));
    if (ImGui::IsMouseClicked(0)) {
      bench_.select_event(stretch != nullptr ? stretch->begin_event : node(row).begin_event);
      bench_.select_node(index, workbench::move_cursor::not_at_all);
    }
  }

  [[nodiscard]] bool near(box area, ImVec2 at) const {
    area.min = {area.min.x - with_.px(2), area.min.y - with_.px(2)};
    area.max = {area.max.x + with_.px(2), area.max.y + with_.px(2)};
    return area.contains(at);
  }

  void point_at_name(std::size_t row, std::uint32_t index) {
    const box triangle = triangle_of(row);
    const bool on_sign = folds(index) && triangle.contains(ImGui::GetMousePos());
    say({{left_, y_of(row)}, {scale_.left, y_of(row) + row_}},
        on_sign ? "Hides what lies below it, or shows it. [T]" : words_for(index, nullptr));
    if (!ImGui::IsMouseClicked(0)) {
      return;
    }
    if (on_sign) {
      bench_.fold_node(index);
    } else {
      bench_.select_node(index);
    }
  }

  [[nodiscard]] std::string words_for(std::uint32_t index, const task_stretch* stretch) const {
    std::string text = tree_.name_of(index);
    if (stretch != nullptr) {
      text += " " + words_of(line_.trace(), *stretch) + "\nfrom " + format_time(stretch->begin_ns) +
              ", " + trace::format_duration(std::chrono::nanoseconds{stretch->length()}) +
              (stretch->open() ? ", to the end of the run" : "");
    }
    for (const std::string& each : tree_facts(line_, index)) {
      text += "\n" + each;
    }
    return text + "\nClick: the cursor to where this begins.";
  }

  ui& with_;
  workbench& bench_;
  const timeline& line_;
  const task_tree& tree_;
  std::span<const tree_node> nodes_;
  time_scale scale_;
  row_measure by_;
  ImDrawList& to_;
  std::vector<std::uint32_t> rows_;
  float row_;
  float step_;
  float top_ = 0;
  float left_ = 0;
  std::size_t first_ = 0; ///< row in view
  std::size_t last_ = 0;  ///< the one behind the last
  std::vector<drawn_state> states_;
};

} // namespace

std::size_t draw_tree_rows(ui& with, workbench& bench, const time_scale& scale) {
  return tree_drawing{with, bench, scale}.draw();
}

void draw_scope_bar(const ui& with, ImDrawList& to, const box& area) {
  const float thick = std::max(2.0F, std::round(with.px(3)));
  const float top = std::round(area.min.y + area.height() * 0.25F);
  to.AddRectFilled({area.min.x, top}, {area.max.x, top + thick}, theme::soft_text);
  const float cap = std::min(thick, area.width() / 2);
  to.AddRectFilled({area.min.x, top}, {area.min.x + cap, area.max.y}, theme::soft_text);
  to.AddRectFilled({area.max.x - cap, top}, {area.max.x, area.max.y}, theme::soft_text);
}

void draw_orphan(const ui& with, ImDrawList& to, const box& area) {
  const float edge = std::max(2.0F, std::round(with.px(2)));
  draw_pattern(to, pattern::falling, area.min, area.max, theme::timeout, with.px(6));
  to.AddRectFilled({area.min.x, area.min.y}, {area.max.x, area.min.y + edge}, theme::timeout);
  to.AddRectFilled({area.min.x, area.max.y - edge}, area.max, theme::timeout);
}

void draw_failure_line(const ui& with, ImDrawList& to, float x, float top, float bottom,
                       ImU32 colour) {
  const float width = std::max(2.0F, std::round(with.px(2)));
  const float head = with.px(5);
  x = std::round(x);
  to.AddRectFilled({x - width / 2, std::min(top + head, bottom)}, {x + width / 2, bottom}, colour);
  to.AddTriangleFilled({x, top}, {x + head, top + 1.6F * head}, {x - head, top + 1.6F * head},
                       colour);
}

void draw_tie(const ui& with, ImDrawList& to, float x, float top, float bottom) {
  const float dash = with.px(3);
  x = std::round(x);
  for (float y = top; y < bottom; y += 2 * dash) {
    to.AddRectFilled({x, y}, {x + std::max(1.0F, with.px(1.5F)), std::min(y + dash, bottom)},
                     theme::accent);
  }
  to.AddCircleFilled({x + with.px(0.75F), bottom}, with.px(2.5F), theme::accent, 12);
}

} // namespace weir::viz
