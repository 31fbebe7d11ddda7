#include "workbook/quiz_file.hpp"

#include "workbook/exercise_file.hpp"
#include "workbook/toml_reader.hpp"

#include <fmt/format.h>

#include <set>

namespace weir::grader {

namespace {

constexpr std::size_t most_options = 9;

quiz_question read_free(const toml_reader& entry) {
  entry.only({"id", "text", "free", "model"});
  quiz_question question;
  question.model = entry.text("model");
  return question;
}

quiz_question read_choice(const toml_reader& entry) {
  entry.only({"id", "text", "free", "options", "answer", "why"});
  quiz_question question;
  question.options = entry.texts("options");
  if (question.options.size() < 2 || question.options.size() > most_options) {
    entry.complain("options",
                   fmt::format("expected two to nine options, found {}.", question.options.size()));
  }
  question.answer = static_cast<std::size_t>(
      entry.integer("answer", 0, static_cast<int>(question.options.size()) - 1));
  question.why = entry.text("why");
  return question;
}

} // namespace

std::vector<quiz_question> read_quiz_file(const std::filesystem::path& file) {
  const toml::table document = toml_reader::parse(file);
  const toml_reader toml{file, document};
  toml.require_format(1);
  toml.only({"format", "question"});
  std::vector<quiz_question> questions;
  std::set<std::string> ids;
  for (const toml_reader& entry : toml.tables("question")) {
    quiz_question question = entry.flag_or("free", false) ? read_free(entry) : read_choice(entry);
    question.id = entry.text("id");
    question.text = entry.text("text");
    if (!is_kebab_case(question.id)) {
      entry.complain("id", fmt::format("expected 'id' in kebab-case, like 'empty-channel'; found "
                                       "'{}'.",
                                       question.id));
    }
    if (!ids.insert(question.id).second) {
      entry.complain(
          "id", fmt::format("expected every id once, found '{}' again. Rename one.", question.id));
    }
    questions.push_back(std::move(question));
  }
  if (questions.empty()) {
    toml.complain("expected at least one [[question]], found none.");
  }
  return questions;
}

} // namespace weir::grader
