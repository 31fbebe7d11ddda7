#include "base/errors.hpp"
#include "tests/workbook_support.hpp"
#include "workbook/brief_promises.hpp"
#include "workbook/catalog.hpp"

#include <string>
#include <vector>

using namespace weir::grader;
using weir::test::has_text;

namespace {

std::vector<brief_promise> promises_in(const std::string& text) {
  const temporary_folder folder;
  write(folder.path() / "brief.md", text);
  return read_promises(folder.path() / "brief.md");
}

/// What is said of a brief: "5:1: expected …".
std::string complaint_about(const std::string& text) {
  const temporary_folder folder;
  const auto file = folder.path() / "brief.md";
  write(file, text);
  try {
    read_promises(file);
  } catch (const content_error& error) {
    const std::string said = error.what();
    CHECK(said.starts_with(file.string() + ":"));
    return said.substr(file.string().size() + 1);
  }
  return "no complaint";
}

/// What is said of an exercise whose brief is `text`, with the tests push-waits and order.
std::string complaint_about_exercise(const std::string& text) {
  const workbook book;
  const auto file = book.root() / "exercises/01-back-pressure/01-bounded-queue/brief.md";
  write(file, text);
  try {
    catalog::load(book.root());
  } catch (const content_error& error) {
    const std::string said = error.what();
    CHECK(said.starts_with(file.string() + ":"));
    return said.substr(file.string().size() + 1);
  }
  return "no complaint";
}

} // namespace

TEST_CASE("promises are the numbered items that begin with a test's id", "[promises]") {
  const auto promises = promises_in("# A queue\n\nA story.\n\n"
                                    "1. **push-waits** – `push` waits while the queue\n"
                                    "   is full, *and* no longer.\n"
                                    "2. **order** – First in, first out.\n\nThe end.\n");
  REQUIRE(promises.size() == 2);
  CHECK(promises[0].test == "push-waits");
  CHECK(promises[0].text == "`push` waits while the queue is full, *and* no longer.");
  CHECK(promises[0].line == 5);
  CHECK(promises[1].text == "First in, first out.");
  CHECK(promises[1].line == 7);
}

TEST_CASE("what explains a promise in a paragraph below it is no part of it", "[promises]") {
  const auto promises = promises_in("1. **peak** – At most 62 calls.\n\n"
                                    "   That is two and a half times the capacity.\n\n"
                                    "2. **rest** – No more.\n");
  REQUIRE(promises.size() == 2);
  CHECK(promises[0].text == "At most 62 calls.");
}

TEST_CASE("code and other lists hold no promises", "[promises]") {
  CHECK(promises_in("1. Read the header.\n2. Run the scene.\n\n"
                    "```\n1. **order** – not this one\n```\n\n- **dash** – nor this.\n")
            .empty());
  CHECK(promises_in("1. Read the header.\n\n1. **order** – In order.\n\nAfter that:\n\n"
                    "1. Turn the knobs.\n")
            .size() == 1);
}

TEST_CASE("a malformed list of promises is named with its line, and what to do", "[promises]") {
  CHECK_THAT(complaint_about("1. **order** – In order.\n3. **size** – Small.\n"),
             has_text("2:1: expected promise number 2, found number 3"));
  CHECK_THAT(complaint_about("1. **order** – In order.\n2. **order** – Again.\n"),
             has_text("2:1:") && has_text("'order' again"));
  CHECK_THAT(complaint_about("1. **order** –\n"), has_text("1:1:") && has_text("no words"));
  CHECK_THAT(complaint_about("1. **order** – In order.\n2. It has no id.\n3. **size** – Small.\n"),
             has_text("expected promise number 2, found number 3"));
  CHECK_THAT(complaint_about("1. **order** – In order.\n2. The last has no id.\n"),
             has_text("2:1: expected '1. **test-id**") && has_text("'2. The last has no id.'"));
}

TEST_CASE("a brief has a promise for every test of exercise.toml, and no others", "[promises]") {
  CHECK(complaint_about_exercise(brief_for("bounded-queue")) == "no complaint");
  CHECK_THAT(complaint_about_exercise("# None\n"),
             has_text("1:1: expected promise number 1, of the test 'push-waits'"));
  CHECK_THAT(complaint_about_exercise("1. **push-waits** – It waits.\n"),
             has_text("1:1: expected promise number 2, of the test 'order'"));
  CHECK_THAT(complaint_about_exercise("1. **order** – In order.\n2. **push-waits** – It waits.\n"),
             has_text("1:1: expected the promise of 'push-waits'") && has_text("one order"));
  CHECK_THAT(complaint_about_exercise(brief_for("x") + "3. **size** – Small.\n"),
             has_text("5:1: expected no more promises") && has_text("'size'"));
}
