#include "terminal/markdown.hpp"

#include "terminal/markdown_inline.hpp"
#include "terminal/markdown_table.hpp"
#include "terminal/text.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace weir::grader {

namespace {

constexpr int widest_text = 100;

std::vector<std::string> lines_without_comments(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t open = text.find("<!--");
    kept += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = text.find("-->", open);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 3);
  }
  std::vector<std::string> lines;
  std::istringstream stream{kept};
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::size_t indent_of(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string::npos ? line.size() : first;
}

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t") == std::string::npos;
}

bool is_fence(const std::string& line) {
  return line.compare(indent_of(line), 3, "```") == 0 ||
         line.compare(indent_of(line), 3, "~~~") == 0;
}

std::size_t heading_level(const std::string& line) {
  const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  return hashes <= 6 && hashes < line.size() && line[hashes] == ' ' ? hashes : 0;
}

/// Columns up to an item's text: "- " is 2, "10. " is 4; 0 for what is no item.
std::size_t item_marker(const std::string& line) {
  const std::size_t start = indent_of(line);
  const std::string rest = line.substr(start);
  if (rest.starts_with("- ") || rest.starts_with("* ") || rest.starts_with("+ ")) {
    return 2;
  }
  const std::size_t digits = rest.find_first_not_of("0123456789");
  const bool numbered = digits != std::string::npos && digits > 0 && digits < 4 &&
                        (rest.compare(digits, 2, ". ") == 0 || rest.compare(digits, 2, ") ") == 0);
  return numbered ? digits + 2 : 0;
}

bool is_rule(const std::string& line) {
  return line == "---" || line == "***" || line == "___";
}

class renderer {
public:
  renderer(std::string_view text, const terminal_info& terminal)
      : lines_{lines_without_comments(text)},
        terminal_{terminal},
        paint_{terminal.colour},
        width_{static_cast<std::size_t>(std::min(terminal.width, widest_text))} {}

  std::string render() {
    while (at_ < lines_.size()) {
      block();
    }
    return std::move(out_);
  }

private:
  std::vector<std::string> lines_;
  const terminal_info& terminal_;
  painter paint_;
  std::size_t width_;
  std::size_t at_{};
  std::string out_;

  void block() {
    const std::string& line = lines_[at_];
    if (is_blank(line)) {
      blank();
      ++at_;
    } else if (is_fence(line)) {
      code();
    } else if (heading_level(line) > 0) {
      heading();
    } else if (is_table_line(line)) {
      table();
    } else if (line.starts_with('>')) {
      quotation();
    } else if (is_rule(line)) {
      out_ += std::string(width_, '-') + '\n';
      ++at_;
    } else {
      paragraph();
    }
  }

  /// One empty line, however many there were, and none at the beginning.
  void blank() {
    if (!out_.empty() && !out_.ends_with("\n\n")) {
      out_ += '\n';
    }
  }

  void code() {
    const std::size_t indent = indent_of(lines_[at_]);
    for (++at_; at_ < lines_.size() && !is_fence(lines_[at_]); ++at_) {
      const std::string& line = lines_[at_];
      const std::string shown = line.substr(std::min(indent, indent_of(line)));
      out_ += is_blank(shown) ? "\n" : "    " + paint_.cyan(shown) + '\n';
    }
    ++at_;
  }

  void heading() {
    const std::size_t level = heading_level(lines_[at_]);
    const std::string text = render_inline(lines_[at_].substr(level + 1), painter{false});
    blank();
    out_ += paint_.bold(text) + '\n';
    if (level == 1 || (level == 2 && !paint_.colour())) {
      const std::size_t length = std::min(width_, display_width(text));
      out_ += paint_.bold(std::string(length, level == 1 ? '=' : '-')) + '\n';
    }
    ++at_;
  }

  void table() {
    const auto first = lines_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto last = std::find_if_not(first, lines_.end(), is_table_line);
    out_ += render_table({first, last}, width_, terminal_);
    at_ += static_cast<std::size_t>(last - first);
  }

  void quotation() {
    std::string text;
    for (; at_ < lines_.size() && lines_[at_].starts_with('>'); ++at_) {
      text += lines_[at_].substr(lines_[at_].starts_with("> ") ? 2 : 1) + '\n';
    }
    terminal_info inner = terminal_;
    inner.width = static_cast<int>(width_) - 2;
    std::istringstream stream{render_markdown(text, inner)};
    for (std::string line; std::getline(stream, line);) {
      out_ += paint_.dim(terminal_.unicode ? "│" : "|") + " " + line + '\n';
    }
  }

  /// A paragraph or one item of a list: its marker and its text with the lines that continue it.
  void paragraph() {
    const std::size_t indent = indent_of(lines_[at_]);
    const std::size_t marker = item_marker(lines_[at_]);
    std::string text = lines_[at_].substr(indent + marker);
    std::string lead = lines_[at_].substr(0, indent + marker);
    if (marker == 2) {
      lead.replace(indent, 1, terminal_.unicode ? "•" : "-");
    }
    for (++at_; at_ < lines_.size() && continues(lines_[at_]); ++at_) {
      text += ' ' + lines_[at_].substr(indent_of(lines_[at_]));
    }
    const std::size_t hang = std::min(indent + marker, width_ / 2);
    const text_style style{.colour = paint_.colour(), .unicode = true};
    for (const std::string& line : wrap(render_inline(text, paint_), width_ - hang, style)) {
      out_ += lead + line + '\n';
      lead.assign(hang, ' ');
    }
  }

  static bool continues(const std::string& line) {
    return !is_blank(line) && item_marker(line) == 0 && heading_level(line) == 0 &&
           !is_fence(line) && !is_table_line(line) && !line.starts_with('>');
  }
};

} // namespace

std::string render_markdown(std::string_view text, const terminal_info& terminal) {
  return renderer{text, terminal}.render();
}

} // namespace weir::grader
