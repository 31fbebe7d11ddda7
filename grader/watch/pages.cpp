#include "watch/pages.hpp"

#include "terminal/markdown.hpp"
#include "terminal/terminal.hpp"
#include "terminal/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::grader::watch {
namespace {

// Colours are always put in here; wrap() and clip() take them out where they are not wanted.
const painter paint{true};

constexpr std::size_t least_markdown_width = 20;

std::string file_name(const watched_exercise& exercise) {
  return std::filesystem::path{exercise.file}.filename().string();
}

std::string report_page(const watch_state& state) {
  const auto& exercise = state.exercise();
  if (state.file_missing) {
    return fmt::format("{}\n\nx puts the starter back. If the file only moved, move it back and it "
                       "is checked again.\n",
                       paint.red(fmt::format("{} is not there any more.", file_name(exercise))));
  }
  if (!state.broken.empty()) {
    return fmt::format("{}\n\n{}\n",
                       paint.yellow("Your code could not be judged; the reason lies elsewhere:"),
                       state.broken);
  }
  if (state.outcome) {
    const std::string found =
        paint.yellow("The quick check passed, but a deeper search found this:") + "\n\n";
    return (state.outcome_is_deep ? found : std::string{}) +
           state.outcome->report(state.size.width);
  }
  const std::string_view how = state.manual ? "r checks it." : "Every save is checked.";
  return fmt::format("{}\n\nEdit {}. {}\nb opens the brief, o the editor, h gives a hint.\n",
                     exercise.summary, file_name(exercise), how);
}

std::string markdown(const std::string& text, const watch_state& state, const text_style& style) {
  terminal_info terminal;
  terminal.colour = style.colour;
  terminal.unicode = style.unicode;
  terminal.width = static_cast<int>(std::max(state.size.width, least_markdown_width));
  return render_markdown(text, terminal);
}

std::string hints_page(const watch_state& state, const text_style& style) {
  const auto& hints = state.exercise().hints;
  std::string text;
  for (std::size_t index = 0; index < state.hints_shown && index < hints.size(); ++index) {
    text +=
        fmt::format("{}\n{}\n", paint.bold(fmt::format("Hint {} of {}", index + 1, hints.size())),
                    markdown(hints[index], state, style));
  }
  return text +
         paint.dim(state.hints_shown < hints.size() ? "h goes one step further."
                                                    : "That was the last one.") +
         "\n";
}

std::string list_page(const watch_state& state) {
  std::string text;
  std::size_t longest = 0;
  for (const auto& each : state.exercises) {
    longest = std::max(longest, display_width(each.id));
  }
  for (std::size_t index = 0; index < state.exercises.size(); ++index) {
    const auto& each = state.exercises[index];
    const std::string head = fmt::format(
        "{} {} {}", index == state.cursor ? "▸" : " ", each.passed ? paint.green("✓") : "·",
        pad(fmt::format("{:<4} {}", each.number, each.id), longest + 5));
    const std::string tail = each.checked.empty() ? paint.dim(each.title) : each.checked;
    text += fmt::format("{}  {}\n", index == state.cursor ? paint.bold(head) : head, tail);
  }
  return text;
}

constexpr std::string_view keys_page =
    "n   next exercise; after a pass, the next pending one\n"
    "p   previous exercise\n"
    "h   a hint; one step further each time\n"
    "b   the brief\n"
    "o   open the file in the editor ($VISUAL, $EDITOR, VS Code)\n"
    "r   check now\n"
    "c   check all exercises\n"
    "l   list of exercises; Enter opens one\n"
    "d   the debrief, after a pass\n"
    "s   the solution, after a pass\n"
    "x   put the starter back (asks first, keeps a backup)\n"
    "v   the visualizer: the failure on the screen, else the scene\n"
    "j k arrows PageUp PageDown Home End   scroll\n"
    "Esc back to the verdict\n"
    "q   quit (on a page: back)\n";

std::string running_status(const watch_state& state) {
  constexpr std::array<std::string_view, 4> wheel{"-", "\\", "|", "/"};
  const auto spoke = wheel[state.ticks % wheel.size()];
  if (!state.waiting.empty()) {
    return paint.cyan(fmt::format("{} {}", spoke, state.waiting));
  }
  if (state.running == run_kind::all) {
    return paint.cyan(fmt::format("{} checking {}/{}", spoke,
                                  std::min(state.checked + 1, state.exercises.size()),
                                  state.exercises.size()));
  }
  if (state.ticks < 10) {
    return paint.cyan(fmt::format("{} checking", spoke));
  }
  return paint.cyan(fmt::format("{} checking, {} s", spoke, state.ticks / 10));
}

using key_label = std::pair<std::string_view, std::string_view>;

std::vector<key_label> labels_for(const watch_state& state) {
  if (state.question != question_kind::none) {
    return {{"y", "yes"}, {"any other key", "no"}};
  }
  switch (state.view) {
  case view_kind::list:
    return {{"j k", "move"}, {"Enter", "open"}, {"c", "check all"}, {"l", "back"}};
  case view_kind::hints:
    return {{"h", "further"}, {"q", "back"}, {"b", "brief"}, {"o", "editor"}};
  case view_kind::brief:
  case view_kind::debrief:
  case view_kind::solution:
  case view_kind::keys:
    return {{"j k", "scroll"}, {"q", "back"}, {"n", "next"}, {"o", "editor"}, {"h", "hint"}};
  case view_kind::report:
    break;
  }
  if (state.exercise().passed) {
    std::vector<key_label> labels{{"n", "next"}};
    if (state.exercise().has_debrief) {
      labels.emplace_back("d", "debrief");
    }
    if (state.exercise().has_solution) {
      labels.emplace_back("s", "solution");
    }
    labels.insert(labels.end(), {{"l", "list"},
                                 {"v", "see it run"},
                                 {"c", "check all"},
                                 {"p", "previous"},
                                 {"b", "brief"}});
    return labels;
  }
  return {{"h", "hint"}, {"b", "brief"},    {"o", "editor"}, {"n", "next"},     {"l", "list"},
          {"r", "run"},  {"p", "previous"}, {"x", "reset"},  {"c", "check all"}};
}

} // namespace

