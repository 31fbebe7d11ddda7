#include "model/compare.hpp"
#include "panels/compare_pairs.hpp"
#include "panels/panels.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz {

namespace {

void draw_choice(ui& with, workbench& bench) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "Beside");
  const auto button = [&](rival which, std::string_view text, std::string_view tip) {
    ImGui::SameLine(0, with.px(6));
    const button_look look{.sign = icon::none,
                           .text = text,
                           .enabled = true,
                           .chosen = bench.against() == which,
                           .width = 0,
                           .colour = theme::text};
    if (draw_button(with, "compare with " + std::string{name_of(which)}, look, tip)) {
      bench.compare_with(which);
    }
  };
  button(rival::none, "nothing", "Ends the comparison.");
  for (const rival each : bench.rivals()) {
    button(each, name_of(each),
           each == rival::previous ? "The run before the last change."
                                   : "Runs that code with the same seed and the same knobs.");
  }
}

std::string name_of_shown(const workbench& bench) {
  return bench.live() ? std::string{name_of(bench.scene().code)} : std::string{"this run"};
}

struct verdict_look {
  icon sign;
  ImU32 colour;
  const char* word;
};

verdict_look look_of(verdict which) {
  switch (which) {
  case verdict::better:
    return {icon::check, theme::closed, "better"};
  case verdict::worse:
    return {icon::cross, theme::open, "worse"};
  case verdict::different:
    return {icon::none, theme::soft_text, "different"};
  case verdict::same:
    break;
  }
  return {icon::none, theme::soft_text, "the same"};
}

/// A goal of the scene, met or not by either run.
struct goal_pair {
  std::string text;
  std::optional<bool> left; ///< empty: it could not be judged
  std::optional<bool> right;
};

std::vector<goal_pair> goals_of(const run& left, const run& right) {
  std::vector<goal_pair> pairs;
  const auto met = [](const judged_goal& one) {
    return one.remark.empty() ? std::optional(one.met) : std::nullopt;
  };
  for (const judged_goal& mine : left.goals()) {
    const auto theirs = std::ranges::find(right.goals(), mine.text, &judged_goal::text);
    if (theirs != right.goals().end()) {
      pairs.push_back({mine.text, met(mine), met(*theirs)});
    }
  }
  return pairs;
}

struct table {
  comparison seen;
  std::string left;
  std::string right;
  std::vector<goal_pair> goals;
  std::vector<std::string> notes; ///< what has to be known before any figure is believed
};

/// Goals, figures and remarks, one line after another.
class table_drawing {
public:
  table_drawing(ui& with, const table& what, float width)
      : with_(with),
        what_(what),
        to_(*ImGui::GetWindowDrawList()),
        at_(ImGui::GetCursorScreenPos()),
        width_(width),
        row_(with.fonts.body->FontSize + with.px(5)),
        y_(at_.y) {}

  void draw() {
    word(1, what_.left, theme::soft_text, with_.fonts.small);
    word(2, what_.right, theme::soft_text, with_.fonts.small);
    y_ += with_.fonts.small->FontSize + with_.px(5);
    for (const std::string& each : what_.notes) {
      remark(each, theme::timeout);
    }
    for (const goal_pair& each : what_.goals) {
      draw_goal(each);
    }
    for (const comparison_row& each : what_.seen.rows) {
      draw_row(each);
    }
    draw_remarks();
    ImGui::Dummy({width_, y_ - at_.y});
  }

private:
  /// Ends at the right edge of column 1 (this run), 2 (the other one) or 3 (the difference).
  box word(int column, std::string_view text, ImU32 colour, ImFont* font = nullptr) {
    constexpr std::array edges{0.0F, 0.57F, 0.78F, 1.0F};
    const float right = at_.x + width_ * edges[static_cast<std::size_t>(column)];
    return draw_label_within(with_, to_, {right, y_}, width_ * 0.2F, text, colour, font,
                             align::right);
  }

  void draw_goal(const goal_pair& goal) {
    const bool short_one = text_size(with_, goal.text, with_.fonts.small).x <= width_ * 0.36F;
    const float baseline = short_one ? y_ + with_.px(2) : y_;
    const box text = draw_wrapped(with_, to_, {at_.x, baseline}, width_, goal.text,
                                  theme::soft_text, with_.fonts.small);
    y_ = short_one ? y_ : text.max.y + with_.px(1);
    const auto answer = [&](int column, std::optional<bool> met) {
      const ImU32 colour = !met ? theme::soft_text : *met ? theme::closed : theme::open;
      const box drawn = word(column, !met ? "not judged" : *met ? "met" : "missed", theme::text);
      if (met) {
        draw_icon(to_, *met ? icon::check : icon::cross,
                  {drawn.min.x - with_.px(10), drawn.centre().y}, with_.px(10), colour);
      }
    };
    answer(1, goal.left);
    answer(2, goal.right);
    y_ += row_ + with_.px(3);
  }

