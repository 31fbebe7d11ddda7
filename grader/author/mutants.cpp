#include "author/mutants.hpp"

#include "author/cpp_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace weir::grader {
namespace {

using pair_of_words = std::pair<std::string_view, std::string_view>;

constexpr std::array<pair_of_words, 6> comparisons{
    {{"<", "<="}, {"<=", "<"}, {">", ">="}, {">=", ">"}, {"==", "!="}, {"!=", "=="}}};
constexpr std::array<pair_of_words, 2> connectives{{{"&&", "||"}, {"||", "&&"}}};
constexpr std::array<pair_of_words, 4> steps{
    {{"++", "--"}, {"--", "++"}, {"+=", "-="}, {"-=", "+="}}};
constexpr std::array<pair_of_words, 2> flags{{{"true", "false"}, {"false", "true"}}};
constexpr std::array<pair_of_words, 12> ends{{{"front", "back"},
                                              {"back", "front"},
                                              {"push_front", "push_back"},
                                              {"push_back", "push_front"},
                                              {"pop_front", "pop_back"},
                                              {"pop_back", "pop_front"},
                                              {"emplace_front", "emplace_back"},
                                              {"emplace_back", "emplace_front"},
                                              {"min", "max"},
                                              {"max", "min"},
                                              {"begin", "end"},
                                              {"end", "begin"}}};

template <std::size_t N>
std::optional<std::string_view> other_of(const std::array<pair_of_words, N>& pairs,
                                         std::string_view word) {
  const auto found = std::ranges::find(pairs, word, &pair_of_words::first);
  return found == pairs.end() ? std::nullopt : std::optional{found->second};
}

/// Tokens [first, last) of a statement, `;` included.
struct statement {
  std::size_t first{};
  std::size_t last{};
  bool plain{}; ///< a call, an assignment or a step; nothing is declared
};

class mutator {
public:
  explicit mutator(std::string_view source) : source_{source}, tokens_{cpp_tokens(source)} {}

  std::vector<mutant> operator()() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      change_token(i);
    }
    find_statements();
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      change_statement(i);
    }
    std::ranges::sort(made_, {}, [](const mutant& each) {
      return std::tie(each.line, each.operation, each.becomes);
    });
    return std::move(made_);
  }

