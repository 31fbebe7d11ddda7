#pragma once

#include "model/events.hpp"
#include "model/task_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weir::viz {

enum class tab : std::uint8_t { charts, lanes, events, compare, sweep, flow, knobs, goal, tree };

/// What the panels remember from frame to frame: what is open, chosen, or being typed.
struct screen_state {
  viz::tab tab = viz::tab::charts;
  viz::tab second_tab =
      viz::tab::lanes; ///< of the lower half, where the window is tall enough for two
  bool presenter = false;
  bool help_open = false;
  bool menu_open = false;
  bool banner_open = true;
  bool focus_filter = false; ///< the events' filter takes the caret in the next frame
  event_filter filter{};
  std::optional<std::size_t> selected_event;
  std::optional<std::uint32_t> selected_span;
  folded_nodes folded; ///< of the tree; stays when a knob is turned
  tree_part tree = tree_part::everything;
  std::optional<std::uint64_t> selected_node; ///< of the tree, by its key
  bool scroll_to_node = false;                ///< it comes into view with the next frame
  /// A value that is being typed: a knob by index, or `typing_seed`.
  static constexpr std::size_t typing_seed = static_cast<std::size_t>(-1);
  std::optional<std::size_t> typing;
  std::string typed;
  std::string typing_error;
  std::string latency_of;     ///< name of the spans that the charts' latency is about; empty: main
  std::string breaker;        ///< name of the one that was chosen; runs to come keep to it
  std::size_t sweep_knob = 0; ///< by index: the one that a sweep is to turn
  std::string highlighted_knob;      ///< an advice points at it
  bool scroll_to_knob = false;       ///< it comes into view with the next frame
  float text_scale = 1;              ///< times the display's: Ctrl +, Ctrl -
  std::string notice;                ///< a line to show for a moment ("copied")
  std::optional<std::string> copied; ///< text for the clipboard, once

  /// There is something that Esc would close or clear.
  [[nodiscard]] bool can_clear() const;
  /// Closes or clears what is uppermost.
  void clear();
  void clear_selection();
};

} // namespace weir::viz
