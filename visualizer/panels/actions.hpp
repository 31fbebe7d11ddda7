#pragma once

#include "icons.hpp"
#include "session/action.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// How actions are called, drawn and reached by keys.
namespace weir::viz {

struct action_info {
  action what;
  std::string_view name; ///< "Previous event": the tooltip's first line and the locator's name
  std::string_view keys; ///< "," as people read it
  std::string_view tip;  ///< what it does, in a sentence
  icon sign;
};

/// All actions, in the order in which the list of keys shows them.
[[nodiscard]] std::span<const action_info> all_actions();
[[nodiscard]] const action_info& info_of(action what);

/// Keys that make no character.
enum class special_key : std::uint8_t { none, left, right, up, down, home, end, escape, f1, f5 };

/// A key went down, or repeated while it was held. Collected by the window's callbacks rather than
/// read from ImGui, which in version 1.86 forgets a press and release within one frame.
/// `character` is what the keyboard's layout makes of the key, so that `?` is wherever it is.
struct key_press {
  special_key special = special_key::none;
  char32_t character = 0;
  bool ctrl = false;
  bool shift = false;
  bool repeated = false;
};

/// What a key stands for; nothing for other keys, and for repeats of what must not be repeated.
[[nodiscard]] std::optional<action> action_of(const key_press& key);

} // namespace weir::viz
