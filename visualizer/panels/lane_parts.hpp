#pragma once

#include "model/timeline.hpp"
#include "panels/icons.hpp"
#include "panels/ui.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

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
  /// At the right end; ends the line.
  void count(const std::string& text);

private:
  ui& with_;
  ImDrawList& to_;
  ImVec2 at_;
  float edge_;
  float height_;
};

} // namespace weir::viz
