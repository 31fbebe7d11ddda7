#include "panels/sweep_curves.hpp"

#include "model/ticks.hpp"
#include "panels/sweep_findings.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace weir::viz {

namespace {

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
  if (bounds_concurrency(*bench.sweep().knob()) && seen.little_bound &&
      *seen.little_bound >= scale.low && *seen.little_bound <= scale.high) {
    upright(*seen.little_bound, theme::retry, with.px(2.5F));
  }
  for (const knob_value& each : bench.scene().knobs) {
    if (each.info.name == bench.sweep().knob()->name) {
      upright(each.value, theme::accent, area.height());
    }
  }
}

/// A value whose run failed has no point: a cross on the floor says that it was tried.
void draw_failures(ui& with, ImDrawList& to, const box& area, const value_scale& scale,
                   const workbench& bench) {
  for (const auto& each : bench.sweep().failures()) {
    const ImVec2 centre{scale.x(each.value), area.max.y - with.px(8)};
    draw_icon(to, icon::cross, centre, with.px(10), theme::open);
    hint(with, {{centre.x - with.px(7), area.min.y}, {centre.x + with.px(7), area.max.y}},
         bench.sweep().knob()->name + " " + value_text(*bench.sweep().knob(), each.value) +
             "\nThis run failed: " + each.why);
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
  std::vector<ImVec2> points; // without a break
  const auto draw_line = [&] {
    if (points.size() > 1) {
      to.AddPolyline(points.data(), static_cast<int>(points.size()), what.colour, 0, with.px(2));
    }
    for (const ImVec2& each : points) {
      to.AddCircleFilled(each, with.px(3.2F), what.colour, 12);
    }
    points.clear();
  };
  bool any = false;
  double last = 0;
  for (const sweep_point& each : seen.points) {
    const auto value = what.of(each);
    if (!value) {
      continue;
    }
    // Of what lies where a run failed nothing is known.
    if (std::ranges::any_of(bench.sweep().failures(), [&](const auto& failure) {
          return failure.value > last && failure.value < each.value;
        })) {
      draw_line();
    }
    last = each.value;
    any = true;
    const float share = static_cast<float>(std::clamp(*value / what.top, 0.0, 1.0));
    points.push_back({scale.x(each.value), area.max.y - share * area.height()});
    if (pointed == &each) {
      to.AddCircle(points.back(), with.px(6), theme::text, 20, with.px(1.5F));
    }
  }
  draw_line();
  const ImVec2 name = text_size(with, what.name, with.fonts.small);
  to.AddRectFilled({area.min.x + with.px(2), area.min.y + 1},
                   {area.min.x + name.x + with.px(10), area.min.y + name.y + with.px(2)},
                   theme::faded(theme::panel, 0.85), with.px(3));
  draw_label(with, to, {area.min.x + with.px(6), area.min.y + with.px(1)}, what.name, what.colour,
             with.fonts.small);
  if (!any) {
    draw_label(with, to, area.centre(), "nothing was served", theme::soft_text, with.fonts.small,
               align::centre);
    return;
  }
  draw_label(with, to, {area.min.x - with.px(6), area.min.y}, what.top_text, theme::soft_text,
             with.fonts.small, align::right);
  draw_label(with, to, {area.min.x - with.px(6), area.max.y - with.fonts.small->FontSize}, "0",
             theme::soft_text, with.fonts.small, align::right);
}

/// Round values along the axis: of bytes round numbers of KiB, by ratio 1, 2, 5 of each decade or,
/// of bytes, powers of two.
std::vector<double> axis_values(const value_scale& scale, const knob_info& knob) {
  std::vector<double> values;
  const bool bytes = counts_bytes(knob.unit);
  if (scale.by_ratio && bytes) {
    for (double each = std::exp2(std::ceil(std::log2(scale.low))); each <= scale.high; each *= 2) {
      values.push_back(each);
    }
  } else if (scale.by_ratio) {
    for (double decade = std::pow(10, std::floor(std::log10(scale.low))); decade <= scale.high;
         decade *= 10) {
      for (const double step : {1.0, 2.0, 5.0}) {
        if (decade * step >= scale.low && decade * step <= scale.high) {
          values.push_back(decade * step);
        }
      }
    }
  } else {
    const double kibi = bytes && scale.high >= 4096 ? 1024 : 1;
    for (const tick& each : value_ticks(scale.low / kibi, scale.high / kibi, 8)) {
      values.push_back(each.at * kibi);
    }
  }
  return values;
}

void draw_value_axis(ui& with, ImDrawList& to, const box& area, const value_scale& scale,
                     const knob_info& knob) {
  float free_from = area.min.x;
  for (const double value : axis_values(scale, knob)) {
    const bool counts = knob.kind == knob_kind::integer && !counts_bytes(knob.unit);
    const std::string text = counts ? format_number(value) : value_text(knob, value);
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

/// A tick or a cross for every goal at every point; where there is no room for that, for all goals
/// together.
class goal_rows {
public:
  goal_rows(const ui& with, const workbench& bench, const sweep_result& seen, float most_height)
      : seen_(seen), row_(with.px(15)) {
    std::size_t goals = 0;
    for (const sweep_point& each : seen.points) {
      goals = std::max(goals, each.goals_met.size());
    }
    together_ = goals > 0 && row_ * static_cast<float>(goals) > most_height;
    rows_ = together_ ? 1 : goals;
    for (const std::string& each : bench.scene().info.goals) {
      texts_.push_back(each);
    }
  }

  [[nodiscard]] float height(const ui& with) const {
    return rows_ == 0 ? 0 : row_ * static_cast<float>(rows_) + with.px(5);
  }

  void draw(ui& with, ImDrawList& to, const box& area, const value_scale& scale) const {
    for (std::size_t row = 0; row < rows_; ++row) {
      const float y = area.min.y + row_ * static_cast<float>(row);
      const std::string name = together_ || rows_ == 1 ? "goals" : "goal " + count_text(row + 1);
      draw_label(with, to, {scale.left - with.px(6), y}, name, theme::soft_text, with.fonts.small,
                 align::right);
      hint(with, {{area.min.x, y}, {scale.left, y + row_}}, text_of(row));
      for (const sweep_point& each : seen_.points) {
        if (row < each.goals_met.size()) {
          const auto met = together_ ? std::optional(meets_all(each)) : each.goals_met[row];
          if (met) {
            draw_icon(to, *met ? icon::check : icon::cross, {scale.x(each.value), y + row_ / 2},
                      with.px(9), *met ? theme::closed : theme::open);
          }
        }
      }
    }
  }

private:
  [[nodiscard]] std::string text_of(std::size_t row) const {
    if (!together_) {
      return row < texts_.size() ? texts_[row] : std::string{};
    }
    std::string all = "All of these:";
    for (const std::string& each : texts_) {
      all += "\n" + each;
    }
    return all;
  }

  const sweep_result& seen_;
  float row_;
  std::size_t rows_ = 0;
  bool together_ = false;
  std::vector<std::string> texts_;
};

} // namespace

void draw_sweep_curves(ui& with, workbench& bench, const sweep_result& seen) {
  const knob_info& knob = *bench.sweep().knob();
  double most = 1;
  double slowest = 1;
  for (const sweep_point& each : seen.points) {
    most = std::max(most, each.figures.throughput_per_s);
    slowest = std::max(slowest, static_cast<double>(each.figures.p99.value_or(0)));
  }
  const double top = nice_ceiling(most * 1.04);
  const double top_ms = nice_ceiling(slowest / 1e6 * 1.04) * 1e6;
  draw_sweep_findings(with, bench, seen);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gutter = with.px(64);
  const float axis = with.px(22);
  const float gap = with.px(8);
  const goal_rows goals{with, bench, seen, room.y - axis - gap - 2 * with.px(64)};
  const float height = std::max((room.y - axis - gap - goals.height(with)) / 2, with.px(24));
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
         knob.name + " " + value_text(knob, pointed->value) + "\n" +
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
             {"p99 of served", theme::timeout, top_ms, duration_text(top_ms),
              [](const sweep_point& p) {
                return p.figures.p99 ? std::optional{static_cast<double>(*p.figures.p99)}
                                     : std::nullopt;
              }},
             {{scale.left, at.y + height + gap}, {scale.right, at.y + 2 * height + gap}}, scale,
             bench, seen, pointed);
  draw_failures(with, to, curves, scale, bench);
  goals.draw(with, to, {{at.x, at.y + 2 * height + gap + with.px(5)}, {scale.right, 0}}, scale);
  draw_value_axis(with, to, {{scale.left, at.y + room.y - axis}, {scale.right, at.y + room.y}},
                  scale, knob);
  draw_label_within(with, to, {at.x, at.y + room.y - axis + with.px(3)}, gutter - with.px(4),
                    knob.name, theme::soft_text, with.fonts.small);
}

} // namespace weir::viz
