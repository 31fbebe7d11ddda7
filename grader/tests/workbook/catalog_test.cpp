#include "tests/workbook_support.hpp"
#include "workbook/catalog.hpp"
#include "workbook/exercise_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace weir::grader;
using weir::test::has_text;

namespace {

/// `toml_for("bounded-queue")` with one passage replaced, loaded; the complaint.
std::string complaint_about(const std::string& from, const std::string& to) {
  const workbook book;
  std::string toml = toml_for("bounded-queue");
  const std::size_t at = toml.find(from);
  REQUIRE(at != std::string::npos);
  toml.replace(at, from.size(), to);
  const auto folder = book.root() / "exercises/01-back-pressure/01-bounded-queue";
  write(folder / "exercise.toml", toml);
  try {
    catalog::load(book.root());
  } catch (const content_error& error) {
    const std::string text = error.what();
    const std::string file = (folder / "exercise.toml").string();
    CHECK(text.starts_with(file + ":"));
    return text.substr(file.size());
  }
  return "no complaint";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("exercises come in the order of their numbers with all that the file says", "[catalog]") {
  const workbook book;
  book.add("01-back-pressure/10-last", "last");
  const catalog all = catalog::load(book.root());
  std::vector<std::string> numbers;
  for (const exercise& ex : all.exercises()) {
    numbers.push_back(ex.number);
  }
  CHECK(numbers == std::vector<std::string>{"1.1", "1.2", "1.10", "2.1"});

  const exercise& first = all.exercises().front();
  CHECK(first.id == "bounded-queue");
  CHECK(first.title == "A queue that says wait");
  CHECK(first.chapter == "01-back-pressure");
  CHECK(first.folder == "01-back-pressure/01-bounded-queue");
  CHECK(first.minutes == 20);
  CHECK(first.file == "queue.cpp");
  CHECK(first.interface_files == std::vector<std::string>{"queue.hpp"});
  CHECK(first.starter.verdict == "failed");
  CHECK(first.starter.test == "push-waits");
  REQUIRE(first.tests.size() == 2);
  CHECK(first.tests[0].points == 2);
  CHECK(first.tests[0].read == "the-blocked-put");
  CHECK(first.tests[1].points == 1);
  CHECK(first.max_points() == 3);
  CHECK(first.hints == std::vector<std::string>{"A nudge.", "A push."});
  CHECK(first.tests[0].promise == "push waits.");
  CHECK(first.tests[1].promise == "First in, first out.");
  CHECK_FALSE(first.picture);
}

TEST_CASE("an exercise is found by id, number, folder and path", "[catalog]") {
  const workbook book;
  catalog all = catalog::load(book.root());
  all.recognise_below(book.workspace_root());
  const exercise* const queue = &all.exercises().front();
  CHECK(all.find("bounded-queue") == queue);
  CHECK(all.find("1.1") == queue);
  CHECK(all.find("01.01") == queue);
  CHECK(all.find("01-back-pressure/01-bounded-queue") == queue);
  const std::string in_repository = (book.root() / "exercises" / queue->folder).string();
  CHECK(all.find(in_repository) == queue);
  CHECK(all.find(in_repository + "/") == queue);
  CHECK(all.find(in_repository + "/brief.md") == queue);
  CHECK(all.find((book.workspace_root() / queue->folder / "queue.cpp").string()) == queue);
}

TEST_CASE("what is no exercise is not found", "[catalog]") {
  const workbook book;
  const catalog all = catalog::load(book.root());
  for (const char* typed : {"", "bounded", "1.9", "1.", "1.1x", "/", "/tmp", "exercises",
                            "/elsewhere/01-back-pressure/01-bounded-queue"}) {
    INFO(typed);
    CHECK(all.find(typed) == nullptr);
  }
  const auto sibling = book.root() / "exercises/01-back-pressure/01-bounded-queue-2";
  CHECK(all.find(sibling.string()) == nullptr);
}

TEST_CASE("a mistyped id or path gets the nearest ids", "[catalog]") {
  const workbook book;
  const catalog all = catalog::load(book.root());
  CHECK(all.suggest("boundd-queue") == std::vector<std::string>{"bounded-queue"});
  CHECK(all.suggest("workspace/overflw") == std::vector<std::string>{"overflow"});
  CHECK(all.suggest("nothing-like-it").empty());
}

TEST_CASE("a malformed exercise.toml is named with its line, and what to do", "[catalog]") {
  CHECK_THAT(complaint_about("id = ", "id == "), has_text("expected TOML"));
  CHECK_THAT(complaint_about("title =", "titel ="),
             has_text(":3:") && has_text("unknown key") && has_text("Did you mean 'title'?"));
  CHECK_THAT(complaint_about("minutes = 20", "minutes = \"20\""),
             has_text(":5:") && has_text("an integer") && has_text("a text"));
  CHECK_THAT(complaint_about("minutes = 20", "minutes = 0"), has_text("between 1 and 240"));
  CHECK_THAT(complaint_about("summary = \"One line.\"\n", ""), has_text("'summary'"));
  CHECK_THAT(complaint_about("format = 1", "format = 2"), has_text("newer"));
  CHECK_THAT(complaint_about("format = 1", "format = 0"), has_text("expected format 1"));
  CHECK_THAT(complaint_about("id = \"bounded-queue\"", "id = \"Bounded Queue\""),
             has_text("kebab-case"));
  CHECK_THAT(complaint_about("file = \"queue.cpp\"", "file = \"../queue.cpp\""),
             has_text("plain file names"));
  CHECK_THAT(complaint_about("[\"queue.hpp\"]", "[\"gone.hpp\"]"), has_text("'gone.hpp'"));
  CHECK_THAT(complaint_about("verdict = \"failed\"", "verdict = \"faild\""),
             has_text("Did you mean 'failed'?"));
  CHECK_THAT(complaint_about("test = \"push-waits\"", "test = \"push-wait\""),
             has_text("Did you mean 'push-waits'?"));
  CHECK_THAT(complaint_about("test = \"push-waits\"\n", ""), has_text("[starter] test"));
  CHECK_THAT(complaint_about("id = \"order\"", "id = \"push-waits\""), has_text("again"));
  CHECK_THAT(complaint_about("points = 2", "points = 0"), has_text("[[test]] number 1 points"));
}

TEST_CASE("with somebody to tell, a malformed exercise is left out and the others load",
          "[catalog]") {
  const workbook book;
  write(book.root() / "exercises/01-back-pressure/01-bounded-queue/exercise.toml", "id ==");
  std::filesystem::create_directories(book.root() / "exercises/01-back-pressure/03-empty");
  std::vector<std::string> problems;
  const catalog all =
      catalog::load(book.root(), [&](const std::string& problem) { problems.push_back(problem); });
  CHECK(all.find("bounded-queue") == nullptr);
  CHECK(all.find("overflow") != nullptr);
  REQUIRE(problems.size() == 2);
  CHECK(contains(problems[0], "01-bounded-queue/exercise.toml"));
  CHECK(contains(problems[1], "03-empty/exercise.toml can't be read"));
}

TEST_CASE("two exercises of one id are refused, and both are named", "[catalog]") {
  const workbook book;
  book.add("02-loop-health/02-again", "bounded-queue");
  try {
    catalog::load(book.root());
    FAIL("it was accepted");
  } catch (const content_error& error) {
    CHECK(contains(error.what(), "02-loop-health/02-again"));
    CHECK(contains(error.what(), "01-back-pressure/01-bounded-queue"));
  }
}

TEST_CASE("a root without exercises is an error of the environment", "[catalog]") {
  const temporary_folder folder;
  CHECK_THROWS_AS(catalog::load(folder.path()), environment_error);
}

TEST_CASE("kebab-case is words joined by single hyphens", "[catalog]") {
  CHECK(is_kebab_case("a"));
  CHECK(is_kebab_case("push-waits-2"));
  for (const char* word : {"", "-a", "a-", "a--b", "A", "a_b", "a b"}) {
    INFO(word);
    CHECK_FALSE(is_kebab_case(word));
  }
}