std::string page_of(const watch_state& state, const text_style& style) {
  switch (state.view) {
  case view_kind::report:
    return report_page(state);
  case view_kind::hints:
    return hints_page(state, style);
  case view_kind::list:
    return list_page(state);
  case view_kind::brief:
  case view_kind::debrief:
    return markdown(state.page_text, state, style);
  case view_kind::solution:
    return state.page_text;
  case view_kind::keys:
    return std::string{keys_page};
  }
  return {};
}

std::string status_of(const watch_state& state) {
  if (state.running != run_kind::none) {
    return running_status(state);
  }
  if (state.file_missing) {
    return paint.red("file is gone");
  }
  if (!state.broken.empty()) {
    return paint.yellow("not judged");
  }
  if (!state.outcome) {
    return state.manual ? paint.dim("r checks it") : std::string{};
  }
  if (!state.outcome->passed) {
    std::string words = state.outcome->verdict;
    std::replace(words.begin(), words.end(), '-', ' ');
    return paint.red("✗ " + words);
  }
  const bool searching =
      state.deep && state.deep->exercise == state.exercise().id && state.size.width >= 60;
  return paint.green("✓ passed") + (searching ? paint.dim(", searching deeper") : std::string{});
}

std::string offer_of(const watch_state& state) {
  const bool passed = state.running == run_kind::none && state.outcome && state.outcome->passed;
  if (!passed || state.view != view_kind::report) {
    return {};
  }
  if (const auto next = next_pending(state)) {
    const auto& each = state.exercises[*next];
    return paint.green(fmt::format("n goes on to {} {}", each.number, each.title));
  }
  return paint.green("That was the last one: every exercise has passed.");
}

std::string keys_of(const watch_state& state, std::size_t width) {
  const auto shown = [](const key_label& each) {
    return fmt::format("{} {}", paint.bold(each.first), each.second);
  };
  const bool asking = state.question != question_kind::none;
  const std::string last = state.view == view_kind::report ? "  " + shown({"q", "quit"}) : "";
  const std::string end = asking ? std::string{} : shown({"?", "keys"}) + last;
  std::string line;
  for (const auto& each : labels_for(state)) {
    const std::string longer = line + shown(each) + "  ";
    if (display_width(longer) + display_width(end) > width) {
      break;
    }
    line = longer;
  }
  return line + end;
}

} // namespace weir::grader::watch
