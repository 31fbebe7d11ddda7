// Chapters that are known by one exercise: the door, the way around the rest, and debriefs.

#include "tests/workbook_support.hpp"
#include "workbook/debrief.hpp"
#include "workbook/route.hpp"

namespace weir::grader {
namespace {

using weir::test::has_text;

void add_door(const workbook& book, const std::string& door) {
  write(book.root() / "chapters/01-back-pressure/chapter.toml",
        "format = 1\nfast_track = \"" + door + "\"\nwhy = \"It has the rest in it.\"\n");
}

void pass(const workbook& book, const std::string& id) {
  progress_file{book.workspace_root() / ".weir", [](const std::string&) {},
                [] {
                  return std::chrono::system_clock::time_point{};
                }}
      .update([&](progress& known) {
        known.record(id, {.passed = true, .verdict = "passed", .points = 3, .at = {}});
        known.set_current(id);
      });
}

TEST_CASE("the door of a fast track, passed, takes its chapter out of the way", "[workbook]") {
  const workbook book;
  add_door(book, "overflow");
  const command_runner weir{book};
  weir({"init", book.workspace_root().string()});
  const auto taken = weir({"fast-track", "1"});
  CHECK(taken.code == exit_code::passed);
  CHECK_THAT(taken.out, has_text("weir brief overflow") && has_text("It has the rest in it."));
  CHECK_THAT(weir({"list", "--json"}).out, has_text(R"("current":"overflow")"));
  pass(book, "overflow");
  CHECK_THAT(weir({"list", "--json"}).out, has_text(R"("current":"drain")"));
  CHECK_THAT(weir({"list"}).out, has_text("1 Pressure  known, by overflow"));
  CHECK_THAT(weir({"fast-track"}).out, has_text("overflow: known"));
}

TEST_CASE("whoever passes a door without having asked for it is led through the whole chapter",
          "[workbook]") {
  const workbook book;
  add_door(book, "overflow");
  const command_runner weir{book};
  weir({"init", book.workspace_root().string()});
  pass(book, "overflow");
  pass(book, "drain");
  CHECK_THAT(weir({"list", "--json"}).out, has_text(R"("current":"bounded-queue")"));
  CHECK_THAT(weir({"fast-track", "01"}).out, has_text("chapter 1 is known"));
  CHECK_THAT(weir({"list", "--json"}).out, has_text(R"("current":null)"));
}

TEST_CASE("a fast track can be left", "[workbook]") {
  const workbook book;
  add_door(book, "overflow");
  const command_runner weir{book};
  weir({"init", book.workspace_root().string()});
  pass(book, "overflow");
  weir({"fast-track", "01"});
  CHECK(weir({"fast-track", "01", "--leave"}).code == exit_code::passed);
  CHECK_THAT(weir({"list"}).out, !has_text("known"));
}

TEST_CASE("a chapter without a door, with one that is not there, and with a malformed file say so",
          "[workbook]") {
  const workbook book;
  const command_runner weir{book};
  CHECK(weir({"fast-track", "01"}).code == exit_code::environment);
  add_door(book, "nowhere");
  CHECK_THAT(weir({"fast-track", "01"}).err, has_text("'nowhere'"));
  write(book.root() / "chapters/01-back-pressure/chapter.toml",
        "format = 1\nfast_track = \"overflow\"\n");
  CHECK_THAT(weir({"fast-track", "01"}).err, has_text("has no fast track"));
  write(book.root() / "chapters/01-back-pressure/chapter.toml", "format = 1\nfast_trak = \"x\"\n");
  const auto list = weir({"list"});
  CHECK(list.code == exit_code::passed);
  CHECK_THAT(list.err, has_text("chapter.toml:2:"));
}

TEST_CASE("a debrief opens after a pass, and earlier only when forced", "[workbook]") {
  const workbook book;
  const command_runner weir{book};
  weir({"init", book.workspace_root().string()});
  CHECK(weir({"debrief", "overflow"}).code == exit_code::environment); // it has none
  write(book.root() / "exercises/01-back-pressure/02-overflow/debrief.md",
        "# Overflow: after the fix\n\n## What you fixed\n\nThe oldest `item`\ngoes *first*.\n\n"
        "More.\n");
  const auto closed = weir({"debrief", "overflow"});
  CHECK(closed.code == exit_code::not_passed);
  CHECK(closed.out.empty());
  CHECK_THAT(weir({"debrief", "overflow", "--anyway"}).out, has_text("goes"));
  pass(book, "overflow");
  CHECK_THAT(weir({"debrief", "overflow", "--raw"}).out, has_text("## What you fixed"));
}

TEST_CASE("what was fixed is the first paragraph below that heading", "[workbook]") {
  const workbook book;
  exercise ex;
  ex.folder = "01-back-pressure/02-overflow";
  CHECK(what_was_fixed(book.root(), ex).empty());
  write(debrief_file(book.root(), ex),
        "# T\n\n## What you fixed\n\nThe oldest `item`\ngoes *first*.\n\nMore.\n");
  CHECK(what_was_fixed(book.root(), ex) == "The oldest item goes first.");
}

} // namespace
} // namespace weir::grader
