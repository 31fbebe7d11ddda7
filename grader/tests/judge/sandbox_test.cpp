#include "judge/sandbox.hpp"
#include "testing/catch.hpp"
#include "tests/judge/pipeline_support.hpp"

#include <algorithm>

using namespace weir::grader;
using namespace weir::grader::testing;

namespace {

process_spec shell(const std::string& script) {
  process_spec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

/// CTest counts a test that says this as skipped (WeirTesting.cmake).
constexpr auto skipped = "this test is skipped: bubblewrap does not work here, see ./weir doctor";

/// What holds inside holds only where there is an inside; what must hold without is tested with
/// `sandbox{}`.
struct confined {
  sandbox box = run_to_end(sandbox::probe());
  temporary_folder folder;

  [[nodiscard]] bool works() const { return box.type() == sandbox::kind::bubblewrap; }

  [[nodiscard]] process_result run(const std::string& script, sandbox_view view = {}) const {
    view.children = sandbox_view::child_processes::allowed;
    return run_to_end(run_process(box.confine(shell(script), view)));
  }
};

} // namespace

TEST_CASE("a probe says what can be had", "[sandbox]") {
  const confined inside;
  CHECK((inside.works()
             ? inside.box.describe().starts_with("bubblewrap") && inside.box.problem().empty()
             : inside.box.describe() == "none (limits only)" && !inside.box.problem().empty()));
}

TEST_CASE("inside, only what is in view can be seen, and only what is writable written",
          "[sandbox]") {
  const confined inside;
  if (!inside.works()) {
    WARN(skipped);
    return;
  }
  const auto seen = inside.folder.write("seen/file", "seen");
  const auto hidden = inside.folder.write("hidden/file", "hidden");
  inside.folder.write("out/file", "");
  const auto out = inside.folder.path() / "out";
  const std::string script = "cat " + seen.string() + "; cat " + hidden.string() + "; echo x > " +
                             seen.string() + "; echo x > /new; " +
                             "echo x > /usr/new; echo kept > " + (out / "kept").string();
  const auto result =
      inside.run(script, {.read_only = {seen.parent_path()}, .writable = {out}, .hidden = {}});
  CHECK(result.output.text() == "seen");
  CHECK(std::filesystem::exists(out / "kept"));
  CHECK(std::filesystem::file_size(seen) == 4);
}

TEST_CASE("inside, there is no network and no other process", "[sandbox]") {
  const confined inside;
  if (!inside.works()) {
    WARN(skipped);
    return;
  }
  CHECK(inside.run("cat /proc/net/dev | grep -c : ").output.text() == "1\n"); // lo and nothing else
  CHECK(inside.run("ls /proc | grep -c '^[0-9]'").output.text().size() <= 2);
}

TEST_CASE("inside, signals and statuses come through", "[sandbox]") {
  const confined inside;
  if (!inside.works()) {
    WARN(skipped);
    return;
  }
  CHECK(inside.run("exit 5").end == process_end{process_end::cause::exited, 5});
  CHECK(inside.run("kill -SEGV $$").end == process_end{process_end::cause::signalled, 11});
}

TEST_CASE("inside, a graded program may not start others", "[sandbox]") {
  const confined inside;
  const auto result =
      run_to_end(run_process(inside.box.confine(shell("/bin/true; echo survived"), {})));
  CHECK(result.end == process_end{process_end::cause::signalled, 31});
  CHECK(result.output.text().empty());
}

TEST_CASE("a repository below /usr is covered", "[sandbox]") {
  const auto arguments = bubblewrap_mounts(
      {.read_only = {}, .writable = {}, .hidden = {"/usr/src/weir", "/home/me/weir"}});
  const auto covered = std::ranges::find(arguments, "--tmpfs");
  REQUIRE(covered != arguments.end());
  CHECK(*std::next(covered) == "/usr/src/weir");
  CHECK(std::ranges::find(arguments, "/home/me/weir") == arguments.end());
}

TEST_CASE("a grading in the sandbox sees neither hidden tests nor solutions", "[sandbox]") {
  const confined inside;
  if (!inside.works()) {
    WARN(skipped);
    return;
  }
  small_workbook book;
  CHECK(book.grade(book.request(), inside.box).passed());
  const auto secret =
      (book.path() / "repository/grader/hidden/01-first/01-counter/tests.cpp").string();
  book.script("read " + secret + "\n");
  CHECK(book.grade(book.request(), inside.box).program_output == "out of sight");
  book.write_source("#include \"counter.hpp\"\n#if __has_include(\"" + secret +
                    "\")\n#error it is in sight\n#endif\nint count() { return 1; }\n");
  CHECK(book.grade(book.request(), inside.box).compiler_output.empty());
}
