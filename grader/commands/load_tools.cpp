#include "commands/load_tools.hpp"

#include "parts/build_tree.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

namespace weir::grader {

parts::build_site site_of(const context& ctx) {
  return {.root = ctx.where.root, .build = ctx.where.build};
}

toolchain load_tools(const context& ctx) {
  toolchain tools = toolchain::load(ctx.where.build);
  tools.provide = parts::provider_at(site_of(ctx));
  return tools;
}

part_progress_handler waiting_line::handler() {
  return [this](const part_progress& how_far) {
    show(how_far);
  };
}

void waiting_line::show(const part_progress& how_far) {
  std::string text = to_string(how_far);
  if (!streams_.terminal.output) {
    if (std::string name = name_of(how_far.which); name != std::exchange(told_, name)) {
      streams_.note(text);
    }
    return;
  }
  // A line that wraps could not be taken back.
  const auto width = static_cast<std::size_t>(std::max(streams_.terminal.width, 2)) - 1;
  streams_.err << "\r\x1b[K" << text.substr(0, width) << std::flush;
  shown_ = true;
}

void waiting_line::clear() {
  if (std::exchange(shown_, false)) {
    streams_.err << "\r\x1b[K" << std::flush;
  }
}

} // namespace weir::grader
