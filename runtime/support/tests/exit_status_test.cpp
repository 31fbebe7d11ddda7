#include "support/exit_status.hpp"
#include "testing/catch.hpp"

#include <csignal>

using namespace weir::support;

TEST_CASE("an end is told with the signal's number and name, or the exit status") {
  CHECK(to_string({.signalled = true, .code = SIGSEGV}) == "signal 11 (SIGSEGV)");
  CHECK(to_string({.signalled = false, .code = 3}) == "exit status 3");
}

TEST_CASE("an end is described by what its signal usually means") {
  CHECK(describe({.signalled = true, .code = SIGBUS}) ==
        "SIGBUS, access to memory that is not there");
  CHECK(describe({.signalled = true, .code = SIGUSR1}) == "SIGUSR1");
  CHECK(describe({.signalled = false, .code = 0}) == "exit status 0");
  CHECK(signal_name(199) == "signal 199");
}

TEST_CASE("only exit status 0 is a success") {
  CHECK(exit_status{}.success());
  CHECK_FALSE(exit_status{.signalled = false, .code = 1}.success());
  CHECK_FALSE(exit_status{.signalled = true, .code = SIGKILL}.success());
}

TEST_CASE("behind a shell, 128 and a signal's number is that signal") {
  const auto behind_shell = [](int code) {
    return exit_status{.signalled = false, .code = code}.behind_shell();
  };
  CHECK(behind_shell(139) == exit_status{.signalled = true, .code = SIGSEGV});
  for (const int code : {0, 1, 127, 128, 128 + NSIG, 255}) {
    CHECK(behind_shell(code) == exit_status{.signalled = false, .code = code});
  }
}
