#include "model/ticks.hpp"
#include "panels/knob_steps.hpp"
#include "panels/panels.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>

namespace weir::viz {

namespace {

void draw_controls(ui& with, workbench& bench) {
  const auto& knobs = bench.knobs();
  bench.sweep_knob = std::min(bench.sweep_knob, knobs.size() - 1);
  if (knobs[bench.sweep_knob].info.kind == knob_kind::choice) { // no range to go over
    const auto first = std::ranges::find_if(
        knobs, [](const knob_value& each) { return each.info.kind != knob_kind::choice; });
    bench.sweep_knob =
        first != knobs.end() ? static_cast<std::size_t>(first - knobs.begin()) : bench.sweep_knob;
  }
  const std::string current = knobs[bench.sweep_knob].info.name;
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "Sweep");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(with.px(190));
  if (ImGui::BeginCombo("##knob", current.c_str())) {
    for (std::size_t i = 0; i < knobs.size(); ++i) {
      if (knobs[i].info.kind != knob_kind::choice &&
          ImGui::Selectable(knobs[i].info.name.c_str(), i == bench.sweep_knob)) {
        bench.sweep_knob = i;
      }
      note_widget(with, "sweep " + knobs[i].info.name);
    }
    ImGui::EndCombo();
  }
  note_widget(with, "sweep knob");
  tooltip(with, "Which knob goes over its whole range, the others as they are.");
  ImGui::SameLine();
  if (bench.sweeping()) {
    if (draw_button(with, "stop sweep", {.sign = icon::close, .text = "Stop", .width = 90},
                    "Keeps what has come in so far.")) {
      bench.stop_sweep();
    }
  } else if (draw_button(
                 with, "start sweep",
                 {.sign = icon::play, .text = "Run sweep", .enabled = !bench.session_over()},
                 "Runs the scene once for each of " +
                     std::to_string(sweep_count(knobs[bench.sweep_knob].info)) +
                     " values, with the same seed.")) {
    bench.start_sweep();
  }
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  if (bench.sweeping()) {
    const std::string text =
        std::to_string(bench.sweep_done()) + " of " + std::to_string(bench.sweep_total());
    ImGui::TextUnformatted(text.c_str());
  } else {
    ImGui::NewLine();
  }
}

/// Values of the knob to pixels: by ratio where the points lie so.
struct value_scale {
  double low = 0;
  double high = 1;
  bool by_ratio = false;
  float left = 0;
  float right = 1;

  [[nodiscard]] float x(double value) const {
    const double share = by_ratio ? std::log(value / low) / std::log(high / low)
                                  : (value - low) / std::max(high - low, 1e-300);
    return left + static_cast<float>(std::clamp(share, 0.0, 1.0)) * (right - left);
  }
};

struct curve {
  std::string name;
  ImU32 colour;
  double top;
  std::string top_text;
  std::function<std::optional<double>(const sweep_point&)> of;
};

/// Little's law speaks of how many are in flight, so its mark belongs on a knob that bounds them.
bool bounds_concurrency(const knob_info& knob) {
  constexpr std::array words{"limit",  "bound",      "concurren", "permit",  "flight",
                             "worker", "connection", "pool",      "parallel"};
  return knob.kind == knob_kind::integer && std::ranges::any_of(words, [&](const char* word) {
           return knob.name.find(word) != std::string::npos;
         });
}

void draw_marks(ui& with, ImDrawList& to, const box& area, const value_scale& scale,
                const workbench& bench, const sweep_result& seen) {
  const auto upright = [&](double value, ImU32 colour, float dash) {
    const float x = std::round(scale.x(value));
    for (float y = area.min.y; y < area.max.y; y += dash * 1.7F) {
      to.AddRectFilled({x, y}, {x + with.px(1.5F), std::min(y + dash, area.max.y)}, colour);
    }
  };
  if (seen.knee) {
    upright(seen.points[*seen.knee].value, theme::half_open, with.px(7));
  }
  if (bounds_concurrency(*bench.swept()) && seen.little_bound && *seen.little_bound >= scale.low &&
      *seen.little_bound <= scale.high) {
    upright(*seen.little_bound, theme::retry, with.px(2.5F));
  }
  for (const knob_value& each : bench.knobs()) {
    if (each.info.name == bench.swept()->name) {
      upright(each.value, theme::accent, area.height());
    }
  }
}

/// The point under the mouse, if it is over the curves: the nearest one, nobody aims at three
/// pixels.
const sweep_point* pointed_at(const box& area, const value_scale& scale, const sweep_result& seen) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  if (!area.contains(mouse) || !ImGui::IsItemHovered()) {
    return nullptr;
  }
  return &*std::ranges::min_element(seen.points, {}, [&](const sweep_point& each) {
    return std::abs(scale.x(each.value) - mouse.x);
  });
}

