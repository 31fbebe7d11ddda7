#include "judge/link_command.hpp"
#include "testing/catch.hpp"

#include <algorithm>

using namespace weir::grader;

namespace {

using words = std::vector<std::string>;

words command_for(const words& flags) {
  toolchain tools;
  tools.compiler = "/usr/bin/clang++-19";
  tools.link_flags = flags;
  return link_command(tools, "a.o", "a.so", "a.map");
}

} // namespace

TEST_CASE("a linker that is named is called without the driver", "[link_command]") {
  CHECK(command_for({"-shared", "-nostdlib", "--ld-path=/usr/bin/ld.lld-19",
                     "-Wl,--build-id=none,-z,now"}) ==
        words{"/usr/bin/ld.lld-19", "-shared", "--eh-frame-hdr", "--hash-style=gnu",
              "--version-script=a.map", "--build-id=none", "-z", "now", "a.o", "-o", "a.so"});
}

TEST_CASE("what every module is linked with goes to the linker, however it is called",
          "[link_command]") {
  const std::string start = "/build/reader/module_start.o";
  const auto direct = command_for({"-shared", "-nostdlib", "--ld-path=/usr/bin/ld.lld-19", start});
  CHECK(direct.front() == "/usr/bin/ld.lld-19");
  CHECK(std::ranges::count(direct, start) == 1);
  const auto by_driver = command_for({"-shared", "-nostdlib", start});
  CHECK(by_driver.front() == "/usr/bin/clang++-19");
  CHECK(std::ranges::count(by_driver, start) == 1);
}

TEST_CASE("flags that only the driver understands are left to it", "[link_command]") {
  CHECK(command_for({"-nostdlib", "--ld-path=/usr/bin/ld.lld-19", "-fsanitize=address"}) ==
        words{"/usr/bin/clang++-19", "-shared", "-Wl,--version-script=a.map", "-nostdlib",
              "--ld-path=/usr/bin/ld.lld-19", "-fsanitize=address", "a.o", "-o", "a.so"});
  CHECK(command_for({"-shared", "--ld-path=/usr/bin/ld.lld-19"}).front() == "/usr/bin/clang++-19");
  CHECK(command_for({"-shared", "-nostdlib"}).front() == "/usr/bin/clang++-19");
}
