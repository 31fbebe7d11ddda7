#pragma once

#include "model/timeline.hpp"
#include "panels/icons.hpp"
#include "panels/time_plot.hpp"
#include "panels/ui.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

/// What the lanes of spans and of tasks are drawn with.
namespace weir::viz {

/// Ends of spans that are worth a mark.
inline constexpr std::array bad_ends{trace::outcome::failed, trace::outcome::timed_out,
                                     trace::outcome::rejected, trace::outcome::dropped,
                                     trace::outcome::short_circuited};

/// A bar, by what its time was spent on: a pattern as well as a colour.
void draw_role(const ui& with, ImDrawList& to, trace::span_role role, const box& area);
/// How several spans ended that share a column: a strip along the bottom, divided among the ways
/// that are not ok. None of them is ever covered by another.
void draw_ends(ImDrawList& to, outcome_set outcomes, const box& area);
/// It was still going on when the run was over: the bar frays out.
void draw_open_end(const ui& with, ImDrawList& to, const box& area);

/// What a task does: waits, runs (in no virtual time as a rule: a stroke from top to bottom then),
/// or does both too often to be told apart.
void draw_waiting(const ui& with, ImDrawList& to, const box& area);
void draw_running(const ui& with, ImDrawList& to, const box& area);
void draw_busy_task(const ui& with, ImDrawList& to, const box& area);
/// What it waits for, in the bar, on a ground of its own so that the pattern doesn't run through
/// it; nothing where there is no room.
void draw_wait_label(const ui& with, ImDrawList& to, const trace_view& trace,
                     const task_stretch& stretch, const box& area);
/// The sign of a task's end.
[[nodiscard]] std::pair<icon, ImU32> sign_of(trace::task_end how);

/// The end of a text that is too long: "…sumer_that_is_slow"; of qualified names it tells more than
/// the beginning.
[[nodiscard]] std::string shortened_in_front(const ui& with, std::string_view text, float width,
                                             ImFont* font = nullptr);

/// The line above the lanes: samples with their words, as many as fit.
class legend {
public:
  explicit legend(ui& with);

  using sample = std::function<void(ImDrawList& to, const box& area)>;

  /// `width` is that of the sample at scale 1.
  void entry(std::string_view name, float width, const sample& draw);
  /// So much of the line is left to the count; else it gets what the entries leave.
  void keep_room_for(std::string_view count);
  /// At the right end; ends the line.
  void count(const std::string& text);

private:
  ui& with_;
  ImDrawList& to_;
  ImVec2 at_;
  float edge_;
  float kept_ = 0;
  float height_;
};

/// Rows under each other on the time axis, with names in a gutter at the left that is no wider than
/// `gutter` at scale 1: grid, what `rows` draws into the scrolling list, signs, cursor, ruler, and
/// the mouse. The list is called `name`.
void draw_time_list(ui& with, workbench& bench, const char* name, float gutter,
                    const std::function<void(const time_scale& scale)>& rows);

} // namespace weir::viz