void draw_curve(ui& with, ImDrawList& to, const curve& what, const box& area,
                const value_scale& scale, const workbench& bench, const sweep_result& seen,
                const sweep_point* pointed) {
  draw_ground(with, to, area, theme::plot);
  for (int i = 1; i <= 3; ++i) {
    const float y = std::round(area.min.y + area.height() * static_cast<float>(i) / 4);
    to.AddRectFilled({area.min.x, y}, {area.max.x, y + 1}, theme::line);
  }
  draw_marks(with, to, area, scale, bench, seen);
  std::vector<ImVec2> points;
  for (const sweep_point& each : seen.points) {
    const auto value = what.of(each);
    if (!value) {
      continue;
    }
    const float share = static_cast<float>(std::clamp(*value / what.top, 0.0, 1.0));
    points.push_back({scale.x(each.value), area.max.y - share * area.height()});
    if (pointed == &each) {
      to.AddCircle(points.back(), with.px(6), theme::text, 20, with.px(1.5F));
    }
  }
  if (points.size() > 1) {
    to.AddPolyline(points.data(), static_cast<int>(points.size()), what.colour, 0, with.px(2));
  }
  for (const ImVec2& each : points) {
    to.AddCircleFilled(each, with.px(3.2F), what.colour, 12);
  }
  const ImVec2 name = text_size(with, what.name, with.fonts.small);
  to.AddRectFilled({area.min.x + with.px(2), area.min.y + 1},
                   {area.min.x + name.x + with.px(10), area.min.y + name.y + with.px(2)},
                   theme::faded(theme::panel, 0.85), with.px(3));
  draw_label(with, to, {area.min.x + with.px(6), area.min.y + with.px(1)}, what.name, what.colour,
             with.fonts.small);
  draw_label(with, to, {area.min.x - with.px(6), area.min.y}, what.top_text, theme::soft_text,
             with.fonts.small, align::right);
  draw_label(with, to, {area.min.x - with.px(6), area.max.y - with.fonts.small->FontSize}, "0",
             theme::soft_text, with.fonts.small, align::right);
}

void draw_value_axis(ui& with, ImDrawList& to, const box& area, const value_scale& scale,
                     const knob_info& knob) {
  std::vector<double> values;
  if (scale.by_ratio) {
    for (double decade = std::pow(10, std::floor(std::log10(scale.low))); decade <= scale.high;
         decade *= 10) {
      for (const double step : {1.0, 2.0, 5.0}) {
        if (decade * step >= scale.low && decade * step <= scale.high) {
          values.push_back(decade * step);
        }
      }
    }
  } else {
    for (const tick& each : value_ticks(scale.low, scale.high, 8)) {
      values.push_back(each.at);
    }
  }
  float free_from = area.min.x;
  for (const double value : values) {
    const bool counts = knob.kind == knob_kind::integer && knob.unit.empty();
    const std::string text = knob.kind == knob_kind::duration ? duration_text(value)
                             : counts                         ? format_number(value)
                                                              : with_unit(value, knob.unit);
    const float half = text_size(with, text, with.fonts.small).x / 2;
    const float middle = std::clamp(scale.x(value), area.min.x + half, area.max.x - half);
    if (middle - half < free_from) {
      continue;
    }
    draw_label(with, to, {middle, area.min.y + with.px(3)}, text, theme::soft_text,
               with.fonts.small, align::centre);
    free_from = middle + half + with.px(8);
  }
}

/// What the marks mean, in words with their numbers.
void draw_findings(ui& with, const workbench& bench, const sweep_result& seen) {
  const knob_info& knob = *bench.swept();
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  ImVec2 at = start;
  const float edge = at.x + ImGui::GetContentRegionAvail().x;
  const auto entry = [&](ImU32 colour, const std::string& text, std::string_view tip) {
    const float width = text_size(with, text, with.fonts.small).x + with.px(22);
    if (at.x + width > edge && at.x > start.x) {
      at = {start.x, at.y + with.fonts.small->FontSize + with.px(3)};
    }
    to.AddRectFilled({at.x, at.y + with.px(2)},
                     {at.x + with.px(3), at.y + with.fonts.small->FontSize}, colour);
    const box drawn =
        draw_label_within(with, to, {at.x + with.px(8), at.y}, edge - at.x - with.px(8), text,
                          theme::text, with.fonts.small);
    hint(with, drawn, tip);
    at.x += width;
  };
  if (seen.knee) {
    entry(theme::half_open,
          "knee at " + format_knob(knob, seen.points[*seen.knee].value) + " (" +
              std::string{to_string(seen.method)} + ")",
          "Where more of it begins to cost more than it brings.");
  } else {
    entry(theme::strong_line, "no knee in this range", "The curve is flat, straight or falling.");
  }
  if (seen.little_bound) {
    entry(theme::retry, "Little's law asks for " + format_number(*seen.little_bound) + " in flight",
          "Best throughput times the latency of the least loaded point: L = lambda W.");
  }
  entry(theme::accent, "the white line is the knob's value now",
        "Turn the knob and it moves; or click a point, and the knob takes its value.");
  if (bench.sweep_is_old() && !bench.sweeping()) {
    entry(theme::timeout, "other settings have changed since: run it again",
          "The curves show the code, the seed and the other knobs as they were.");
  }
  ImGui::Dummy({1, at.y - start.y + with.fonts.small->FontSize + with.px(4)});
}