private:
  using sort = cpp_token::sort;

  std::string_view at(std::size_t i) const {
    return i < tokens_.size() ? tokens_[i].text : std::string_view{};
  }

  /// Blanks on both sides, as a formatter leaves them around operators and not around `<…>`.
  bool stands_apart(const cpp_token& token) const {
    const auto blank = [&](std::size_t offset) {
      return offset < source_.size() &&
             std::isspace(static_cast<unsigned char>(source_[offset])) != 0;
    };
    return token.at > 0 && blank(token.at - 1) && blank(token.end());
  }

  void change_token(std::size_t i) {
    const cpp_token& token = tokens_[i];
    const auto put = [&](const char* operation, std::string_view text) {
      replace(operation, token.at, token.end(), text);
    };
    if (const auto flipped = other_of(comparisons, token.text);
        flipped && stands_apart(token) && at(i - 1) != "operator") {
      put("flip comparison", *flipped);
    } else if (const auto joined = other_of(connectives, token.text);
               joined && stands_apart(token)) {
      put("swap connective", *joined);
    } else if (const auto turned = other_of(steps, token.text)) {
      put("turn step", *turned);
    } else if (const auto flag = other_of(flags, token.text)) {
      put("flip flag", *flag);
    } else if (const auto end = other_of(ends, token.text); end && at(i + 1) == "(") {
      put("other end", *end);
    } else if (token.kind == sort::number) {
      put("off by one", one_more(token.text));
    } else if (token.text == "co_await" && at(i + 1) != "(") {
      drop_await(i);
    } else if ((token.text == "if" || token.text == "while") && at(i + 1) == "(") {
      negate(i + 1);
    }
  }

  /// "10ms" → "11ms"; what is no plain decimal stays as it is, and makes no mutant.
  static std::string one_more(std::string_view number) {
    const auto digits = static_cast<std::size_t>(
        std::ranges::find_if_not(number, [](unsigned char c) { return std::isdigit(c) != 0; }) -
        number.begin());
    const std::string_view rest = number.substr(digits);
    if (digits > 9 || rest.find_first_of(".'xXbB") != std::string_view::npos) {
      return std::string{number};
    }
    return std::to_string(std::stol(std::string{number.substr(0, digits)}) + 1) + std::string{rest};
  }

  void drop_await(std::size_t i) {
    if (at(i + 1) == "asio" && at(i + 3) == "this_coro") {
      return; // asks for nothing that could be waited for
    }
    replace("drop co_await", tokens_[i].at, tokens_[i + 1].at, "");
  }

  void negate(std::size_t open) {
    if (const auto close = partner(open)) {
      const std::size_t inner = tokens_[open].end();
      if (has_declaration(open + 1, *close)) {
        return;
      }
      replace("negate condition", inner, tokens_[*close].at,
              "!(" + std::string{source_.substr(inner, tokens_[*close].at - inner)} + ")");
    }
  }

  bool has_declaration(std::size_t first, std::size_t last) const {
    return std::any_of(
        tokens_.begin() + static_cast<std::ptrdiff_t>(first),
        tokens_.begin() + static_cast<std::ptrdiff_t>(last),
        [](const cpp_token& token) { return token.text == ";" || token.text == "="; });
  }

  std::optional<std::size_t> partner(std::size_t open) const {
    int depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      depth += at(i) == "(" ? 1 : at(i) == ")" ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return std::nullopt;
  }

  // ---- statements
  // ---------------------------------------------------------------------------------

  /// A statement ends at a `;` whose innermost bracket is a brace. A closing brace ends one too,
  /// unless the expression goes on behind it, as behind a lambda.
  void find_statements() {
    std::vector<std::pair<char, std::size_t>> open; // bracket, and where the statement around began
    std::size_t begin = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string_view text = at(i);
      if (text == "{" || text == "(" || text == "[") {
        open.emplace_back(text[0], begin);
        if (text == "{") {
          begin = i + 1;
        }
      } else if (text == "}" || text == ")" || text == "]") {
        if (open.empty()) {
          return; // not C++ as we know it
        }
        begin = open.back().second;
        open.pop_back();
        const std::string_view next = at(i + 1);
        if (text == "}" && next != ")" && next != "," && next != ";" && next != "." &&
            next != "(") {
          begin = i + 1;
        } else if (text == ")" && is_head(begin) && (open.empty() || open.back().first == '{')) {
          begin = i + 1; // behind `if (…)`
        }
      } else if (text == ";" && (open.empty() || open.back().first == '{')) {
        statements_.push_back({begin, i + 1, is_plain(begin, i)});
        begin = i + 1;
      } else if ((text == "else" || text == "do") && begin == i) {
        begin = i + 1;
      } else if (text == ":" && (at(begin) == "case" || at(begin) == "default" ||
                                 at(begin) == "public" || at(begin) == "private")) {
        begin = i + 1;
      }
    }
  }

  bool is_head(std::size_t begin) const {
    return at(begin) == "if" || at(begin) == "while" || at(begin) == "for" || at(begin) == "switch";
  }

  bool is_plain(std::size_t first, std::size_t last) const {
    constexpr std::array<std::string_view, 14> others{
        "return", "co_return", "using",    "class",  "struct",    "throw",   "auto",
        "const",  "break",     "continue", "static", "constexpr", "virtual", "enum"};
    if (first >= last || std::ranges::find(others, at(first)) != others.end()) {
      return false;
    }
    int depth = 0;
    bool acts = false;
    for (std::size_t i = first; i < last; ++i) {
      const std::string_view text = at(i);
      if (text == "delete" && at(i + 1) == ";") {
        return false; // f(const f&) = delete;
      }
      const bool opens = text == "(" || text == "{" || text == "[";
      acts =
          acts || text == "(" || (depth == 0 && (text == "=" || other_of(steps, text).has_value()));
      if (depth == 0 && i + 1 < last && tokens_[i].kind == sort::word && text != "co_await" &&
          tokens_[i + 1].kind == sort::word) {
        return false; // a type and a name
      }
      if (depth == 0 && (text == ">" || text == "&" || text == "*") && i > first &&
          !stands_apart(tokens_[i]) && tokens_[i + 1].kind == sort::word) {
        return false; // std::vector<int> x; T& x;
      }
      depth += opens ? 1 : text == ")" || text == "}" || text == "]" ? -1 : 0;
    }
    return acts;
  }

  /// Two statements that have no name in common and wait for nothing are the same in any order.
  bool may_depend(const statement& one, const statement& two) const {
    const auto names = [&](const statement& s) {
      std::set<std::string_view> found;
      for (std::size_t i = s.first; i < s.last; ++i) {
        if (tokens_[i].kind == sort::word) {
          found.insert(at(i));
        }
      }
      return found;
    };
    const auto first = names(one);
    const auto second = names(two);
    return first.contains("co_await") || second.contains("co_await") ||
           std::ranges::any_of(first, [&](auto name) { return second.contains(name); });
  }

  std::size_t from(const statement& s) const { return tokens_[s.first].at; }

  std::size_t to(const statement& s) const { return tokens_[s.last - 1].end(); }

  void change_statement(std::size_t i) {
    const statement& s = statements_[i];
    const bool jump =
        s.last - s.first == 2 && (at(s.first) == "return" || at(s.first) == "co_return" ||
                                  at(s.first) == "break" || at(s.first) == "continue");
    if (jump || s.plain) {
      replace(jump ? "drop jump" : "drop statement", from(s), to(s), ";");
    }
    if (s.plain && i + 1 < statements_.size()) {
      const statement& next = statements_[i + 1];
      if (next.plain && next.first == s.last && may_depend(s, next)) {
        const auto text = [&](const statement& which) {
          return std::string{source_.substr(from(which), to(which) - from(which))};
        };
        const std::string between{source_.substr(to(s), from(next) - to(s))};
        replace("swap statements", from(s), to(next), text(next) + between + text(s));
      }
    }
  }

  // ---- ------------------------------------------------------------------------------------------

  std::string line_at(std::string_view text, std::size_t offset) const {
    const auto before = text.rfind('\n', offset == 0 ? 0 : offset - 1);
    const std::size_t begin = before == std::string_view::npos || offset == 0 ? 0 : before + 1;
    std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return std::string{line};
  }

  void replace(const char* operation, std::size_t begin, std::size_t end, std::string_view text) {
    if (source_.substr(begin, end - begin) == text) {
      return;
    }
    mutant made;
    made.operation = operation;
    made.line =
        1 + static_cast<std::size_t>(std::count(
                source_.begin(), source_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    made.text = std::string{source_.substr(0, begin)} + std::string{text} +
                std::string{source_.substr(end)};
    made.was = line_at(source_, begin);
    made.becomes = line_at(made.text, begin);
    made_.push_back(std::move(made));
  }

  std::string_view source_;
  std::vector<cpp_token> tokens_;
  std::vector<statement> statements_;
  std::vector<mutant> made_;
};

} // namespace

std::vector<mutant> make_mutants(std::string_view source) {
  return mutator{source}();
}

} // namespace weir::grader
