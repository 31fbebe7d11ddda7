#include "panels/panels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace weir::viz {

namespace {

struct tab_name {
  tab which;
  const char* name;
  const char* tip;
};

constexpr std::array tab_names{
    tab_name{tab::flow, "Flow", "Where every item is at the cursor."},
    tab_name{tab::knobs, "Knobs", "What the scene lets you turn."},
    tab_name{tab::goal, "Goal", "What the scene asks for, and what stands out in this run."},
    tab_name{tab::charts, "Charts", "Queue, load, outcomes and latency over time."},
    tab_name{tab::lanes, "Lanes", "One row per request with its attempts, or per task."},
    tab_name{tab::tree, "Tree", "Tasks below who started them, in their scopes; orphans marked."},
    tab_name{tab::events, "Events", "Everything that happened, line by line."},
    tab_name{tab::compare, "Compare", "This run beside another, on one axis."},
    tab_name{tab::sweep, "Sweep", "One knob over its range: throughput, latency and the knee."},
};

constexpr float with_flow_row = 430; ///< so much height has room for it, at scale 1

/// How the window is divided, by what fits: a side panel needs width, a second row of tabs height.
struct layout {
  bool side = true;     ///< knobs and goal beside the picture
  bool flow_row = true; ///< flow and breaker above the tabs
  bool two_tabs = false;
  float side_width = 0;
  float flow_height = 0;
};

layout layout_for(const ui& with, const workbench& bench, ImVec2 room) {
  layout chosen;
  const float wide = room.x / with.scale;
  const float high = room.y / with.scale;
  chosen.side = wide >= 940;
  // A recorded test has nothing that flows as a rule: its charts take the room.
  const bool flows = bench.live() || bench.shown() == nullptr || has_breaker(bench) ||
                     !bench.shown()->line().places().empty() ||
                     !bench.shown()->line().outcomes().empty();
  chosen.flow_row = high >= with_flow_row && flows;
  chosen.two_tabs = high >= 800 && (bench.shown() == nullptr || bench.shown()->has_charts());
  chosen.side_width = with.px(std::clamp(wide * 0.24F, 290.0F, 400.0F));
  chosen.flow_height = with.px(std::clamp(high * 0.3F, 190.0F, 250.0F));
  return chosen;
}

void draw_tab(ui& with, workbench& bench, tab which, ImVec2 size) {
  switch (which) {
  case tab::charts:
    return draw_charts(with, bench, size);
  case tab::lanes:
    return draw_lanes(with, bench, size);
  case tab::tree:
    return draw_tree(with, bench, size);
  case tab::events:
    with.filter_shown = true;
    return draw_events(with, bench, size);
  case tab::compare:
    return draw_compare(with, bench, size);
  case tab::sweep:
    return draw_sweep(with, bench, size);
  case tab::flow:
    return draw_flow(with, bench, size);
  case tab::knobs:
    return draw_knobs(with, bench, size);
  case tab::goal:
    return draw_goal(with, bench, size);
  }
}

/// A row of tabs and the panel of the chosen one.
void draw_tabs(ui& with, workbench& bench, tab& chosen, const std::vector<tab>& choice,
               ImVec2 size) {
  if (std::ranges::find(choice, chosen) == choice.end()) {
    chosen = choice.front();
  }
  const float top = ImGui::GetCursorPosY();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {with.px(4), with.px(4)});
  bool first = true;
  for (const tab_name& each : tab_names) {
    if (std::ranges::find(choice, each.which) == choice.end()) {
      continue;
    }
    if (!std::exchange(first, false)) {
      const float needed = text_size(with, each.name).x + 2 * ImGui::GetStyle().FramePadding.x;
      const float edge = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
      if (ImGui::GetItemRectMax().x + with.px(4) + needed <= edge) {
        ImGui::SameLine();
      }
    }
    const button_look look{.sign = icon::none,
                           .text = each.name,
                           .enabled = true,
                           .chosen = chosen == each.which,
                           .width = 0,
                           .colour = chosen == each.which ? theme::text : theme::soft_text};
    if (draw_button(with, std::string{each.name} + " tab", look, each.tip)) {
      chosen = each.which;
    }
  }
  ImGui::PopStyleVar();
  const float used = ImGui::GetCursorPosY() - top;
  draw_tab(with, bench, chosen, {size.x, std::max(size.y - used, with.px(60))});
}

