#include "null_window.hpp"
#include "stages.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

struct look {
  ImVec2 size;
  float scale;
};

const look looks[] = {
    {{1280, 720}, 1}, {{800, 600}, 1}, {{1920, 1080}, 1}, {{1280, 720}, 1.5F}, {{2560, 1440}, 2}};

} // namespace

TEST_CASE("in every state and size nothing is cut off, no labels overlap, and something is said") {
  for (const look& each : looks) {
    null_window window{each.size, each.scale};
    for (const stage& one : all_stages()) {
      if (one.heavy && &each != looks) {
        continue;
      }
      const auto bench = one.set();
      window.settle(*bench);
      std::string found;
      for (const std::string& fault : window.places.complaints()) {
        found += fault + '\n';
      }
      CAPTURE(one.name, each.size.x, each.size.y, each.scale);
      CHECK(found == "");
      CHECK_FALSE(window.places.labels().empty());
    }
  }
}
