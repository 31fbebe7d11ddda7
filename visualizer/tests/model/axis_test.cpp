#include "model/axis.hpp"
#include "testing/catch.hpp"

#include <cmath>
#include <random>

namespace weir::viz {

TEST_CASE("zooming keeps the time under the pointer where it is") {
  axis view({0, 10'000'000});
  view.zoom(4, 2'500'000);
  CHECK(view.view().length() == 2'500'000);
  CHECK(view.share_of(2'500'000) == Approx(0.25));
  view.zoom(0.5, 2'500'000);
  CHECK(view.share_of(2'500'000) == Approx(0.25));
}

TEST_CASE("the view never leaves the run nor gets shorter than it may") {
  std::mt19937_64 random(1);
  const time_range whole{0, 1'000'000};
  axis view(whole);
  for (int i = 0; i < 2'000; ++i) {
    switch (random() % 4) {
    case 0:
      view.pan((static_cast<double>(random() % 400) - 200) / 100);
      break;
    case 1:
      view.zoom(std::exp((static_cast<double>(random() % 400) - 200) / 50),
                static_cast<nanos>(random() % 1'200'000) - 100'000);
      break;
    case 2:
      view.zoom_to({static_cast<nanos>(random() % 2'000'000) - 500'000,
                    static_cast<nanos>(random() % 2'000'000) - 500'000});
      break;
    default:
      view.undo();
      break;
    }
    REQUIRE(view.view().from_ns >= whole.from_ns);
    REQUIRE(view.view().to_ns <= whole.to_ns);
    REQUIRE(view.view().length() >= axis::shortest);
  }
}

TEST_CASE("undo goes back step by step to what was seen before") {
  axis view({0, 1'000'000});
  CHECK_FALSE(view.can_undo());
  view.zoom_to({100'000, 300'000});
  view.pan(0.5);
  CHECK(view.view() == time_range{200'000, 400'000});
  CHECK(view.undo());
  CHECK(view.view() == time_range{100'000, 300'000});
  CHECK(view.undo());
  CHECK(view.fitted());
  CHECK_FALSE(view.undo());
}

TEST_CASE("what changes nothing is no step for undo") {
  axis view({0, 1'000'000});
  view.fit();
  view.pan(1);
  view.zoom(1, 5);
  CHECK_FALSE(view.can_undo());
}

TEST_CASE("a drag counts as one step") {
  axis view({0, 1'000'000});
  view.zoom_to({0, 100'000});
  view.begin_gesture();
  for (int i = 0; i < 30; ++i) {
    view.pan(0.1);
  }
  view.end_gesture();
  CHECK(view.undo());
  CHECK(view.view() == time_range{0, 100'000});
}

TEST_CASE("undo remembers a bounded number of steps") {
  axis view({0, 1'000'000'000});
  view.zoom_to({0, 1'000});
  for (int i = 0; i < 500; ++i) {
    view.pan(1);
  }
  std::size_t steps = 0;
  while (view.undo()) {
    ++steps;
  }
  CHECK(steps == axis::undo_steps);
}

TEST_CASE("a new run keeps the view, or all of it where all was shown") {
  axis view({0, 1'000'000});
  view.set_whole({0, 2'000'000});
  CHECK(view.view() == time_range{0, 2'000'000});
  view.zoom_to({1'500'000, 1'900'000});
  view.set_whole({0, 1'000'000});
  CHECK(view.view() == time_range{600'000, 1'000'000});
}

TEST_CASE("the view follows the cursor no further than needed") {
  axis view({0, 1'000'000});
  view.zoom_to({0, 100'000});
  view.follow(50'000);
  CHECK(view.view() == time_range{0, 100'000});
  view.follow(150'000);
  CHECK(view.view() == time_range{50'000, 150'000});
  view.follow(10'000);
  CHECK(view.view() == time_range{10'000, 110'000});
}

TEST_CASE("an empty run has an axis all the same") {
  const axis view({0, 0});
  CHECK(view.view().length() == axis::shortest);
  CHECK(view.at_share(0.5) == axis::shortest / 2);
}

} // namespace weir::viz