void draw_curves(ui& with, workbench& bench, const sweep_result& seen) {
  const knob_info& knob = *bench.swept();
  double most = 1;
  double slowest = 1;
  for (const sweep_point& each : seen.points) {
    most = std::max(most, each.figures.throughput_per_s);
    slowest = std::max(slowest, static_cast<double>(each.figures.p99.value_or(0)));
  }
  const double top = nice_ceiling(most * 1.04);
  const double top_ms = nice_ceiling(slowest / 1e6 * 1.04) * 1e6;
  draw_findings(with, bench, seen);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gutter = with.px(64);
  const float axis = with.px(22);
  const float gap = with.px(8);
  const float height = (room.y - axis - gap) / 2;
  const value_scale scale{knob.min, knob.max, knob.min > 0 && knob.max / knob.min > 100,
                          at.x + gutter, at.x + room.x - with.px(4)};
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const box curves{{scale.left - with.px(8), at.y},
                   {scale.right + with.px(8), at.y + 2 * height + gap}};
  ImGui::InvisibleButton("sweep plot", {std::max(1.0F, room.x), std::max(1.0F, room.y)});
  note_widget(with, "sweep plot");
  const bool clicked = ImGui::IsItemClicked();
  const sweep_point* pointed = pointed_at(curves, scale, seen);
  if (pointed != nullptr) {
    const headline& figures = pointed->figures;
    hint(with, curves,
         knob.name + " " + format_knob(knob, pointed->value) + "\n" +
             format_number(figures.throughput_per_s) + " /s done" +
             (figures.p99 ? ", p99 " + duration_text(static_cast<double>(*figures.p99))
                          : std::string{}) +
             "\nClick to set the knob to it.");
    if (clicked) {
      bench.choose_swept(pointed->value);
    }
  }
  draw_curve(with, to,
             {"throughput", theme::closed, top, format_number(top) + " /s",
              [](const sweep_point& p) {
                return std::optional{p.figures.throughput_per_s};
              }},
             {{scale.left, at.y}, {scale.right, at.y + height}}, scale, bench, seen, pointed);
  draw_curve(with, to,
             {"p99 latency", theme::timeout, top_ms, duration_text(top_ms),
              [](const sweep_point& p) {
                return p.figures.p99 ? std::optional{static_cast<double>(*p.figures.p99)}
                                     : std::nullopt;
              }},
             {{scale.left, at.y + height + gap}, {scale.right, at.y + 2 * height + gap}}, scale,
             bench, seen, pointed);
  draw_value_axis(with, to, {{scale.left, at.y + room.y - axis}, {scale.right, at.y + room.y}},
                  scale, knob);
  draw_label_within(with, to, {at.x, at.y + room.y - axis + with.px(3)}, gutter - with.px(4),
                    knob.name, theme::soft_text, with.fonts.small);
}

} // namespace

void draw_sweep(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "sweep", "", size, ImGuiWindowFlags_NoScrollbar);
  if (!bench.live() || bench.knobs().empty()) {
    empty_state(with, bench.live() ? "No knobs to sweep" : "A recorded run has no knobs to turn",
                bench.live() ? "This scene declares none."
                             : "Open its scene with `weir viz` to run it over a knob's range.");
    end_panel();
    return;
  }
  draw_controls(with, bench);
  const sweep_result* seen = bench.sweep();
  if (seen == nullptr || seen->points.empty() || bench.swept() == nullptr) {
    empty_state(with, bench.sweeping() ? "The first run is on its way" : "Not swept yet",
                "One knob over its range: throughput and latency against it, the knee, and what "
                "Little's law asks for.");
  } else {
    draw_curves(with, bench, *seen);
  }
  end_panel();
}

} // namespace weir::viz
