#include "model/flow.hpp"
#include "model/ticks.hpp"
#include "panels/breaker_parts.hpp"
#include "panels/panels.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

std::string duration(nanos length) {
  return trace::format_duration(std::chrono::nanoseconds{length});
}

// --- which of several -------------------------------------------------------------------------

struct chip {
  const breaker_sources* which = nullptr;
  std::string text = {};
  float width = 0; ///< in pixels
};

/// A breaker by name, with the sign of the state it is in: what it is about at a glance.
void draw_chip(ui& with, workbench& bench, const chip& each) {
  const timeline& line = bench.shown()->line();
  const auto now = breaker_at(line, *each.which, bench.clock.at());
  const breaker_look look =
      now.state ? look_of(*now.state) : breaker_look{theme::strong_line, icon::circle};
  const float inner = each.width - 2 * ImGui::GetStyle().FramePadding.x - with.px(22);
  const std::string text = shortened(with, each.text, inner);
  const std::string name{each.which->name};
  const button_look button{.sign = look.sign,
                           .text = text,
                           .chosen = each.which == bench.breaker(),
                           .width = each.width / with.scale,
                           .sign_colour = look.colour};
  const std::string tip =
      "The breaker '" + name + "': " + (now.state ? std::string{now.label} : "not yet in a state") +
      ".\nShows it here and in the charts; N and P go over its changes of state.";
  if (draw_button(with, "breaker " + name, button, tip)) {
    bench.screen.breaker = name;
  }
}

void draw_turner(ui& with, workbench& bench, const char* name, icon sign, std::size_t to,
                 const char* tip) {
  if (draw_button(with, name, {.sign = sign}, tip)) {
    bench.screen.breaker = bench.shown()->line().breakers()[to].name;
  }
}

/// Several breakers: one beside the other as long as their names can be read, else one at a time.
void draw_chooser(ui& with, workbench& bench, float width) {
  const auto all = bench.shown()->line().breakers();
  const float gap = with.px(4);
  const auto count = static_cast<float>(all.size());
  const float each = std::min((width - (count - 1) * gap) / count, with.px(150));
  if (each >= with.px(82)) {
    for (const breaker_sources& one : all) {
      if (&one != &all.front()) {
        ImGui::SameLine(0, gap);
      }
      draw_chip(with, bench, {&one, std::string{one.name}, each});
    }
    return;
  }
  const auto chosen = static_cast<std::size_t>(bench.breaker() - all.data());
  const std::string number = std::to_string(chosen + 1) + "/" + std::to_string(all.size());
  draw_turner(with, bench, "previous breaker", icon::back, (chosen + all.size() - 1) % all.size(),
              "The breaker before this one.");
  ImGui::SameLine(0, gap);
  draw_chip(with, bench,
            {bench.breaker(), number + "  " + std::string{bench.breaker()->name},
             width - 2 * (sign_button_width(with) + gap)});
  ImGui::SameLine(0, gap);
  draw_turner(with, bench, "next breaker", icon::forward, (chosen + 1) % all.size(),
              "The breaker after this one.");
}

/// Returns where the head ends.
float draw_head(ui& with, workbench& bench) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const auto all = bench.shown()->line().breakers();
  if (all.size() < 2) {
    const box drawn =
        draw_label_within(with, to, at, width, "Breaker", theme::soft_text, with.fonts.bold);
    hint(with, drawn, bench.breaker()->name);
    return drawn.max.y + with.px(3);
  }
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {with.px(6), with.px(2)});
  const float row = ImGui::GetFrameHeight();
  const box title = draw_label(with, to, {at.x, at.y + (row - with.fonts.bold->FontSize) / 2},
                               "Breakers", theme::soft_text, with.fonts.bold);
  const float left = title.max.x + with.px(10);
  ImGui::SetCursorScreenPos({left, at.y});
  draw_chooser(with, bench, at.x + width - left);
  ImGui::PopStyleVar();
  return at.y + row + with.px(5);
}

// --- the chosen one ---------------------------------------------------------------------------

/// State in word, shape and colour; since when, and how often it has been open.
float draw_state(const ui& with, ImDrawList& to, const breaker_picture& breaker, ImVec2 at,
                 float width) {
  ImFont* font = with.fonts.big;
  if (!breaker.state) {
    const box said = draw_label(with, to, at, "not yet", theme::soft_text, font);
    draw_label_within(with, to,
                      {said.max.x + with.px(12), said.centre().y - with.fonts.small->FontSize / 2},
                      at.x + width - said.max.x - with.px(12), "in no state so far",
                      theme::soft_text, with.fonts.small);
    return said.max.y + with.px(4);
  }
  const breaker_look look = look_of(*breaker.state);
  const std::string_view word = breaker.label;
  const float height = font->FontSize;
  const float sign = with.px(20);
  const float word_left = at.x + with.px(9) + sign + with.px(7);
  const box plate{at, {word_left + text_size(with, word, font).x + with.px(10), at.y + height}};
  to.AddRectFilled(plate.min, plate.max, look.colour, with.px(4));
  draw_icon(to, look.sign, {at.x + with.px(9) + sign / 2, plate.centre().y}, sign,
            theme::dark_text);
  draw_label(with, to, {word_left, at.y}, word, theme::dark_text, font);
  const float left = plate.max.x + with.px(12);
  const float room = at.x + width - left;
  const auto fact = [&](float y, const std::string& text, const std::string& brief) {
    const bool fits = text_size(with, text, with.fonts.small).x <= room;
    draw_label_within(with, to, {left, y}, room, fits ? text : brief, theme::soft_text,
                      with.fonts.small);
  };
  const float middle = plate.centre().y;
  const std::string since = format_time(breaker.since_ns);
  fact(middle - with.fonts.small->FontSize - with.px(1), "since " + since, since);
  const std::string times = count_text(breaker.opened);
  fact(middle + with.px(1),
       breaker.opened == 0   ? "never opened"
       : breaker.opened == 1 ? "opened once"
                             : "opened " + times + " times",
       "opened " + times + "x");
  return plate.max.y + with.px(4);
}

