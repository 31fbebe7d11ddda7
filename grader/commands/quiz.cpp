#include "base/errors.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/markdown.hpp"
#include "terminal/prompt.hpp"
#include "workbook/chapters.hpp"
#include "workbook/quiz_file.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <ostream>
#include <span>

namespace weir::grader {

namespace {

constexpr const char* help =
    R"(Asks the chapter's questions one by one. Some offer answers to choose from; others want yours in
a sentence or two, which you then compare with a model answer. The score is remembered.

Without a terminal the questions are printed; with `--answers` the answers too.

Examples: `weir quiz`, `weir quiz 1`, `weir quiz back-pressure --answers`.)";

char letter_of(std::size_t option) {
  return static_cast<char>('a' + option);
}

void show_question(const context& ctx, const quiz_question& question, std::size_t number,
                   std::size_t count) {
  ctx.out << '\n'
          << ctx.paint().bold(fmt::format("Question {} of {}", number, count)) << "\n\n"
          << render_markdown(question.text, ctx.terminal);
  std::string options;
  for (std::size_t i = 0; i < question.options.size(); ++i) {
    ctx.out << '\n';
    // An item of a list hangs its continuation lines; the digit makes room for the letter.
    std::string item = render_markdown(fmt::format("1. {}", question.options[i]), ctx.terminal);
    item.replace(0, 2, fmt::format("{})", letter_of(i)));
    ctx.out << item;
  }
}

void show_answer(const context& ctx, const quiz_question& question) {
  if (question.is_free()) {
    ctx.out << '\n'
            << ctx.paint().bold("A model answer") << "\n\n"
            << render_markdown(question.model, ctx.terminal);
    return;
  }
  ctx.out << '\n'
          << ctx.paint().bold(fmt::format("Answer: {}", letter_of(question.answer))) << "\n\n"
          << render_markdown(question.why, ctx.terminal);
}

enum class sitting { right, wrong, left };

/// The index of the option the reader chose; empty when they leave.
std::optional<std::size_t> choose(context& ctx, const quiz_question& question) {
  const char last = letter_of(question.options.size() - 1);
  while (true) {
    const auto answer = ask(ctx, fmt::format("\nYour answer (a-{}, q to leave): ", last));
    if (!answer || *answer == "q") {
      return std::nullopt;
    }
    const char letter = answer->size() == 1 ? static_cast<char>(answer->front() | 0x20) : '\0';
    if (letter >= 'a' && letter <= last) {
      return static_cast<std::size_t>(letter - 'a');
    }
    ctx.out << fmt::format("Please answer with one letter from a to {}.\n", last);
  }
}

sitting ask_choice(context& ctx, const quiz_question& question) {
  const auto chosen = choose(ctx, question);
  if (!chosen) {
    return sitting::left;
  }
  const bool right = *chosen == question.answer;
  ctx.out << '\n' << (right ? ctx.paint().green("Right.") : ctx.paint().red("No.")) << '\n';
  show_answer(ctx, question);
  return right ? sitting::right : sitting::wrong;
}

sitting ask_free(context& ctx, const quiz_question& question) {
  const auto answer =
      ask(ctx, "\nAnswer in your own words, then Enter (q to leave; nothing is graded): ");
  if (!answer || *answer == "q") {
    return sitting::left;
  }
  show_answer(ctx, question);
  ctx.out << '\n';
  return confirm(ctx, "Did yours say the same?") ? sitting::right : sitting::wrong;
}

void hold(context& ctx, const chapter& about, std::span<const quiz_question> questions) {
  int right = 0;
  std::size_t number = 0;
  for (const quiz_question& question : questions) {
    show_question(ctx, question, ++number, questions.size());
    const sitting outcome =
        question.is_free() ? ask_free(ctx, question) : ask_choice(ctx, question);
    if (outcome == sitting::left) {
      ctx.out << "Left; nothing is remembered of this sitting.\n";
      return;
    }
    right += outcome == sitting::right ? 1 : 0;
  }
  ctx.progress().update([&](progress& known) {
    known.set_quiz_score(about.folder, right, static_cast<int>(questions.size()), ctx.now());
  });
  ctx.out << fmt::format("\n{} of {} right.\n", right, questions.size());
}

} // namespace

void add_quiz(subcommand app, context& ctx) {
  struct arguments {
    std::string chapter;
    bool answers{};
  };

  subcommand command = app.add_subcommand("quiz", "Answer a chapter's questions");
  const auto given = std::make_shared<arguments>();
  command.add_option("CHAPTER", given->chapter,
                     "Its number or name, or an exercise of it; the current one when left out");
  command.add_flag("--answers", given->answers, "Print questions and answers, and ask nothing");
  explain(command, ctx, help);
  command.callback([&ctx, given] {
    const chapter& about = ctx.require_chapter(given->chapter);
    if (!std::filesystem::exists(about.quiz)) {
      throw environment_error{fmt::format("Chapter {} has no quiz: there is no {}.", about.folder,
                                          about.quiz.string())};
    }
    const std::vector<quiz_question> questions = read_quiz_file(about.quiz);
    ctx.out << ctx.paint().bold(fmt::format("Quiz: {}", about.title)) << '\n';
    if (ctx.terminal.input && ctx.terminal.output && !given->answers) {
      hold(ctx, about, questions);
      return;
    }
    std::size_t number = 0;
    for (const quiz_question& question : questions) {
      show_question(ctx, question, ++number, questions.size());
      if (given->answers) {
        show_answer(ctx, question);
      }
    }
  });
}

} // namespace weir::grader
