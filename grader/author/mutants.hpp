#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// A small change of a source text that its tests should notice.
struct mutant {
  std::string operation; ///< "drop co_await", "flip comparison", …
  std::size_t line{};    ///< 1-based, where the change begins
  std::string was;       ///< the changed line before, without its indentation
  std::string becomes;   ///< and after
  std::string text;      ///< the whole changed source
};

/// Every mutant of a C++ source, by position. Textual: it knows tokens, brackets and statements,
/// not types, so some mutants do not compile. Made in the manner of Mull's and Stryker's operators,
/// plus what matters for asynchronous code:
///
/// - drop co_await: the operation is made and not waited for
/// - drop statement: a call, an assignment, an increment (a release, a cancel, a notification)
/// - drop jump: `return;`, `co_return;`, `break;`, `continue;`
/// - swap statements: two plain ones that stand side by side and share a name, or one of which
/// waits
/// - flip comparison: `<` and `<=`, `>` and `>=`, `==` and `!=`
/// - swap connective: `&&` and `||`
/// - negate condition: of `if` and `while`
/// - off by one: an integer literal plus 1
/// - flip flag: `true` and `false`
/// - turn step: `++` and `--`, `+=` and `-=`
/// - other end: `front` and `back`, `push_front` and `push_back`, `min` and `max`, `begin` and
/// `end`
///
/// Declarations, `#` lines, comments, strings and template arguments are left alone; the source is
/// taken to be formatted as ours is (blanks around comparisons, none inside `<…>`).
std::vector<mutant> make_mutants(std::string_view source);

} // namespace weir::grader
