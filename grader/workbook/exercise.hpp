#pragma once

#include <optional>
#include <string>
#include <vector>

namespace weir::grader {

/// One promise of the brief and the hidden test that judges it.
struct test_info {
  std::string id;      ///< kebab-case; the first tag of the hidden TEST_CASE
  std::string promise; ///< as brief.md states it
  std::string read;    ///< heading anchor in the chapter's README.md; empty when there is none
  int points{1};       ///< at least 1
};

/// How the untouched starter must fail; `weir author check` holds it to that.
struct starter_expectation {
  std::string verdict; ///< one of `starter_verdicts()` in exercise_file.hpp
  std::string test; ///< a test id; empty for verdicts of the whole run, such as "does-not-compile"
};

/// The picture of the scene that the chapter shows.
struct picture_spec {
  std::string code;               ///< whose: "naive" (the starter's) or "solution"
  std::string at;                 ///< where the cursor stands, as `weir viz --at` takes it: "4.4s"
  std::vector<std::string> set{}; ///< knobs beside their defaults: "batch=10"
};

/// Everything `exercise.toml` and the promises of `brief.md` say, and what its place in the tree
/// says.
struct exercise {
  std::string id; ///< short and stable over renumbering: the key of progress
  std::string title;
  std::string summary; ///< one line
  std::string chapter; ///< folder name of the chapter: "01-back-pressure"
  std::string
      folder; ///< below exercises/ and below a workspace: "01-back-pressure/01-bounded-queue"
  std::string number; ///< "1.1", from the folder's numbers
  int minutes{};      ///< an estimate for the reader
  std::string file;   ///< what the reader edits; the starter and the solution have the same name
  std::vector<std::string>
      interface_files; ///< given; read-only copies lie beside `file` in a workspace
  starter_expectation starter;
  std::vector<test_info> tests;   ///< in file order, never empty
  std::vector<std::string> hints; ///< from a nudge to nearly the answer
  std::optional<picture_spec> picture;

  /// The sum over `tests`.
  int max_points() const;
};

} // namespace weir::grader
