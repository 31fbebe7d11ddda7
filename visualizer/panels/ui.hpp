#pragma once

#include "actions.hpp"
#include "model/pyramid.hpp"
#include "theme.hpp"

#include <imgui.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

/// A rectangle on the screen.
struct box {
  ImVec2 min{};
  ImVec2 max{};

  [[nodiscard]] float width() const { return max.x - min.x; }

  [[nodiscard]] float height() const { return max.y - min.y; }

  [[nodiscard]] ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }

  [[nodiscard]] bool contains(ImVec2 at) const {
    return at.x >= min.x && at.x < max.x && at.y >= min.y && at.y < max.y;
  }
};

/// Where things were drawn in the last frame: tests find widgets by name with it and check that
/// nothing is clipped or overlaps.
class locator {
public:
  struct widget {
    box where;
    box clip; ///< what of the window is visible
    bool enabled = true;
    std::string tooltip = {};
    bool scrolls = false; ///< as of a label
  };

  struct label {
    std::string text;
    box where;
    box clip;
    const void* layer = nullptr; ///< those of different windows may lie over each other
    ImU32 colour = 0;
    bool scrolls = false; ///< what is cut off above or below can be scrolled to
  };

  void begin_frame();

  void add(std::string_view name, widget what) {
    widgets_.insert_or_assign(std::string{name}, std::move(what));
  }

  void add(label what) { labels_.push_back(std::move(what)); }

  /// Null when nothing of that name was drawn.
  [[nodiscard]] const widget* find(std::string_view name) const;

  [[nodiscard]] const std::map<std::string, widget, std::less<>>& widgets() const {
    return widgets_;
  }

  [[nodiscard]] const std::vector<label>& labels() const { return labels_; }

  /// Labels that are cut off, and pairs that cover each other, in words; empty when all is well.
  [[nodiscard]] std::vector<std::string> complaints() const;

private:
  std::map<std::string, widget, std::less<>> widgets_;
  std::vector<label> labels_;
};

/// A rectangle of one colour under everything else. Most of the window is that, and clearing costs
/// a software renderer a fraction of what blending does.
struct ground {
  box where;
  ImU32 colour = theme::ground;
};

/// How high the panels at the side would like to be, in pixels, as of the last frame.
struct side_heights {
  float knobs = 0;
  float goal = 0;
  float goal_given = 0; ///< how the room is divided; stays while the mouse holds something
};

/// What every drawing function needs besides the thing to draw.
struct ui {
  float scale = 1;
  font_set fonts = {};
  bool reduced_motion = false;
  locator* places = nullptr;        ///< null where nobody asks
  query_cost cost = {};             ///< of this frame: points looked at to draw the tracks
  std::vector<ground> grounds = {}; ///< of this frame, to be cleared in this order before drawing
  std::vector<action> actions =
      {}; ///< asked for in this frame; the workbench performs them after it
  side_heights side = {};
  float transport_height = 0; ///< in pixels, of the last frame
  bool filter_shown = false;  ///< in this frame, with its own buttons
  std::string notice = {};    ///< the workbench's, while it is shown
  double notice_until = 0;    ///< by ImGui's clock
  double waiting_since = -1;  ///< for a run; negative: not at all
  ImGuiID quiet_item = 0;     ///< was pressed: its tooltip stays away until the mouse has left it
  double next_frame_in =
      std::numeric_limits<double>::infinity(); ///< seconds; a tween or a tooltip is due

  [[nodiscard]] float px(float at_one) const { return at_one * scale; }

  void wake_in(double seconds) { next_frame_in = std::min(next_frame_in, seconds); }
};

/// Lays a ground, cut to what `to` may draw on.
void draw_ground(ui& with, const ImDrawList& to, const box& where, ImU32 colour);

/// How a label lies about its anchor.
enum class align : std::uint8_t { left, centre, right };

/// Text at `at` (top edge); returns where it is. Noted in the locator.
box draw_label(const ui& with, ImDrawList& to, ImVec2 at, std::string_view text, ImU32 colour,
               ImFont* font = nullptr, align how = align::left);
/// The same, shortened with an ellipsis to `width`.
box draw_label_within(const ui& with, ImDrawList& to, ImVec2 at, float width, std::string_view text,
                      ImU32 colour, ImFont* font = nullptr, align how = align::left);
/// Of a text that is wrapped at `width`.
[[nodiscard]] ImVec2 wrapped_size(const ui& with, std::string_view text, float width,
                                  ImFont* font = nullptr);
/// Wrapped text; returns where it is.
box draw_wrapped(const ui& with, ImDrawList& to, ImVec2 at, float width, std::string_view text,
                 ImU32 colour, ImFont* font = nullptr);
[[nodiscard]] ImVec2 text_size(const ui& with, std::string_view text, ImFont* font = nullptr);
[[nodiscard]] std::string shortened(const ui& with, std::string_view text, float width,
                                    ImFont* font = nullptr);

struct button_look {
  icon sign = icon::none;
  std::string_view text = {}; ///< beside the sign
  bool enabled = true;
  bool chosen = false;
  float width = 0; ///< at scale 1; 0 = as needed
  ImU32 colour = theme::text;
  ImU32 sign_colour = 0; ///< 0 = that of the text
};

/// How wide draw_button makes it, in pixels.
[[nodiscard]] float button_width(const ui& with, const button_look& look);
/// How wide the button of an action without text is.
[[nodiscard]] float sign_button_width(const ui& with);

/// A button called `name` (unique in the frame), with a tooltip. True when it was clicked.
bool draw_button(ui& with, std::string_view name, const button_look& look,
                 std::string_view tooltip);

/// The button of an action: its sign (or `text`), its tooltip with its key. A click asks for it.
void action_button(ui& with, action what, std::string_view text = {}, bool enabled = true,
                   bool chosen = false);

/// For the item just submitted: its tooltip, after a moment of hovering.
void tooltip(ui& with, std::string_view text);
/// For a part of a picture: shown at once while the mouse is over `where` and the window is
/// hovered.
void hint(ui& with, const box& where, std::string_view text);
/// Notes the item just submitted in the locator.
void note_widget(ui& with, std::string_view name, std::string_view tip = {}, bool enabled = true);

/// A panel: a rounded child window with a title line. Call `end_panel` always.
bool begin_panel(ui& with, const char* id, std::string_view title, ImVec2 size,
                 ImGuiWindowFlags flags = 0);
void end_panel();

/// A few words that wrap at the panel's edge and take their room.
void remark(ui& with, std::string_view text, ImU32 colour = theme::soft_text,
            ImFont* font = nullptr);

/// What to say where there is nothing to draw.
void empty_state(ui& with, std::string_view what, std::string_view why);

/// "12,345": a count, with separators.
[[nodiscard]] std::string count_text(std::uint64_t count);

} // namespace weir::viz
