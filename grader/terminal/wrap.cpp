#include "terminal/text_pieces.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::grader {
namespace {

// Builds one line after another, carrying open colours over the breaks.
class line_builder {
public:
  line_builder(std::size_t width, const text_style& style)
      : width_{std::max<std::size_t>(width, 1)}, style_{style} {}

  void colour(std::string_view sequence) {
    if (!style_.colour) {
      return;
    }
    line_ += sequence;
    if (sequence == sgr_reset || sequence == "\x1b[m") {
      open_.clear();
    } else {
      open_ += sequence;
    }
  }

  void put(const text_piece& glyph) {
    const auto columns = static_cast<std::size_t>(column_width(glyph.code_point));
    const bool blank = glyph.code_point == U' ';
    if (blank && after_break_) {
      return;
    }
    if (columns > 0 && used_ + columns > width_) {
      if (blank) {
        break_at_blank();
        return;
      }
      break_line();
    }
    if (!blank) {
      only_blank_ = false;
      after_break_ = false;
    } else if (only_blank_) {
      ++indent_;
    } else {
      break_ = {line_.size(), used_ + 1, open_};
    }
    line_ += shown(glyph, style_);
    used_ += columns;
  }

  void end_line() {
    finish(line_, open_);
    begin(open_, 0);
    indent_ = 0;
    only_blank_ = true;
    after_break_ = false;
  }

  std::size_t used() const { return used_; }

  bool empty() const { return line_.empty() || line_ == open_; }

  std::vector<std::string> take() { return std::move(lines_); }

private:
  // The last blank after a word: where the line may end.
  struct breaking_point {
    std::size_t index{};   // of the blank in line_
    std::size_t columns{}; // up to and with it
    std::string open;      // colours in force there
  };

  void finish(std::string line, const std::string& open) {
    while (!line.empty() && line.back() == ' ') {
      line.pop_back();
    }
    if (!open.empty()) {
      line += sgr_reset;
    }
    lines_.push_back(std::move(line));
  }

  void begin(std::string line, std::size_t used) {
    line_ = std::move(line);
    used_ = used;
    break_.reset();
  }

  std::string indentation() const { return std::string(indent_ * 2 < width_ ? indent_ : 0, ' '); }

  // The line is full and a blank comes: the blank vanishes into the break.
  void break_at_blank() {
    finish(line_, open_);
    const auto indent = indentation();
    begin(open_ + indent, indent.size());
    after_break_ = !only_blank_;
  }

  // The line is full within a word: the word moves to the next line, or is cut where it fills a
  // line alone.
  void break_line() {
    const auto indent = indentation();
    if (!break_ || indent.size() + (used_ - break_->columns) >= width_) {
      finish(line_, open_);
      begin(open_ + indent, indent.size());
      return;
    }
    const auto at = *break_;
    auto rest = line_.substr(at.index + 1);
    finish(line_.substr(0, at.index), at.open);
    begin(at.open + indent + rest, indent.size() + used_ - at.columns);
  }

  std::size_t width_;
  text_style style_;
  std::vector<std::string> lines_;
  std::string line_;
  std::string open_;      // SGR sequences in force
  std::size_t used_{};    // columns of line_
  std::size_t indent_{};  // leading blanks of the line of text under way
  bool only_blank_{true}; // so far, of the line of text under way
  bool after_break_{};    // a blank was swallowed: more of them go the same way
  std::optional<breaking_point> break_;
};

} // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t width, const text_style& style) {
  line_builder lines{width, style};
  while (!text.empty()) {
    const auto found = next_piece(text);
    text.remove_prefix(found.bytes.size());
    switch (found.kind) {
    case piece_kind::glyph:
      lines.put(found);
      break;
    case piece_kind::sgr:
      lines.colour(found.bytes);
      break;
    case piece_kind::newline:
      lines.end_line();
      break;
    case piece_kind::tab:
      for (auto blanks = tab_stop - lines.used() % tab_stop; blanks > 0; --blanks) {
        lines.put({piece_kind::glyph, " ", U' '});
      }
      break;
    case piece_kind::nothing:
      break;
    }
  }
  if (!lines.empty()) {
    lines.end_line();
  }
  return lines.take();
}

} // namespace weir::grader
