#include "ui.hpp"

namespace weir::viz {

namespace {

constexpr float tolerance = 1.5F; // pixels: glyphs are rounded to whole ones

bool visible(const locator::label& what) {
  return what.where.max.x > what.clip.min.x && what.where.min.x < what.clip.max.x &&
         what.where.max.y > what.clip.min.y && what.where.min.y < what.clip.max.y;
}

/// Over the edge above or below, where nobody can scroll to it.
bool lost(const box& where, const box& clip, bool scrolls) {
  return !scrolls && where.width() > 0 &&
         (where.max.y > clip.max.y + 2 * tolerance || where.min.y < clip.min.y - 2 * tolerance);
}

bool overlap(const box& a, const box& b) {
  return a.min.x + tolerance < b.max.x && b.min.x + tolerance < a.max.x &&
         a.min.y + 2 * tolerance < b.max.y && b.min.y + 2 * tolerance < a.max.y;
}

} // namespace

void locator::begin_frame() {
  widgets_.clear();
  labels_.clear();
}

const locator::widget* locator::find(std::string_view name) const {
  const auto found = widgets_.find(name);
  return found == widgets_.end() ? nullptr : &found->second;
}

std::vector<std::string> locator::complaints() const {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const label& one = labels_[i];
    if (lost(one.where, one.clip, one.scrolls)) {
      found.push_back("\"" + one.text + "\" is cut off above or below");
    }
    if (!visible(one)) {
      continue;
    }
    // A list that scrolls may cut a line above or below; nothing may be cut at its side.
    if (one.where.min.x < one.clip.min.x - tolerance ||
        one.where.max.x > one.clip.max.x + tolerance) {
      found.push_back("\"" + one.text + "\" is cut off");
    }
    for (std::size_t j = i + 1; j < labels_.size(); ++j) {
      const label& other = labels_[j];
      if (one.layer == other.layer && visible(other) && overlap(one.where, other.where)) {
        found.push_back("\"" + one.text + "\" and \"" + other.text + "\" overlap");
      }
    }
  }
  for (const auto& [name, what] : widgets_) {
    if (what.where.width() > 0 && (what.where.max.x > what.clip.max.x + tolerance ||
                                   what.where.min.x < what.clip.min.x - tolerance)) {
      found.push_back("the widget \"" + name + "\" is cut off");
    } else if (lost(what.where, what.clip, what.scrolls)) {
      found.push_back("the widget \"" + name + "\" is cut off above or below");
    }
  }
  return found;
}

} // namespace weir::viz
