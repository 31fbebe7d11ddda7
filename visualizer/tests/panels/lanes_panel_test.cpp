#include "panels/lane_parts.hpp"
#include "shown_stage.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("the legend names the ends that occur, and bars with room have their names") {
  {
    const shown_stage ten{"lanes: ten"};
    for (const char* word : {"failed", "timed out", "rejected", "dropped"}) {
      CAPTURE(word);
      CHECK(ten.says(word));
    }
    CHECK_FALSE(ten.says("short-circuited"));
    CHECK_FALSE(ten.says("not ended"));
  }
  const shown_stage unended{"lanes: unended"};
  CHECK(unended.says("not ended"));
  CHECK(unended.says("attempt"));
}

TEST_CASE("a lane without a span at the cursor is named by what it holds") {
  const shown_stage at{"lanes: dense"};
  CHECK(at.says("request"));
}

TEST_CASE("a click on a bar moves the cursor to where it begins") {
  shown_stage at{"lanes: nested"};
  const box list = at.window.find("lanes list").where;
  const float gutter = 150;
  at.window.move_to(*at.bench, {list.min.x + gutter + 300, list.min.y + 5});
  at.window.press(*at.bench);
  at.window.release(*at.bench);
  REQUIRE(at.bench->screen.selected_span);
  CHECK(*at.bench->screen.selected_span == 0);
}

TEST_CASE("of a name that is too long the end is kept") {
  {
    const shown_stage at{"lanes: tasks"};
    CHECK(at.mentions("slow::operator()"));
    CHECK(at.says("broken promise"));
  }
  null_window window;
  const std::string name = "workbook::über::größe";
  const float all = text_size(window.with, name).x;
  CHECK(shortened_in_front(window.with, name, all) == name);
  for (float width = all; width > 0; width -= 1) {
    const std::string shown = shortened_in_front(window.with, name, width);
    CAPTURE(shown);
    REQUIRE((shown == name || shown.starts_with("\xe2\x80\xa6")));
    if (shown != name) { // cut between characters, not within one
      REQUIRE((shown.size() == 3 || (static_cast<unsigned char>(shown[3]) & 0xc0U) != 0x80U));
    }
  }
}

TEST_CASE("a frame of many lanes costs no more than its rows and columns") {
  for (const int requests : {2'000, 20'000}) {
    trace_builder b;
    for (int i = 0; i < requests; ++i) { // none of them ends: a lane each
      b.at(i * us).begin_span("request", weir::trace::span_role::request);
    }
    auto bench = recorded_bench(b.done());
    bench->screen.tab = tab::lanes;
    null_window window;
    window.settle(*bench);
    CAPTURE(requests);
    CHECK(window.with.cost.visited < 200);
  }
}
