#include "author/cpp_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace weir::grader {
namespace {

constexpr std::array<std::string_view, 24> operators{
    "<=>", "...", "<<=", ">>=", "->*", "::", "->", "++", "--", "<<", ">>", "<=",
    ">=",  "==",  "!=",  "&&",  "||",  "+=", "-=", "*=", "/=", "%=", "&=", "|="};

bool starts_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool continues_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class scanner {
public:
  explicit scanner(std::string_view source) : source_{source} {}

  std::vector<cpp_token> operator()() {
    while (skip_blank(), at_ < source_.size()) {
      take();
    }
    return std::move(tokens_);
  }

private:
  using sort = cpp_token::sort;

  bool here(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void jump_behind(std::string_view text) {
    const auto found = source_.find(text, at_);
    at_ = found == std::string_view::npos ? source_.size() : found + text.size();
  }

  void skip_blank() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '\n') {
        line_begins_ = true;
        ++at_;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (here("//")) {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (here("/*")) {
        jump_behind("*/");
      } else if (c == '#' && line_begins_) {
        skip_directive();
      } else {
        return;
      }
    }
  }

  void skip_directive() {
    do {
      at_ = std::min(source_.find('\n', at_ + 1), source_.size());
    } while (at_ < source_.size() && source_[at_ - 1] == '\\');
  }

  void take() {
    line_begins_ = false;
    const std::size_t from = at_;
    const char c = source_[at_];
    sort kind = sort::punctuation;
    if (here("R\"")) {
      kind = sort::text;
      const auto open = source_.find('(', at_);
      const std::string_view mark = source_.substr(at_ + 2, open - at_ - 2);
      at_ = open;
      do {
        jump_behind(")");
      } while (at_ < source_.size() && !(here(mark) && source_[at_ + mark.size()] == '"'));
      at_ = std::min(at_ + mark.size() + 1, source_.size());
    } else if (starts_word(c)) {
      kind = sort::word;
      while (at_ < source_.size() && continues_word(source_[at_])) {
        ++at_;
      }
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      kind = sort::number; // with suffix, point and digit separators
      while (at_ < source_.size() &&
             (continues_word(source_[at_]) || source_[at_] == '.' || source_[at_] == '\'')) {
        ++at_;
      }
    } else if (c == '"' || c == '\'') {
      kind = sort::text;
      for (++at_; at_ < source_.size() && source_[at_] != c; ++at_) {
        at_ += source_[at_] == '\\' ? 1 : 0;
      }
      at_ = std::min(at_ + 1, source_.size());
    } else {
      const auto longest = std::ranges::find_if(operators, [&](auto text) { return here(text); });
      at_ += longest == operators.end() ? 1 : longest->size();
    }
    tokens_.push_back({kind, from, source_.substr(from, at_ - from)});
  }

  std::string_view source_;
  std::size_t at_{};
  bool line_begins_{true};
  std::vector<cpp_token> tokens_;
};

} // namespace

std::vector<cpp_token> cpp_tokens(std::string_view source) {
  return scanner{source}();
}

} // namespace weir::grader