struct rows {
  bool failures = false;
  bool countdown = false;
  bool calls = false; ///< as a meter of their own
  bool window = false;
  bool probes = false;
};

rows rows_of(const breaker_picture& breaker) {
  return {.failures = breaker.failure_rate || breaker.failure_threshold > 0,
          .countdown = breaker.state == breaker_state::open && breaker.remaining &&
                       breaker.cooldown && *breaker.cooldown > 0,
          .calls = breaker.calls_in_window && breaker.minimum_calls > 0,
          .window = breaker.window_size > 0 || !breaker.window.empty(),
          .probes = breaker.probes_permitted > 0};
}

void draw_failures(const ui& with, ImDrawList& to, const breaker_picture& breaker,
                   const box& area) {
  const double rate = breaker.failure_rate.value_or(0);
  const double threshold = breaker.failure_threshold;
  std::string value = format_number(rate) + " %";
  if (threshold > 0) {
    value += ", opens at " + format_number(threshold) + " %";
  }
  draw_meter(with, to, area, "failures", value, rate / 100, threshold / 100,
             threshold > 0 && rate >= threshold ? theme::open : theme::timeout);
}

void draw_calls(const ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  const double calls = *breaker.calls_in_window;
  const double whole = std::max({breaker.minimum_calls, calls, 1.0});
  draw_meter(with, to, area, "calls counted",
             format_number(calls) + ", judged from " + format_number(breaker.minimum_calls),
             calls / whole, breaker.minimum_calls / whole, theme::queue);
}

void draw_countdown(const ui& with, ImDrawList& to, const breaker_picture& breaker,
                    const box& area) {
  const double share =
      static_cast<double>(*breaker.remaining) / static_cast<double>(*breaker.cooldown);
  // When the time is up it is the next call that makes it half-open.
  const std::string left =
      *breaker.remaining > 0 ? duration(*breaker.remaining) : "0 s: with the next call";
  draw_meter(with, to, area, "half-open in", left, share, 0, theme::open);
}

/// What fits, the most telling first: the meter of the calls gives way to the window, which says
/// the same in cells.
void draw_figures(ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  const float line = with.fonts.small->FontSize;
  const float meter = line + with.px(12.5F);
  const float probes = line + with.px(6);
  rows has = rows_of(breaker);
  if (!has.failures && !has.calls && !has.window && !has.probes) {
    draw_wrapped(with, to, {area.min.x, area.min.y + with.px(6)}, area.width(),
                 "The run tells nothing else of it: neither its failure rate nor its window.",
                 theme::soft_text, with.fonts.small);
    return;
  }
  const bool half = breaker.state == breaker_state::half_open;
  const float first = has.probes && half ? probes : 0;
  has.failures = has.failures && area.height() >= first + meter;
  has.countdown = has.countdown && area.height() >= (has.failures ? 2 : 1) * meter;
  const float window = has.window ? line + with.px(15) : 0;
  float left = area.height() - (has.failures ? meter : 0) - (has.countdown ? meter : 0);
  const bool show_probes = has.probes && (half ? area.height() >= probes : left >= window + probes);
  left -= show_probes ? probes : 0;
  const bool show_calls = has.calls && left >= window + meter;
  float y = area.min.y;
  const auto next = [&](float height) {
    const box own{{area.min.x, y}, {area.max.x, y + height}};
    y += height;
    return own;
  };
  if (show_probes && half) {
    draw_probes(with, to, breaker, next(probes));
  }
  if (has.failures) {
    draw_failures(with, to, breaker, next(meter));
  }
  if (has.countdown) {
    draw_countdown(with, to, breaker, next(meter));
  }
  if (show_calls) {
    draw_calls(with, to, breaker, next(meter));
  }
  const float foot = show_probes && !half ? probes : 0;
  if (has.window && area.max.y - foot - y >= line) {
    y = draw_window_cells(with, to, breaker, {{area.min.x, y}, {area.max.x, area.max.y - foot}},
                          has.calls && !show_calls) +
        with.px(4);
  }
  if (show_probes && !half) {
    draw_probes(with, to, breaker, next(probes));
  }
}

} // namespace

bool has_breaker(const workbench& bench) {
  return bench.breaker() != nullptr;
}

void draw_breaker(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "breaker", "", size, ImGuiWindowFlags_NoScrollbar);
  if (!has_breaker(bench)) {
    empty_state(with, "No breaker in this scene", "Chapter 04 has scenes with one.");
    end_panel();
    return;
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float head = draw_head(with, bench);
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const breaker_picture breaker =
      breaker_at(bench.shown()->line(), *bench.breaker(), bench.clock.at());
  const float top = draw_state(with, to, breaker, {at.x, head}, room.x);
  draw_figures(with, to, breaker, {{at.x, top}, {at.x + room.x, at.y + room.y}});
  end_panel();
}

} // namespace weir::viz
