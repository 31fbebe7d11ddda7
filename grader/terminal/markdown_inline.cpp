#include "terminal/markdown_inline.hpp"

#include <cctype>

namespace weir::grader {

namespace {

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Reads one paragraph from left to right; each take_… either consumes a construct or leaves the
/// position alone.
class inline_reader {
public:
  inline_reader(std::string_view text, const painter& paint) : text_{text}, paint_{paint} {}

  std::string render() {
    while (at_ < text_.size()) {
      if (take_escape() || take_code() || take_strong() || take_emphasis() || take_link()) {
        continue;
      }
      out_ += text_[at_++];
    }
    return std::move(out_);
  }

private:
  std::string_view text_;
  const painter& paint_;
  std::size_t at_{};
  std::string out_;

  std::string_view rest() const { return text_.substr(at_); }

  bool take_escape() {
    if (text_[at_] != '\\' || at_ + 1 == text_.size() ||
        std::ispunct(static_cast<unsigned char>(text_[at_ + 1])) == 0) {
      return false;
    }
    out_ += text_[at_ + 1];
    at_ += 2;
    return true;
  }

  bool take_code() {
    std::size_t ticks = 0;
    while (at_ + ticks < text_.size() && text_[at_ + ticks] == '`') {
      ++ticks;
    }
    const std::size_t start = at_ + ticks;
    const std::size_t end =
        ticks == 0 ? std::string_view::npos : text_.find(std::string(ticks, '`'), start);
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view code = text_.substr(start, end - start);
    out_ += paint_.colour() ? paint_.cyan(code) : "`" + std::string{code} + "`";
    at_ = end + ticks;
    return true;
  }

  bool take_strong() {
    if (!rest().starts_with("**") || at_ + 2 >= text_.size() || is_space(text_[at_ + 2])) {
      return false;
    }
    const std::size_t end = text_.find("**", at_ + 2);
    if (end == std::string_view::npos) {
      return false;
    }
    // Escape sequences don't nest, so what is inside a strong passage is rendered plainly.
    out_ += paint_.bold(render_inline(text_.substr(at_ + 2, end - at_ - 2), painter{false}));
    at_ = end + 2;
    return true;
  }

  bool take_emphasis() {
    const char mark = text_[at_];
    if ((mark != '*' && mark != '_') || at_ + 1 >= text_.size() || is_space(text_[at_ + 1])) {
      return false;
    }
    if (at_ > 0 && is_word(text_[at_ - 1])) {
      return false; // snake_case, 2*3
    }
    std::size_t end = at_ + 1;
    do {
      end = text_.find(mark, end + 1);
    } while (end != std::string_view::npos &&
             (is_space(text_[end - 1]) || (end + 1 < text_.size() && is_word(text_[end + 1]))));
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    out_ += paint_.colour() ? paint_.italic(render_inline(inner, painter{false}))
                            : std::string{text_.substr(at_, end + 1 - at_)};
    at_ = end + 1;
    return true;
  }

  bool take_link() {
    const std::size_t open = rest().starts_with("![") ? at_ + 1 : at_;
    if (text_[open] != '[') {
      return false;
    }
    const std::size_t middle = text_.find("](", open);
    const std::size_t end = middle == std::string_view::npos ? middle : text_.find(')', middle);
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view target = text_.substr(middle + 2, end - middle - 2);
    out_ += render_inline(text_.substr(open + 1, middle - open - 1), paint_);
    if (target.starts_with("http")) {
      out_ += " (" + std::string{target} + ")";
    }
    at_ = end + 1;
    return true;
  }
};

} // namespace

std::string render_inline(std::string_view text, const painter& paint) {
  return inline_reader{text, paint}.render();
}

} // namespace weir::grader
