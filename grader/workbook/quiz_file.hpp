#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

/// One question of a chapter's quiz: either with options to choose from, or free.
struct quiz_question {
  std::string id;                   ///< kebab-case, unique in the file
  std::string text;                 ///< Markdown
  std::vector<std::string> options; ///< two or more; empty for a free question
  std::size_t answer{};             ///< index into `options`
  std::string why;                  ///< Markdown: why that one, and why not the others
  std::string model;                ///< Markdown: an answer to a free question

  bool is_free() const { return options.empty(); }
};

/// Reads a `quiz.toml`, format 1:
///
///     format = 1
///     [[question]]            # one or more
///     id = "empty-channel"    # kebab-case, unique in the file
///     text = "…"
///     options = ["…", "…"]    # two to nine
///     answer = 1              # index of the right one, counted from 0
///     why = "…"
///     [[question]]
///     id = "bigger-buffer"
///     text = "…"
///     free = true             # instead of options, answer and why
///     model = "…"
///
/// Throws content_error with file:line:column, environment_error when it can't be read.
std::vector<quiz_question> read_quiz_file(const std::filesystem::path& file);

} // namespace weir::grader
