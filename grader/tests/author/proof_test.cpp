#include "author/proof.hpp"
#include "testing/catch.hpp"
#include "tests/async_support.hpp"

using namespace weir::grader;
using weir::grader::testing::temporary_folder;

namespace {

exercise made(const std::string& id) {
  exercise ex;
  ex.id = id;
  ex.folder = "01-back-pressure/01-" + id;
  ex.file = id + ".cpp";
  return ex;
}

const exercise queue = made("queue");
const exercise latch = made("latch");

/// A workbook of two exercises that are proven.
struct proven {
  temporary_folder folder;
  toolchain tools;

  proven() {
    tools.compiler = "/usr/bin/clang++-19";
    tools.compiler_id = "clang";
    for (const exercise& ex : {queue, latch}) {
      write("exercises/" + ex.folder + "/brief.md");
      write("solutions/" + ex.folder + "/" + ex.file);
      write("grader/hidden/" + ex.folder + "/reject/wrong.cpp");
    }
    write("grader/harness/runner.cpp");
    write("runtime/src/run.cpp");
    write("chapters/01-back-pressure/README.md");
    known().note(queue);
    known().note(latch);
  }

  proofs known() const { return {folder.path(), folder.path() / "build", tools}; }

  void write(const std::string& file, const std::string& text = "as it was") const {
    folder.write(file, text);
  }
};

} // namespace

TEST_CASE("what was proven is proven as long as nothing changes", "[author]") {
  const proven book;
  CHECK(book.known().hold(queue));
  book.write("chapters/01-back-pressure/README.md", "other words");
  CHECK(book.known().hold(queue));
}

TEST_CASE("what was never proven is not", "[author]") {
  const proven book;
  CHECK_FALSE(book.known().hold(made("new")));
}

TEST_CASE("a change of an exercise makes its own proof void, and no other's", "[author]") {
  for (const char* part : {"exercises/01-back-pressure/01-queue/brief.md",
                           "solutions/01-back-pressure/01-queue/queue.cpp",
                           "grader/hidden/01-back-pressure/01-queue/reject/wrong.cpp",
                           "grader/hidden/01-back-pressure/01-queue/accept/added.cpp"}) {
    const proven book;
    book.write(part, "otherwise");
    CHECK_FALSE(book.known().hold(queue));
    CHECK(book.known().hold(latch));
    book.known().note(queue);
    CHECK(book.known().hold(queue));
  }
}

TEST_CASE("a file that goes by another name is a change", "[author]") {
  const proven book;
  const auto rejects = book.folder.path() / "grader/hidden/01-back-pressure/01-queue/reject";
  std::filesystem::rename(rejects / "wrong.cpp", rejects / "also_wrong.cpp");
  CHECK_FALSE(book.known().hold(queue));
}

TEST_CASE("a change of the runtime or of the harness makes every proof void", "[author]") {
  for (const char* part : {"runtime/src/run.cpp", "grader/harness/runner.cpp"}) {
    const proven book;
    book.write(part, "otherwise");
    CHECK_FALSE(book.known().hold(queue));
    CHECK_FALSE(book.known().hold(latch));
  }
}

TEST_CASE("another compiler, other flags and the sanitizers count too", "[author]") {
  proven book;
  book.tools.compiler_version = "19.1.8";
  CHECK_FALSE(book.known().hold(queue));
  book.tools.compiler_version.clear();
  CHECK(book.known().hold(queue));
  book.tools.deep_flags = {"-O3"};
  CHECK_FALSE(book.known().hold(queue));
  book.tools.deep_flags.clear();
  book.tools.asan = std::make_shared<const toolchain>();
  CHECK_FALSE(book.known().hold(queue));
}
