/// \file
/// A stage on show in a window without a display, and what can be read there.
#pragma once

#include "null_window.hpp"
#include "stages.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace weir::viz::test {

/// Only one at a time: ImGui has one context.
class shown_stage {
public:
  explicit shown_stage(std::string_view name, ImVec2 size = {1280, 720}, float scale = 1)
      : window(size, scale) {
    const auto all = all_stages();
    const auto found = std::ranges::find(all, name, &stage::name);
    if (found == all.end()) {
      throw std::logic_error("no stage is called '" + std::string{name} + "'");
    }
    bench = found->set();
    window.settle(*bench);
  }

  void settle() { window.settle(*bench); }

  /// Whether a label says just this.
  [[nodiscard]] bool says(std::string_view text) const {
    return std::ranges::find(window.places.labels(), text, &locator::label::text) !=
           window.places.labels().end();
  }

  /// Whether this stands anywhere in a label.
  [[nodiscard]] bool mentions(std::string_view part) const {
    return std::ranges::any_of(window.places.labels(), [&](const locator::label& each) {
      return each.text.find(part) != std::string::npos;
    });
  }

  null_window window;
  std::unique_ptr<workbench> bench;
};

} // namespace weir::viz::test
