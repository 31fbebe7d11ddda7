#include "terminal/progress_line.hpp"
#include "testing/catch.hpp"

#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

using namespace weir::grader;
using namespace std::chrono_literals;

TEST_CASE("what is left of a long piece of work is guessed from what it has taken", "[terminal]") {
  using namespace std::chrono_literals;
  CHECK(time_left(4, 100, 8s).empty());
  CHECK(time_left(10, 20, 30s) == "about 30 s left");
  CHECK(time_left(10, 110, 30s) == "about 5 min left");
  CHECK(time_left(20, 20, 30s).empty());
}

TEST_CASE("progress is one line of a terminal that is gone at the end", "[terminal]") {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  console streams{.terminal = {.output = true, .width = 20},
                  .env = [](std::string_view) -> std::optional<std::string> { return {}; },
                  .in = in,
                  .out = out,
                  .err = err};
  const auto now = [] {
    return std::chrono::system_clock::time_point{};
  };
  {
    progress_line line{streams, now};
    line.show(1, 9, "drain starter (seed 1)");
    line.show(2, 9, "drain solution");
    line.keep("wrong");
    line.show(3, 9, "manifest");
  }
  CHECK(err.str() == "[1/9] drain starter\r\x1b[K[2/9] drain solutio\r\x1b[Kweir: wrong\n"
                     "[3/9] manifest\r\x1b[K");
  err.str({});
  streams.terminal.output = false;
  {
    progress_line line{streams, now};
    line.show(1, 9, "drain starter (seed 1)");
    line.keep("wrong");
  }
  CHECK(err.str() == "weir: wrong\n");
}
