#include "watch/screen.hpp"

#include "terminal/terminal.hpp"
#include "watch/pages.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::grader::watch {
namespace {

const painter paint{true};

constexpr std::size_t roomy = 14; // lines from which on rules are drawn
constexpr std::size_t usual =
    8; // lines from which on the file and the notice have lines of their own
constexpr std::size_t longest_notice = 4;
constexpr std::size_t least_left = 4; // columns below which the left end of a line says nothing

std::string repeated(std::string_view glyph, std::size_t times) {
  std::string text;
  for (; times > 0; --times) {
    text += glyph;
  }
  return text;
}

// `left` and `right` at the two ends of a line; `left` gives way.
std::string spread(const std::string& left, const std::string& right, std::size_t width,
                   const text_style& style) {
  const std::size_t taken = display_width(right);
  if (taken > 0 && taken + 2 + least_left > width) {
    return clip(right, width, style);
  }
  const std::size_t room = taken == 0 ? width : width - taken - 2;
  return taken == 0 ? clip(left, room, style)
                    : pad(clip(left, room, style), room + 2) + clip(right, taken, style);
}

// The end of a path says more than its beginning.
std::string path_tail(const std::string& path, std::size_t room) {
  if (display_width(path) <= room) {
    return path;
  }
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string tail = "…" + path.substr(slash);
    if (display_width(tail) <= room) {
      return tail;
    }
  }
  const auto name = path.rfind('/');
  return name == std::string::npos ? path : path.substr(name + 1);
}

std::string progress_bar(const watch_state& state) {
  const auto total = state.exercises.size();
  const auto passed = static_cast<std::size_t>(
      std::count_if(state.exercises.begin(), state.exercises.end(),
                    [](const watched_exercise& each) { return each.passed; }));
  const std::string count = fmt::format("{}/{}", passed, total);
  if (state.size.width < 40) {
    return count;
  }
  const std::size_t columns = std::clamp<std::size_t>(state.size.width / 5, 6, 24);
  const std::size_t full = passed == total ? columns : passed * columns / total;
  return paint.green(repeated("█", full)) + paint.dim(repeated("░", columns - full)) + " " + count;
}

std::vector<std::string> header(const watch_state& state, const text_style& style) {
  const auto& exercise = state.exercise();
  const std::size_t width = state.size.width;
  const std::string title = paint.bold(fmt::format("{} {}", exercise.number, exercise.title));
  const std::string status = status_of(state);
  if (state.size.height < usual) {
    return {spread(title, status.empty() ? progress_bar(state) : status, width, style)};
  }
  const std::size_t taken = display_width(status);
  const std::size_t room = taken + 2 < width ? width - taken - 2 : 0;
  std::vector<std::string> lines{
      spread(title, progress_bar(state), width, style),
      spread(paint.dim(path_tail(exercise.file, room)), status, width, style)};
  if (state.size.height >= roomy) {
    lines.push_back(clip(paint.dim(repeated("─", width)), width, style));
  }
  return lines;
}

std::string question_of(const watch_state& state) {
  return fmt::format("Put the starter of {} back? Your version is kept as a dated backup. y/N",
                     state.exercise().id);
}

// The notice, or the question, or the offer; as many lines as it takes, up to a bound.
std::vector<std::string> message_lines(const watch_state& state, const text_style& style) {
  const bool asking = state.question == question_kind::reset;
  const std::string text = asking                  ? paint.bold(paint.yellow(question_of(state)))
                           : !state.notice.empty() ? paint.yellow(state.notice)
                                                   : offer_of(state);
  auto lines = wrap(text, state.size.width, style);
  const std::size_t most =
      state.size.height < usual ? 1 : std::min(longest_notice, state.size.height / 3);
  if (lines.size() > most) {
    lines.resize(most);
    if (asking) {
      lines.back() = clip("Put the starter back? y/N", state.size.width, style);
    }
  }
  return lines;
}

std::vector<std::string> footer(const watch_state& state, const text_style& style) {
  auto lines = message_lines(state, style);
  const bool said = !lines.empty();
  if (state.size.height < usual && said) {
    return lines;
  }
  if (state.size.height >= roomy && !said) {
    lines.push_back(clip(paint.dim(repeated("─", state.size.width)), state.size.width, style));
  }
  lines.push_back(clip(keys_of(state, state.size.width), state.size.width, style));
  return lines;
}

std::vector<std::string> body(const watch_state& state, const text_style& style) {
  if (state.view != view_kind::list) {
    return wrap(page_of(state, style), state.size.width, style);
  }
  std::vector<std::string> lines; // the list is cut, not wrapped: a line an exercise
  const std::string page = page_of(state, style);
  for (std::string_view rest = page; !rest.empty();) {
    const auto end = rest.find('\n');
    lines.push_back(clip(rest.substr(0, end), state.size.width, style));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

std::size_t room_between(const watch_state& state, std::size_t above, std::size_t below) {
  return state.size.height > above + below ? state.size.height - above - below : 0;
}

// The first line of the body to show.
std::size_t first_line(const watch_state& state, std::size_t lines, std::size_t room) {
  const std::size_t limit = lines > room ? lines - room : 0;
  if (state.view != view_kind::list) {
    return std::min(state.scroll, limit);
  }
  const std::size_t before = room / 2; // the cursor stays in the middle of a long list
  return std::min(state.cursor > before ? state.cursor - before : 0, limit);
}

// Says, at the end of the rule above the body, which part of a long page is shown.
void mark_position(std::vector<std::string>& head, const watch_state& state, std::size_t first,
                   std::size_t room, std::size_t lines, const text_style& style) {
  if (lines <= room || state.size.height < roomy || state.size.width < 30) {
    return;
  }
  const std::string mark =
      fmt::format(" {}-{} of {}, j k scroll ", first + 1, std::min(first + room, lines), lines);
  const std::size_t rule = state.size.width - display_width(mark) - 2;
  head.back() = clip(paint.dim(repeated("─", rule) + mark + "──"), state.size.width, style);
}

} // namespace

std::vector<std::string> render(const watch_state& state, const text_style& style) {
  auto lines = header(state, style);
  const auto below = footer(state, style);
  const auto text = body(state, style);
  const std::size_t room = room_between(state, lines.size(), below.size());
  const std::size_t first = first_line(state, text.size(), room);
  mark_position(lines, state, first, room, text.size(), style);
  for (std::size_t row = 0; row < room; ++row) {
    lines.push_back(first + row < text.size() ? text[first + row] : std::string{});
  }
  lines.insert(lines.end(), below.begin(), below.end());
  lines.resize(state.size.height);
  return lines;
}

std::size_t body_height(const watch_state& state) {
  const text_style style;
  return room_between(state, header(state, style).size(), footer(state, style).size());
}

std::size_t scroll_limit(const watch_state& state) {
  const std::size_t lines = body(state, {}).size();
  const std::size_t room = body_height(state);
  return lines > room ? lines - room : 0;
}

} // namespace weir::grader::watch
