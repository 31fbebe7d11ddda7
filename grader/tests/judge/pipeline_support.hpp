#pragma once

#include "judge/pipeline.hpp"
#include "tests/async_support.hpp"

#include <string>

namespace weir::grader::testing {

/// A repository with one exercise ("counter", with the tests "counts" and "stops"), a workspace
/// with the reader's file, and a toolchain of the real compiler and the fake runner.
class small_workbook {
public:
  small_workbook() {
    ex_.id = "counter";
    ex_.title = "A counter";
    ex_.chapter = "01-first";
    ex_.folder = "01-first/01-counter";
    ex_.number = "1.1";
    ex_.file = "counter.cpp";
    ex_.interface_files = {"counter.hpp"};
    ex_.tests = {{.id = "counts", .promise = "It counts.", .read = "counting", .points = 2},
                 {.id = "stops", .promise = "It stops.", .read = "", .points = 3}};
    folder_.write("repository/exercises/01-first/01-counter/counter.hpp", "int count();\n");
    folder_.write("repository/grader/hidden/01-first/01-counter/tests.cpp",
                  "#error SECRET-OF-THE-TESTS\n");
    folder_.write("repository/solutions/01-first/01-counter/counter.cpp",
                  "#error SECRET-OF-THE-SOLUTION\n");
    tools_.compiler = WEIR_TEST_COMPILER;
    tools_.compiler_id = WEIR_TEST_COMPILER_ID;
    tools_.compile_flags = {"-std=c++20", "-fPIC", "-Wall"};
    tools_.deep_flags = {"-std=c++20", "-fPIC", "-O2"};
    tools_.link_flags = {"-nostdlib"};
    tools_.runner = WEIR_FAKE_RUNNER;
    tools_.tests_dir = folder_.path() / "build/tests";
    tools_.scenes_dir = folder_.path() / "build/scenes";
    write_source("#include \"counter.hpp\"\nint count() { return 1; }\n");
    script(passing_script());
  }

  static std::string passing_script() {
    return "begin counts stops\ntest-begin counts\npass counts\ntest-begin stops\npass stops\nend "
           "2 0\n";
  }

  void write_source(const std::string& text) {
    folder_.write("workspace/01-first/01-counter/counter.cpp", text);
  }

  /// What the fake runner shall do.
  void script(const std::string& commands) { folder_.write("build/tests/counter.so", commands); }

  [[nodiscard]] grade_request request() const {
    grade_request wanted;
    wanted.ex = &ex_;
    wanted.repository_root = folder_.path() / "repository";
    wanted.source = folder_.path() / "workspace/01-first/01-counter/counter.cpp";
    wanted.build_folder = build_folder_of(folder_.path() / "workspace", ex_);
    return wanted;
  }

  verdict grade(const grade_request& wanted, const sandbox& box = {}) const {
    return run_to_end(weir::grader::grade(tools_, box, wanted));
  }

  verdict grade() const { return grade(request()); }

  /// So many different contents, one after the other.
  void grade_contents(int many) {
    for (int content = 0; content < many; ++content) {
      write_source("#include \"counter.hpp\"\nint count() { return " + std::to_string(++content_) +
                   "; }\n");
      grade();
    }
  }

  exercise& ex() { return ex_; }

  toolchain& tools() { return tools_; }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

  [[nodiscard]] const temporary_folder& folder() const { return folder_; }

private:
  temporary_folder folder_;
  exercise ex_;
  toolchain tools_;
  int content_ = 1;
};

} // namespace weir::grader::testing
