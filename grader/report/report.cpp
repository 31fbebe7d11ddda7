#include "report/report.hpp"

#include "terminal/text.hpp"

#include <weir/trace/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::grader {

namespace {

constexpr std::size_t few_lines = 12;

std::string chapter_number(const exercise& ex) {
  return ex.chapter.substr(0, ex.chapter.find('-'));
}

std::string milliseconds(std::chrono::microseconds length) {
  return fmt::format("{:.0f} ms", static_cast<double>(length.count()) / 1000.0);
}

/// Writes one report, part by part.
class writer {
public:
  writer(const verdict& v, const exercise& ex, const report_options& how)
      : v_{v},
        ex_{ex},
        how_{how},
        paint_{how.colour},
        style_{.colour = how.colour, .unicode = how.unicode} {}

  std::string write() {
    title();
    if (!v_.detail.empty()) {
      paragraph(v_.detail);
    }
    compiler_messages();
    if (!v_.passed()) {
      failing_test();
    }
    program_output();
    tests();
    if (v_.passed() && how_.show_next) {
      next_step();
    }
    costs();
    return std::move(text_);
  }

private:
  const verdict& v_;
  const exercise& ex_;
  const report_options& how_;
  painter paint_;
  text_style style_;
  std::string text_;

  void blank() { text_ += "\n"; }

  /// Wrapped to the width; `indent` columns in front of each line.
  void paragraph(const std::string& words, std::size_t indent = 2) {
    blank();
    wrapped(words, indent);
  }

  void wrapped(const std::string& words, std::size_t indent) {
    const auto width = static_cast<std::size_t>(std::max(how_.width, 20)) - indent;
    for (const auto& line : wrap(words, width, style_)) {
      text_ += std::string(indent, ' ') + line + "\n";
    }
  }

  void heading(const std::string& words) {
    blank();
    text_ += paint_.bold(words) + "\n";
  }

