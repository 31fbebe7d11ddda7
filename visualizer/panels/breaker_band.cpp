#include "panels/breaker_band.hpp"

#include "model/ticks.hpp"
#include "panels/track_parts.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

struct band_look {
  float height; ///< share of the band: even in grey, worse is taller
  ImU32 colour;
  icon sign;
};

band_look look_of(const state_series& series, std::int16_t state) {
  const auto worst = *std::ranges::max_element(series.severity);
  const auto severity = state >= 0 && static_cast<std::size_t>(state) < series.severity.size()
                            ? series.severity[static_cast<std::size_t>(state)]
                            : 0;
  if (severity <= 0) {
    return {0.45F, theme::closed, icon::circle};
  }
  return severity < worst ? band_look{0.72F, theme::half_open, icon::triangle}
                          : band_look{1.0F, theme::open, icon::square};
}

} // namespace

void draw_states(ui& with, ImDrawList& to, const state_series& series, const box& plot,
                 const time_scale& scale, double strength) {
  const std::size_t columns = scale.columns();
  static thread_local std::vector<state_column> cells;
  cells.assign(columns, {});
  with.cost.visited += series.columns(scale.range, cells).visited;
  const auto draw_run = [&](std::size_t from, std::size_t to_column, std::int16_t state) {
    if (state < 0 || series.severity.empty()) {
      return;
    }
    const band_look look = look_of(series, state);
    const float left = plot.min.x + static_cast<float>(from);
    // A state that lasted less than a pixel is still three wide.
    const float right = std::max(plot.min.x + static_cast<float>(to_column), left + with.px(3));
    const box bar{{left, plot.max.y - look.height * plot.height()}, {right, plot.max.y}};
    to.AddRectFilled(bar.min, bar.max, theme::faded(look.colour, strength));
    const std::string_view word = series.label(state);
    const float needed = text_size(with, word, with.fonts.small).x + with.px(24);
    if (bar.width() > needed && bar.height() >= with.fonts.small->FontSize) {
      draw_icon(to, look.sign, {left + with.px(10), bar.centre().y}, with.px(9), theme::dark_text);
      draw_label(with, to, {left + with.px(18), bar.centre().y - with.fonts.small->FontSize / 2},
                 word, theme::dark_text, with.fonts.small);
    }
  };
  // Worse states are drawn last, so that nothing milder covers their three pixels.
  for (std::int16_t pass = 0; pass < 2; ++pass) {
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= columns; ++i) {
      if (i < columns && cells[i].worst == cells[begin].worst) {
        continue;
      }
      const std::int16_t state = cells[begin].worst;
      const bool bad =
          state >= 0 && !series.severity.empty() && look_of(series, state).height > 0.5F;
      if (bad == (pass == 1)) {
        draw_run(begin, i, state);
      }
      begin = i;
    }
  }
}

void draw_band(ui& with, ImDrawList& to, workbench& bench, const state_series& series,
               const state_series* ghost, const track_place& where) {
  box plot = where.plot;
  if (ghost != nullptr) { // a thin strip above: the same states, told apart by colour and height
    const box strip{plot.min, {plot.max.x, plot.min.y + std::round(with.px(7))}};
    draw_states(with, to, *ghost, strip, where.scale, 0.6);
    hint(with, strip, "The run before: " + std::string{ghost->name});
    plot.min.y = strip.max.y + with.px(2);
  }
  draw_states(with, to, series, plot, where.scale, 1);
  const std::int16_t now = series.at_event(bench.clock.at().event);
  draw_gutter(with, to, where.gutter, series.name,
              now < 0 ? std::string_view{"not yet"} : series.label(now), "",
              now < 0 || series.severity.empty() ? theme::ghost : look_of(series, now).colour);
}

} // namespace weir::viz