void draw_flow_row(ui& with, workbench& bench, ImVec2 size) {
  if (!has_breaker(bench)) {
    draw_flow(with, bench, size);
    return;
  }
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float breaker = std::clamp(size.x * 0.36F, with.px(250), with.px(400));
  draw_flow(with, bench, {size.x - breaker - gap, size.y});
  ImGui::SameLine();
  draw_breaker(with, bench, {breaker, size.y});
}

void draw_presenter(ui& with, workbench& bench, ImVec2 room) {
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const layout how = layout_for(with, bench, room);
  if ((how.two_tabs ? bench.screen.second_tab : bench.screen.tab) == tab::tree) {
    draw_tree(with, bench, room);
    return;
  }
  const float top = std::floor(std::min(room.y * 0.44F, with.px(260)));
  draw_flow_row(with, bench, {room.x, top});
  draw_charts(with, bench, {room.x, room.y - top - gap});
}

/// Knobs and goal share the side: each gets what it needs as far as that goes, the goal at least a
/// third of it.
float goal_height(ui& with, float room) {
  side_heights& side = with.side;
  // A panel that grew under a hand on a slider would scroll that slider away.
  const bool held = ImGui::IsMouseDown(0);
  if (!held || side.goal_given <= 0) {
    const float least = std::min(std::max(side.goal, with.px(120)), room * 0.36F);
    const float most = std::max(least, room * 0.6F);
    side.goal_given = std::floor(std::clamp(room - side.knobs, least, most));
  }
  return std::min(side.goal_given, room - with.px(80));
}

void draw_workplace(ui& with, workbench& bench, ImVec2 room) {
  const layout how = layout_for(with, bench, room);
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  float width = room.x;
  if (how.side) {
    ImGui::BeginGroup();
    const float goal = goal_height(with, room.y - gap);
    draw_knobs(with, bench, {how.side_width, room.y - goal - gap});
    draw_goal(with, bench, {how.side_width, goal});
    ImGui::EndGroup();
    ImGui::SameLine();
    width -= how.side_width + ImGui::GetStyle().ItemSpacing.x;
  }
  ImGui::BeginGroup();
  float left = room.y;
  std::vector<tab> choice{tab::charts, tab::lanes,   tab::tree,
                          tab::events, tab::compare, tab::sweep};
  if (how.flow_row) {
    draw_flow_row(with, bench, {width, how.flow_height});
    left -= how.flow_height + gap;
  } else {
    choice.insert(choice.begin(), tab::flow);
  }
  if (!how.side) {
    choice.push_back(tab::knobs);
    choice.push_back(tab::goal);
  }
  if (how.two_tabs) {
    // Charts stay in view; everything else shares the space below them.
    const float lower = std::floor(left * 0.42F);
    draw_charts(with, bench, {width, left - lower - gap});
    choice.erase(std::ranges::find(choice, tab::charts));
    draw_tabs(with, bench, bench.screen.second_tab, choice, {width, lower});
  } else {
    draw_tabs(with, bench, bench.screen.tab, choice, {width, left});
  }
  ImGui::EndGroup();
}

/// As it was in the last frame; a guess before the first.
float transport_height(const ui& with) {
  return with.transport_height > 0 ? with.transport_height : with.px(34) + ImGui::GetFrameHeight();
}

} // namespace

void draw_window(ui& with, workbench& bench) {
  if (with.places != nullptr) {
    with.places->begin_frame();
  }
  with.actions.clear();
  with.grounds.clear();
  with.cost = {};
  with.filter_shown = false;
  with.next_frame_in = std::numeric_limits<double>::infinity();
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::Begin("weir", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav |
                   ImGuiWindowFlags_NoBackground); // the frame is cleared to that colour
  draw_header(with, bench);
  const float below = transport_height(with);
  // The flow of the last good run stays in view under a compiler's messages.
  const float spare =
      ImGui::GetContentRegionAvail().y - below - 3 * ImGui::GetStyle().ItemSpacing.y;
  draw_banner(with, bench, spare - with.px(with_flow_row));
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const ImVec2 body{room.x,
                    std::max(room.y - below - ImGui::GetStyle().ItemSpacing.y, with.px(80))};
  if (bench.screen.presenter) {
    draw_presenter(with, bench, body);
  } else {
    draw_workplace(with, bench, body);
  }
  draw_transport(with, bench);
  ImGui::End();
  draw_help(with, bench);
  for (const action each : std::exchange(with.actions, {})) {
    bench.perform(each);
  }
}

} // namespace weir::viz