  void draw_row(const comparison_row& each) {
    const verdict_look look = look_of(each.right_is);
    draw_label_within(with_, to_, {at_.x, y_}, width_ * 0.36F, each.name, theme::text);
    word(1, each.left, theme::text);
    word(2, each.right, theme::text);
    const box difference =
        word(3, each.difference, look.sign == icon::none ? look.colour : theme::text);
    if (look.sign != icon::none && !each.difference.empty()) {
      draw_icon(to_, look.sign,
                {difference.min.x - with_.px(10), y_ + with_.fonts.body->FontSize / 2},
                with_.px(10), look.colour);
    }
    hint(with_, {{at_.x, y_}, {at_.x + width_, y_ + row_}},
         each.name + ": " + what_.right + " is " + look.word +
             (each.right_is == verdict::same ? "." : " than " + what_.left + "."));
    y_ += row_;
  }

  void remark(std::string_view text, ImU32 colour) {
    const box drawn = draw_wrapped(with_, to_, {at_.x, y_ + with_.px(2)}, width_, text, colour,
                                   with_.fonts.small);
    y_ = drawn.max.y + with_.px(2);
  }

  void draw_remarks() {
    const auto same = [](const comparison_row& each) {
      return each.right_is == verdict::same;
    };
    if (std::ranges::all_of(what_.seen.rows, same)) {
      remark("No figure differs by 1 % or more.", theme::soft_text);
    }
    for (const std::string& each : what_.seen.other_knobs) {
      remark("knob " + each, theme::timeout);
    }
    if (!what_.seen.same_seed) {
      remark("The seeds differ: some of this is luck.", theme::timeout);
    }
  }

  ui& with_;
  const table& what_;
  ImDrawList& to_;
  ImVec2 at_;
  float width_;
  float row_;
  float y_;
};

/// How a run went that did not go to its end, in a sentence; empty of one that did.
std::string trouble_of(const run& which, const std::string& name) {
  if (which.healthy()) {
    return {};
  }
  const nanos end = which.line().range().to_ns;
  std::string text =
      name + (end == 0 ? "" : " went no further than " + duration_text(static_cast<double>(end))) +
      ": " + (which.ended().empty() ? "it did not end" : which.ended());
  return which.message().empty() ? text : text + ", " + which.message();
}

/// What has to be known before any figure is believed.
std::vector<std::string> notes_on(const workbench& bench, const run& other, const std::string& left,
                                  const std::string& right) {
  std::vector<std::string> notes;
  if (!bench.other_failure().empty()) {
    notes.push_back(bench.other_failure() + ". Below is its run before that.");
  }
  for (std::string each : {trouble_of(*bench.shown(), left), trouble_of(other, right)}) {
    if (!each.empty()) {
      notes.push_back(std::move(each));
    }
  }
  if (bench.against() == rival_of(bench.scene().code)) {
    notes.push_back("Both sides run the same code.");
  }
  return notes;
}

/// Why there is nothing beside the run on show.
void draw_nothing(ui& with, const workbench& bench) {
  switch (bench.against()) {
  case rival::none:
    return empty_state(with, "Choose what to compare with",
                       "The same seed and the same knobs, on one time axis.");
  case rival::previous:
    return empty_state(with, "There is no run before this one",
                       "Turn a knob, or save other code: what was on show until then is kept.");
  default:
    break;
  }
  if (!bench.other_failure().empty()) {
    return empty_state(with, "The other run did not come", bench.other_failure());
  }
  empty_state(with, "Waiting for the other run",
              "The same seed and the same knobs, on one time axis.");
}

} // namespace

void draw_compare(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "compare", "", size, ImGuiWindowFlags_NoScrollbar);
  if (bench.shown() == nullptr || !bench.live()) {
    empty_state(with, bench.live() ? "No run yet" : "A recorded run stands alone",
                bench.live() ? "There will be something to compare when the scene has run."
                             : "Open its scene with `weir viz` to run your code beside the "
                               "starter or the run before.");
    end_panel();
    return;
  }
  draw_choice(with, bench);
  run* other = bench.other();
  if (other == nullptr) {
    draw_nothing(with, bench);
    end_panel();
    return;
  }
  const std::string left = name_of_shown(bench);
  const std::string right{name_of(bench.against())};
  if (other->trace().size() == 0) {
    empty_state(with, "The other run left nothing to compare",
                trouble_of(*other, right).empty() ? "It recorded no events."
                                                  : trouble_of(*other, right));
    end_panel();
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float table_width = std::clamp(room.x * 0.42F, with.px(250), with.px(460));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::BeginChild("compare table", {table_width, room.y}, false);
  // The column is narrow; the legend has the whole name.
  const std::string column = bench.against() == rival::previous ? "previous" : right;
  const table what{.seen = compare(bench.shown()->line(), other->line()),
                   .left = left,
                   .right = column,
                   .goals = goals_of(*bench.shown(), *other),
                   .notes = notes_on(bench, *other, left, right)};
  table_drawing{with, what, ImGui::GetContentRegionAvail().x - with.px(4)}.draw();
  ImGui::EndChild();
  note_widget(with, "compare table");
  ImGui::SetCursorScreenPos({at.x + table_width + with.px(16), at.y});
  draw_pairs(with, bench, *other, left, right, {room.x - table_width - with.px(16), room.y});
  end_panel();
}

} // namespace weir::viz
