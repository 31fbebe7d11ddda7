#include "workbook/route.hpp"

#include <algorithm>

namespace weir::grader {

bool route::is_known(const chapter& each) const {
  return !each.fast_track.empty() && reached_.fast_track(each.folder) &&
         !reached_.of(each.fast_track).first_passed_at.empty();
}

std::string route::door_of(const exercise& ex) const {
  const auto found = std::ranges::find(chapters_, ex.chapter, &chapter::folder);
  return found != chapters_.end() && reached_.fast_track(ex.chapter) ? found->fast_track
                                                                     : std::string{};
}

bool route::is_pending(const exercise& ex) const {
  const std::string door = door_of(ex);
  const bool known = !door.empty() && !reached_.of(door).first_passed_at.empty();
  return !known && !reached_.of(ex.id).passed;
}

const exercise* route::next_pending(std::size_t from) const {
  for (std::size_t step = 0; step < exercises_.size(); ++step) {
    const exercise& each = exercises_[(from + step) % exercises_.size()];
    if (is_pending(each)) {
      return &each;
    }
  }
  return nullptr;
}

} // namespace weir::grader
