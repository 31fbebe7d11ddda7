#include "tests/workbook_support.hpp"
#include "workbook/workspace.hpp"

#include <string>
#include <vector>

using namespace weir::grader;
using weir::test::has_text;
namespace fs = std::filesystem;

namespace {

const std::chrono::system_clock::time_point noon{std::chrono::seconds{1'700'000'000}};

struct prepared {
  workbook book;
  std::vector<std::string> told;
  catalog all{catalog::load(book.root())};
  workspace work{book.workspace_root(), [this](const std::string& text) {
                   told.push_back(text);
                 }};
  const exercise& queue{all.exercises().front()};

  prepared() { work.prepare(all); }

  fs::path source(const std::string& name) const { return all.folder_of(queue) / name; }

  /// What `act` complains of.
  template <typename Act>
  std::string complaint(Act act) {
    try {
      act();
    } catch (const environment_error& error) {
      return error.what();
    }
    return "no complaint";
  }
};

} // namespace

TEST_CASE("a new workspace has every starter, brief and given file", "[workspace]") {
  prepared it;
  for (const exercise& ex : it.all.exercises()) {
    const fs::path folder = it.work.folder_of(ex);
    CHECK(read_file(folder / "queue.cpp") == "// the starter of " + ex.id + "\n");
    CHECK(fs::exists(folder / "brief.md"));
    CHECK(fs::exists(folder / "queue.hpp"));
    CHECK(it.work.state_of(ex) == file_state::pristine);
  }
  const auto write_bits = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  const fs::path folder = it.work.folder_of(it.queue);
  CHECK((fs::status(folder / "queue.hpp").permissions() & write_bits) == fs::perms::none);
  CHECK((fs::status(folder / "queue.cpp").permissions() & fs::perms::owner_write) !=
        fs::perms::none);
  CHECK(it.told.empty());
}

TEST_CASE("an edit survives every later preparation", "[workspace]") {
  prepared it;
  write(it.work.file_of(it.queue), "// mine\n");
  write(it.source("queue.cpp"), "// a newer starter\n");
  it.work.prepare(it.all);
  CHECK(read_file(it.work.file_of(it.queue)) == "// mine\n");
  CHECK(it.work.state_of(it.queue) == file_state::edited);
}

TEST_CASE("a newer starter replaces an untouched one", "[workspace]") {
  prepared it;
  write(it.source("queue.cpp"), "// a newer starter\n");
  it.work.prepare(it.all);
  CHECK(read_file(it.work.file_of(it.queue)) == "// a newer starter\n");
  CHECK(it.work.state_of(it.queue) == file_state::pristine);
}

TEST_CASE("an update moves an untouched starter away, with whoever still writes to it",
          "[workspace]") {
  prepared it;
  const fs::path file = it.work.file_of(it.queue);
  std::ofstream editor{file, std::ios::app};
  write(it.source("queue.cpp"), "// a new starter\n");
  it.work.prepare(it.all);
  CHECK(read_file(file) == "// a new starter\n");
  CHECK(it.work.state_of(it.queue) == file_state::pristine);
  CHECK_FALSE(fs::exists(file.string() + ".yours"));
  editor << "// late\n" << std::flush;
  CHECK(read_file(file) == "// a new starter\n");
  CHECK(it.told.empty());
}

TEST_CASE("an exercise that came with an update is added", "[workspace]") {
  prepared it;
  it.book.add("02-loop-health/02-new", "new");
  const catalog more = catalog::load(it.book.root());
  it.work.prepare(more);
  CHECK(it.work.state_of(*more.find("new")) == file_state::pristine);
}

TEST_CASE("a renewed given file follows the repository", "[workspace]") {
  prepared it;
  write(it.source("queue.hpp"), "#pragma once // newer\n");
  it.work.prepare(it.all);
  CHECK(read_file(it.work.folder_of(it.queue) / "queue.hpp") == "#pragma once // newer\n");
  CHECK(it.told.empty());
}

TEST_CASE("a given file that the reader changed is kept beside the renewed one", "[workspace]") {
  prepared it;
  const fs::path given = it.work.folder_of(it.queue) / "queue.hpp";
  fs::remove(given);
  write(given, "// mine\n");
  it.work.prepare(it.all);
  CHECK(read_file(given) == "#pragma once\n");
  CHECK(read_file(given.string() + ".yours") == "// mine\n");
  REQUIRE(it.told.size() == 1);
  CHECK_THAT(it.told.front(), has_text("queue.hpp.yours"));
}

TEST_CASE("a file that the reader put there before the starter came is theirs", "[workspace]") {
  prepared it;
  it.book.add("02-loop-health/02-new", "new");
  const catalog more = catalog::load(it.book.root());
  write(it.work.file_of(*more.find("new")), "// mine already\n");
  it.work.prepare(more);
  CHECK(read_file(it.work.file_of(*more.find("new"))) == "// mine already\n");
  CHECK(it.work.state_of(*more.find("new")) == file_state::edited);
}

TEST_CASE("the required file is the reader's", "[workspace]") {
  prepared it;
  CHECK(it.work.require_file(it.all, it.queue) == it.work.file_of(it.queue));
}

TEST_CASE("a deleted file is not quietly made again", "[workspace]") {
  prepared it;
  fs::remove(it.work.file_of(it.queue));
  it.work.prepare(it.all);
  CHECK(it.work.state_of(it.queue) == file_state::deleted);
  CHECK_THAT(it.complaint([&] { it.work.require_file(it.all, it.queue); }),
             has_text("is gone") && has_text("weir reset bounded-queue"));
  it.work.reset(it.all, it.queue, noon);
  CHECK(it.work.require_file(it.all, it.queue) == it.work.file_of(it.queue));
}

TEST_CASE("a link or a folder in the file's place is refused", "[workspace]") {
  prepared it;
  const fs::path file = it.work.file_of(it.queue);
  fs::remove(file);
  fs::create_symlink(it.book.root() / "solutions" / it.queue.folder / "queue.cpp", file);
  CHECK_THAT(it.complaint([&] { it.work.require_file(it.all, it.queue); }),
             has_text("symbolic link"));
  fs::remove(file);
  fs::create_directory(file);
  CHECK_THAT(it.complaint([&] { it.work.require_file(it.all, it.queue); }),
             has_text("not a regular file"));
}

TEST_CASE("a reset keeps the reader's version under the date", "[workspace]") {
  prepared it;
  write(it.work.file_of(it.queue), "// mine\n");
  const auto outcome = it.work.reset(it.all, it.queue, noon);
  CHECK(outcome.before == file_state::edited);
  REQUIRE(outcome.backup);
  CHECK(*outcome.backup ==
        it.work.backup_folder() / "2023-11-14T22-13-20Z" / it.queue.folder / "queue.cpp");
  CHECK(read_file(*outcome.backup) == "// mine\n");
  CHECK(it.work.state_of(it.queue) == file_state::pristine);
}

TEST_CASE("two resets within a second keep both versions", "[workspace]") {
  prepared it;
  write(it.work.file_of(it.queue), "// one\n");
  const auto first = it.work.reset(it.all, it.queue, noon);
  write(it.work.file_of(it.queue), "// two\n");
  const auto second = it.work.reset(it.all, it.queue, noon);
  CHECK(read_file(first.backup.value()) == "// one\n");
  CHECK(read_file(second.backup.value()) == "// two\n");
}

TEST_CASE("a reset moves the reader's file away: who still writes to it writes to what is kept",
          "[workspace]") {
  prepared it;
  const fs::path file = it.work.file_of(it.queue);
  write(file, "// mine\n");
  std::ofstream editor{file, std::ios::app};
  const auto outcome = it.work.reset(it.all, it.queue, noon);
  editor << "// and more\n" << std::flush;
  CHECK(read_file(outcome.backup.value()) == "// mine\n// and more\n");
  CHECK(it.work.state_of(it.queue) == file_state::pristine);
}

TEST_CASE("a reset of a deleted file keeps nothing", "[workspace]") {
  prepared it;
  fs::remove(it.work.file_of(it.queue));
  CHECK_FALSE(it.work.reset(it.all, it.queue, noon).backup);
  CHECK(it.work.state_of(it.queue) == file_state::pristine);
  CHECK_FALSE(fs::exists(it.work.backup_folder()));
}

TEST_CASE("files change places in one step", "[workspace]") {
  const temporary_folder folder;
  const fs::path file = folder.path() / "file";
  write(file, "old");
  CHECK(exchange_file(file, "new", folder.path() / "kept"));
  CHECK(read_file(file) == "new");
  CHECK(read_file(folder.path() / "kept") == "old");
  CHECK_FALSE(exchange_file(folder.path() / "other", "new", folder.path() / "kept too"));
  CHECK(read_file(folder.path() / "other") == "new");
  CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 3);
}

TEST_CASE("a reset of an untouched file keeps nothing", "[workspace]") {
  prepared it;
  const auto outcome = it.work.reset(it.all, it.queue, noon);
  CHECK(outcome.before == file_state::pristine);
  CHECK_FALSE(outcome.backup);
  CHECK_FALSE(fs::exists(it.work.backup_folder()));
}

TEST_CASE("a reset that can't keep the reader's version changes nothing", "[workspace]") {
  prepared it;
  write(it.work.file_of(it.queue), "// mine\n");
  std::string message;
  {
    const no_space full;
    message = it.complaint([&] { it.work.reset(it.all, it.queue, noon); });
  }
  CHECK_THAT(message, has_text("Nothing that was there is lost"));
  CHECK(read_file(it.work.file_of(it.queue)) == "// mine\n");
}

TEST_CASE("a workspace of another version is refused", "[workspace]") {
  prepared it;
  const fs::path marker = it.work.root() / ".weir-workspace";
  write(marker, "{\"format\": 2}");
  CHECK_THAT(it.complaint([&] { it.work.prepare(it.all); }), has_text("a newer weir made it"));
  write(marker, "{\"format\": 0}");
  CHECK_THAT(it.complaint([&] { it.work.prepare(it.all); }), has_text("can't convert"));
  write(marker, "nonsense");
  CHECK_THAT(it.complaint([&] { it.work.prepare(it.all); }), has_text("delete that one file"));
}

TEST_CASE("a lost marker is made again, and the work stays", "[workspace]") {
  prepared it;
  write(it.work.file_of(it.queue), "// mine\n");
  fs::remove(it.work.root() / ".weir-workspace");
  it.work.prepare(it.all);
  CHECK(it.work.exists());
  CHECK(read_file(it.work.file_of(it.queue)) == "// mine\n");
}

TEST_CASE("somebody's folder does not become a workspace", "[workspace]") {
  const workbook book;
  const catalog all = catalog::load(book.root());
  write(book.workspace_root() / "thesis.txt", "years of work");
  workspace work{book.workspace_root(), [](const std::string&) {
                 }};
  CHECK_THROWS_AS(work.prepare(all), environment_error);
  CHECK_FALSE(fs::exists(book.workspace_root() / ".weir"));

  workspace file{book.workspace_root() / "thesis.txt", [](const std::string&) {
                 }};
  CHECK_THROWS_AS(file.prepare(all), environment_error);
}

TEST_CASE("a place that can't be written to is said to be so", "[workspace]") {
  const workbook book;
  const catalog all = catalog::load(book.root());
  fs::permissions(book.root().parent_path(), fs::perms{0555});
  workspace work{book.workspace_root(), [](const std::string&) {
                 }};
  const without_privileges reader;
  try {
    work.prepare(all);
    FAIL("it was made");
  } catch (const environment_error& error) {
    CHECK_THAT(std::string{error.what()},
               has_text("Permission denied") && has_text("weir init DIR"));
  }
}
