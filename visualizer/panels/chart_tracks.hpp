#pragma once

#include "panels/time_plot.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The rows of the charts panel. Each draws its plot into a rectangle and its name and values into
/// the gutter on the left of it.
namespace weir::viz {

/// How a series is drawn.
struct series_look {
  ImU32 colour = theme::in_flight;
  double low = 0;
  double high = 1;
  bool filled = true;
  float width = 1.5F; ///< of the line, at scale 1
};

/// A step series from first/min/max/last of every pixel column, so that no spike is ever lost.
void draw_steps(ui& with, ImDrawList& to, const box& area, const time_scale& scale,
                const step_series& series, const series_look& look);

/// A dashed level line.
void draw_level(const ui& with, ImDrawList& to, const box& area, float y, ImU32 colour);

/// What a track is about.
enum class track_kind : std::uint8_t {
  gauge,
  counter,
  outcomes,
  latency,
  breaker_band,
  amplification,
};

struct track {
  track_kind kind = track_kind::gauge;
  std::size_t index = 0; ///< of the gauge, counter or state in the timeline
  std::string name = {};
  ImU32 colour = theme::in_flight;
  float least_height = 58; ///< at scale 1
  float share = 1;         ///< of the height that is left over
};

/// What the choice of tracks goes by beside the run itself.
struct track_request {
  std::string breaker = {}; ///< the one whose band is drawn; empty: all of them
  std::string goals = {};   ///< texts of the goals: what they speak of comes first
};

[[nodiscard]] track_request track_request_of(const workbench& bench);

/// Which tracks a run has, in the order of reading: load first, then what became of it.
[[nodiscard]] std::vector<track> tracks_of(const timeline& line, const track_request& request = {});

/// The spans of that name, else those that the caller sees; null when the run has no spans.
[[nodiscard]] const latency_series* chosen_latency(const timeline& line, std::string_view name);

/// Null when the run has none of that name.
[[nodiscard]] const state_series* state_called(const timeline& line, std::string_view name);

struct track_place {
  box gutter;
  box plot;
  time_scale scale;
};

void draw_track(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                const track& what, const track_place& where);

} // namespace weir::viz
