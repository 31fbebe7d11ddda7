#include "terminal/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace weir::grader {

std::string time_left(std::size_t done, std::size_t all, std::chrono::nanoseconds elapsed) {
  constexpr std::size_t few = 5;
  if (done < few || done >= all) {
    return {};
  }
  const auto left =
      elapsed / static_cast<std::int64_t>(done) * static_cast<std::int64_t>(all - done);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left);
  return seconds < std::chrono::minutes{2}
             ? fmt::format("about {} s left", seconds.count())
             : fmt::format("about {} min left",
                           std::chrono::round<std::chrono::minutes>(seconds).count());
}

progress_line::~progress_line() {
  clear();
}

void progress_line::show(std::size_t done, std::size_t all, std::string_view last) {
  if (!streams_.terminal.output) {
    return;
  }
  std::string text = fmt::format("[{}/{}] ", done, all);
  if (const std::string left = time_left(done, all, now_() - began_); !left.empty()) {
    text += left + ", ";
  }
  text += last;
  // A line that wraps could not be taken back.
  const auto width = static_cast<std::size_t>(std::max(streams_.terminal.width, 2)) - 1;
  clear();
  streams_.err << text.substr(0, width) << std::flush;
  shown_ = true;
}

void progress_line::keep(const std::string& text) {
  clear();
  streams_.note(text);
}

void progress_line::clear() {
  if (shown_) {
    streams_.err << "\r\x1b[K" << std::flush;
    shown_ = false;
  }
}

} // namespace weir::grader
