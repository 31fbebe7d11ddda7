#include "catch.hpp"
#include "link_command.hpp"

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

TEST_CASE("flags that only the driver understands are left to it", "[link_command]") {
  CHECK(command_for({"-nostdlib", "--ld-path=/usr/bin/ld.lld-19", "-fsanitize=address"}) ==
        words{"/usr/bin/clang++-19", "-shared", "-Wl,--version-script=a.map", "-nostdlib",
              "--ld-path=/usr/bin/ld.lld-19", "-fsanitize=address", "a.o", "-o", "a.so"});
  CHECK(command_for({"-shared", "--ld-path=/usr/bin/ld.lld-19"}).front() == "/usr/bin/clang++-19");
  CHECK(command_for({"-shared", "-nostdlib"}).front() == "/usr/bin/clang++-19");
}
