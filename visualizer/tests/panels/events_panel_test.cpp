#include "shown_stage.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("an empty list says why it is empty") {
  CHECK(shown_stage{"events: none"}.says("This run recorded no events"));
  CHECK(shown_stage{"events: bookkeeping only"}.says("Only book-keeping was recorded"));
  CHECK(shown_stage{"events: no hit"}.says("Nothing passes the filter"));
}

TEST_CASE("\"All events\" fills a list that has only book-keeping") {
  shown_stage at{"events: bookkeeping only"};
  at.window.click(*at.bench, "book-keeping events");
  CHECK_FALSE(at.says("Only book-keeping was recorded"));
  CHECK(at.window.places.find("events list") != nullptr);
}
