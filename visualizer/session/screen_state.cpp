#include "session/screen_state.hpp"

namespace weir::viz {

bool screen_state::can_clear() const {
  return help_open || menu_open || !filter.text.empty() || selected_event || selected_span ||
         selected_node || presenter || !notice.empty();
}

void screen_state::clear() {
  if (help_open || menu_open) {
    help_open = false;
    menu_open = false;
  } else if (!filter.text.empty()) {
    filter.text.clear();
  } else if (selected_event || selected_span || selected_node) {
    clear_selection();
  } else if (presenter) {
    presenter = false;
  } else {
    notice.clear();
  }
}

void screen_state::clear_selection() {
  selected_event.reset();
  selected_span.reset();
  selected_node.reset();
}

} // namespace weir::viz