  /// Foreign text: one line each, cleaned and cut, not wrapped; carets must stay under their
  /// columns.
  void foreign(const std::string& lines, std::size_t indent) {
    const text_style plain{.colour = false, .unicode = how_.unicode};
    const auto width = how_.verbose ? std::size_t{10'000}
                                    : static_cast<std::size_t>(std::max(how_.width, 20)) - indent;
    std::size_t begin = 0;
    while (begin < lines.size()) {
      const auto end = std::min(lines.find('\n', begin), lines.size());
      text_ += std::string(indent, ' ') +
               clip(std::string_view{lines}.substr(begin, end - begin), width, plain) + "\n";
      begin = end + 1;
    }
  }

  void title() {
    const std::string word{to_words(v_.kind)};
    const auto painted = paint_.bold(v_.passed() ? paint_.green(word) : paint_.red(word));
    text_ += fmt::format("{}  {} {}: {}\n", painted, ex_.number, ex_.id, ex_.title);
  }

  void compiler_messages() {
    if (v_.compiler_output.empty()) {
      return;
    }
    if (v_.kind != verdict_kind::does_not_compile) {
      heading("The compiler warns");
    } else {
      blank();
    }
    foreign_lines(v_.compiler_output, true);
  }

  /// Foreign text, a line at a time: source and its carets are cut at the width, prose is wrapped.
  void foreign_lines(const std::string& all, bool source_is_indented) {
    const text_style plain{.colour = false, .unicode = how_.unicode};
    std::size_t begin = 0;
    while (begin < all.size()) {
      const auto end = std::min(all.find('\n', begin), all.size());
      const std::string line = all.substr(begin, end - begin);
      if (source_is_indented && line.starts_with(' ')) {
        foreign(line, 2);
      } else {
        for (const auto& each : wrap(line, text_width(), plain)) {
          text_ += "  " + each + "\n";
        }
      }
      begin = end + 1;
    }
  }

  [[nodiscard]] std::size_t text_width() const {
    return static_cast<std::size_t>(std::max(how_.width, 20)) - 2;
  }

  void failing_test() {
    const auto* test = v_.first_failure();
    if (!test || test->outcome == test_outcome::not_run) {
      return;
    }
    heading("The promise");
    wrapped(test->promise, 2);
    if (!test->message.empty()) {
      heading("What was seen");
      wrapped(test->message, 2);
    }
    timeline(*test);
    waiting(*test);
    if (!test->token.empty()) {
      heading("The schedule");
      if (test->failing_schedule) {
        wrapped(fmt::format("number {} of {} failed; made as short as could be, it is",
                            *test->failing_schedule, test->schedules),
                2);
      }
      text_ += "  " + paint_.cyan("weir replay " + test->token) + "\n";
    }
    if (!test->read.empty()) {
      heading("Where to read");
      text_ += "  " + paint_.cyan(fmt::format("weir read {}#{}", chapter_number(ex_), test->read)) +
               "\n";
    }
  }

  void timeline(const test_result& test) {
    if (test.timeline.empty()) {
      return;
    }
    heading("What happened last, in virtual time");
    const auto count =
        how_.verbose ? test.timeline.size() : std::min(few_lines, test.timeline.size());
    std::size_t task_width = 0;
    for (const auto& each : test.timeline) {
      task_width = std::max(task_width, display_width(each.task));
    }
    task_width = std::min<std::size_t>(task_width, 24);
    for (auto each = test.timeline.end() - static_cast<std::ptrdiff_t>(count);
         each != test.timeline.end(); ++each) {
      foreign(fmt::format("{:>9}  {}  {}", trace::format_duration(each->at),
                          pad(each->task, task_width), each->text),
              2);
    }
  }

  void waiting(const test_result& test) {
    if (test.tasks.empty()) {
      return;
    }
    heading("Who was still there");
    const auto count = how_.verbose ? test.tasks.size() : std::min(few_lines, test.tasks.size());
    for (std::size_t i = 0; i < count; ++i) {
      wrapped(fmt::format("{} {}", test.tasks[i].name, test.tasks[i].state), 2);
    }
    if (count < test.tasks.size()) {
      text_ += fmt::format("  … and {} more\n", test.tasks.size() - count);
    }
  }

  void program_output() {
    if (v_.program_output.empty()) {
      return;
    }
    const auto lines = std::ranges::count(v_.program_output, '\n');
    constexpr std::ptrdiff_t shown = 20;
    std::size_t begin = 0;
    // A crash is explained where its report begins, everything else by what was printed last.
    const bool from_end = v_.kind != verdict_kind::crashed && !how_.verbose;
    heading("Your program printed");
    if (from_end && lines > shown) {
      for (std::ptrdiff_t skip = lines - shown; skip > 0; --skip) {
        begin = v_.program_output.find('\n', begin) + 1;
      }
      text_ += fmt::format("  … {} lines before; --verbose shows them\n", lines - shown);
    }
    foreign_lines(v_.program_output.substr(begin), false);
  }

  void tests() {
    if (v_.tests.empty()) {
      return;
    }
    blank();
    for (const auto& each : v_.tests) {
      const bool ran = each.outcome != test_outcome::not_run;
      const std::string sign = each.passed ? paint_.green(how_.unicode ? "✓" : "+")
                               : ran       ? paint_.red(how_.unicode ? "✗" : "x")
                                           : paint_.dim("-");
      const std::string points =
          fmt::format("{} point{}", each.points, each.points == 1 ? "" : "s");
      text_ += fmt::format("  {} {}  {}\n", sign, pad(each.id, widest_id()),
                           paint_.dim(ran ? points : points + ", not run"));
    }
  }

  [[nodiscard]] std::size_t widest_id() const {
    std::size_t widest = 0;
    for (const auto& each : v_.tests) {
      widest = std::max(widest, each.id.size());
    }
    return widest;
  }

  void next_step() {
    if (!how_.fixed.empty()) {
      paragraph(how_.fixed);
    }
    blank();
    if (how_.next.empty()) {
      text_ += "  That was the last one that was pending.\n";
    } else {
      text_ += fmt::format("  Next: {}\n", paint_.cyan("weir brief " + how_.next));
    }
    if (!how_.fixed.empty()) {
      text_ += fmt::format("  Debrief: {}\n", paint_.cyan("weir debrief " + ex_.id));
    }
    if (how_.solution) {
      text_ += fmt::format("  Compare: {}\n", paint_.cyan("weir solution " + ex_.id));
    }
  }

  void costs() {
    blank();
    std::string line = headline(v_);
    line.erase(0,
               std::min(line.size(),
                        line.find(", ") == std::string::npos ? line.size() : line.find(", ") + 2));
    if (!line.empty()) {
      line += ", ";
    }
    line += milliseconds(v_.total_time());
    std::string parts;
    for (const auto& each : v_.stages) {
      parts +=
          fmt::format("{}{} {}", parts.empty() ? "" : ", ", each.name, milliseconds(each.duration));
    }
    if (!parts.empty()) {
      line += " (" + parts + (v_.cached ? "; compiled before" : "") + ")";
    }
    if (v_.sandbox.starts_with("none")) {
      line += ", sandbox: " + v_.sandbox;
    }
    for (const auto& each :
         wrap(line, static_cast<std::size_t>(std::max(how_.width, 20)) - 2, style_)) {
      text_ += "  " + paint_.dim(each) + "\n";
    }
  }
};

} // namespace

report_options options_for(const terminal_info& terminal) {
  report_options how;
  how.width = terminal.width;
  how.colour = terminal.colour;
  how.unicode = terminal.unicode;
  return how;
}

std::string report(const verdict& v, const exercise& ex, const report_options& how) {
  return writer{v, ex, how}.write();
}

} // namespace weir::grader
