#include "weir/trace/recording.hpp"

#include <algorithm>

namespace weir::trace {

std::string_view recording::text(string_id id) const noexcept {
  return id < strings.size() ? std::string_view(strings[id]) : std::string_view();
}

const source_info& recording::source(source_id id) const noexcept {
  static const source_info none;
  if (id < sources.size()) {
    return sources[id];
  }
  return none;
}

std::string recording::task_name(std::uint32_t id) const {
  if (id == 0) {
    return {};
  }
  const auto found = std::ranges::lower_bound(tasks, id, {}, &task_info::id);
  if (found != tasks.end() && found->id == id && found->name != 0) {
    return std::string(text(found->name));
  }
  return "task " + std::to_string(id);
}

std::int64_t recording::end_ns() const noexcept {
  return events.empty() ? 0 : events.back().t_ns;
}

} // namespace weir::trace
