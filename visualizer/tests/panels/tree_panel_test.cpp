#include "model/task_script.hpp"
#include "shown_stage.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <map>
#include <string>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

/// Where a moment of a row is on the screen.
ImVec2 at(const shown_stage& on, const std::string& row, nanos t_ns) {
  const box where = on.window.find("row " + row).where;
  const box list = on.window.find("tree list").where;
  const float left = list.min.x + 230;
  const time_range view = on.bench->view.view();
  const auto share = static_cast<float>(static_cast<double>(t_ns - view.from_ns) /
                                        static_cast<double>(view.length()));
  return {left + share * (where.max.x - left), where.centre().y};
}

void click_at(shown_stage& on, ImVec2 where) {
  on.window.move_to(*on.bench, where);
  on.window.press(*on.bench);
  on.window.release(*on.bench);
}

bool there(const shown_stage& on, const std::string& row) {
  return on.window.places.find("row " + row) != nullptr;
}

std::string selected(const shown_stage& on) {
  const auto& tree = on.bench->shown()->line().tree();
  for (std::uint32_t i = 0; i < tree.nodes().size(); ++i) {
    if (tree.key_of(i) == on.bench->screen.selected_node) {
      return tree.name_of(i);
    }
  }
  return {};
}

constexpr key_press up{.special = special_key::up};
constexpr key_press down{.special = special_key::down};

} // namespace

TEST_CASE("the tree has a row for every task and scope, and a legend of what occurs") {
  const shown_stage on{"tree: a request fails"};
  for (const char* name : {"server", "meter", "request", "services", "price", "stock", "reviews",
                           "read page", "record"}) {
    CAPTURE(name);
    CHECK(there(on, name));
    CHECK(on.says(name));
  }
  CHECK(on.says("8 tasks, 1 scope, 1 orphan, 2 not ended"));
  for (const char* word : {"scope", "orphan", "not ended", "failed first", "ended together"}) {
    CAPTURE(word);
    CHECK(on.says(word));
  }
  CHECK(on.mentions("socket accept (task_script.cpp:"));
  for (const char* name : {"Previous task", "Next task", "Fold or unfold", "Only orphans"}) {
    CHECK(on.window.find(name).where.width() > 0);
  }
}

TEST_CASE("a legend names nothing that does not occur") {
  const shown_stage on{"tree: one task"};
  for (const char* word : {"scope", "orphan", "not ended", "failed first", "ended together"}) {
    CAPTURE(word);
    CHECK_FALSE(on.says(word));
  }
  CHECK_FALSE(on.window.find("Fold or unfold").enabled);
}

TEST_CASE("without tasks the tree says why it is empty") {
  CHECK(shown_stage{"tree: no run"}.says("No run yet"));
  CHECK(shown_stage{"tree: nothing"}.says("No tasks in this run"));
}

TEST_CASE("a click on a bar moves the cursor to where that state begins, and selects the row") {
  shown_stage on{"tree: a request fails"};
  click_at(on, at(on, "record", 50 * ms));
  CHECK(selected(on) == "record");
  CHECK(on.bench->clock.at().t_ns == 14 * ms);
  click_at(on, at(on, "request", 65 * ms));
  CHECK(selected(on) == "request");
  CHECK(on.bench->clock.at().t_ns == 60 * ms);
  click_at(on, at(on, "services", 65 * ms));
  CHECK(selected(on) == "services");
  CHECK(on.bench->clock.at().t_ns == 10 * ms);
  on.bench->perform(action::clear);
  CHECK(selected(on).empty());
}

TEST_CASE("a bar under the mouse says who started it, what it does, and whom it outlived") {
  shown_stage on{"tree: a request fails"};
  const auto said = [&](ImVec2 where) {
    on.window.move_to(*on.bench, where);
    on.settle();
    return on.window.find("words of the tree").tooltip;
  };
  const std::string bar = said(at(on, "record", 80 * ms));
  CAPTURE(bar);
  CHECK(bar.starts_with("record waits for file write (task_script.cpp:"));
  CHECK(bar.find("started by request, in the scope services, at 0.014 s") != std::string::npos);
  CHECK(bar.find("it outlived the scope services by 20 ms") != std::string::npos);
  const box row = on.window.find("row stock").where;
  const std::string name = said({row.min.x + 120, row.centre().y});
  CHECK(name.find("its last span, call, ended with it: failed") != std::string::npos);
  on.window.move_to(*on.bench, at(on, "record", 98 * ms));
  on.settle();
  CHECK(on.window.places.find("words of the tree") == nullptr);
}

TEST_CASE("rows keep still while the cursor moves through the run") {
  shown_stage on{"tree: several requests"};
  const auto places = [&] {
    std::map<std::string, float> found;
    for (const auto& [name, what] : on.window.places.widgets()) {
      if (name.starts_with("row ")) {
        found.emplace(name, what.where.min.y);
      }
    }
    return found;
  };
  const auto before = places();
  REQUIRE(before.size() > 10);
  for (const nanos t_ns : {0 * ms, 140 * ms, 290 * ms, 600 * ms}) {
    on.bench->clock.go_to(on.bench->shown()->trace(), t_ns);
    on.settle();
    CHECK(places() == before);
  }
}

TEST_CASE("a click beside a bar selects nothing") {
  shown_stage on{"tree: a request fails"};
  click_at(on, at(on, "record", 98 * ms));
  CHECK(selected(on).empty());
}

TEST_CASE("a triangle folds and unfolds, and rows above stay where they are") {
  shown_stage on{"tree: a request fails"};
  const float before = on.window.find("row services").where.min.y;
  on.window.click(*on.bench, "fold services");
  CHECK_FALSE(there(on, "price"));
  CHECK_FALSE(there(on, "record"));
  CHECK(on.window.find("row services").where.min.y == before);
  CHECK(on.says("4 of 9 rows"));
  on.window.click(*on.bench, "fold services");
  CHECK(there(on, "record"));
  CHECK(selected(on).empty()); // the triangle is not the row
}

TEST_CASE("keys go from row to row over what is folded, and say where they end") {
  shown_stage on{"tree: a request fails"};
  on.window.key(*on.bench, down);
  CHECK(selected(on) == "server");
  on.window.key(*on.bench, down);
  on.window.key(*on.bench, down);
  CHECK(selected(on) == "request");
  CHECK(on.bench->clock.at().t_ns == 10 * ms);
  on.window.key(*on.bench, U't');
  on.window.settle(*on.bench);
  CHECK_FALSE(there(on, "services"));
  on.window.key(*on.bench, down);
  CHECK(selected(on) == "request");
  CHECK(on.bench->screen.notice == "This is the last task.");
  on.window.key(*on.bench, U'T');
  on.window.settle(*on.bench);
  CHECK(there(on, "services"));
  on.window.key(*on.bench, up);
  CHECK(selected(on) == "meter");
  on.window.key(*on.bench, U't');
  CHECK(on.bench->screen.notice == "Nothing lies below this one.");
}

TEST_CASE("without a selection the fold key is about all rows") {
  shown_stage on{"tree: several requests"};
  on.window.click(*on.bench, "Fold or unfold");
  CHECK(on.says("1 of 37 rows"));
  on.window.click(*on.bench, "Fold or unfold");
  CHECK(there(on, "request 0"));
}

TEST_CASE("of many tasks one can see the orphans alone, below whom they were started by") {
  shown_stage on{"tree: a request fails"};
  on.window.click(*on.bench, "Only orphans");
  for (const char* name : {"server", "request", "services", "record"}) {
    CAPTURE(name);
    CHECK(there(on, name));
  }
  CHECK(on.says("4 of 9 rows"));
  on.window.key(*on.bench, U'o');
  on.settle();
  CHECK(there(on, "meter"));
}

TEST_CASE("without orphans there is nothing to see alone") {
  CHECK_FALSE(shown_stage{"tree: one task"}.window.find("Only orphans").enabled);
}

TEST_CASE("a key of the tree opens it, and says where there is nothing") {
  live_bench live; // a run without tasks
  null_window window;
  for (const action what : {action::next_task, action::fold, action::orphans}) {
    live.bench->screen.tab = tab::charts;
    live.bench->perform(what);
    window.settle(*live.bench);
    CHECK(live.bench->screen.tab == tab::tree);
    CHECK_FALSE(live.bench->screen.notice.empty());
  }
}

TEST_CASE("what the keys select comes into view") {
  shown_stage on{"tree: several requests", {1280, 520}};
  for (int i = 0; i < 30; ++i) {
    on.window.key(*on.bench, down);
  }
  on.settle();
  const auto& row = on.window.find("row " + selected(on));
  CHECK(row.where.min.y >= row.clip.min.y);
  CHECK(row.where.max.y <= row.clip.max.y);
}

TEST_CASE("a frame of ten thousand tasks draws those in view, and costs what these do") {
  for (const char* name : {"tree: ten thousand", "tree: ten thousand, zoomed in"}) {
    const shown_stage on{name};
    CAPTURE(name);
    const auto rows = std::ranges::count_if(on.window.places.widgets(), [](const auto& each) {
      return each.first.starts_with("row ");
    });
    CHECK(rows <= 30);
    CHECK(on.window.with.cost.visited < 5'000);
  }
}

TEST_CASE("rows are those that live in view: zooming in leaves few of ten thousand") {
  const shown_stage on{"tree: ten thousand, zoomed in"};
  CHECK(there(on, "request 1000"));
  CHECK_FALSE(there(on, "request 900"));
  CHECK(on.mentions("of 12,001 rows"));
}

TEST_CASE("a lecture shows the tree alone when it is the tab that is open") {
  const shown_stage on{"tree: presenter"};
  CHECK(there(on, "services"));
  CHECK(on.window.places.find("charts plot") == nullptr);
  CHECK(on.window.places.complaints().empty());
}

TEST_CASE("a scene with scopes opens on its tree, any other on its charts") {
  task_script run;
  run.start(1, "main");
  const auto scope = run.scope(1, "scope");
  run.start(2, "child", 1).at(ms).end(2).close(scope).end(1).over();
  CHECK(live_with(run.builder())->screen.tab == tab::tree);
  CHECK(live_bench().bench->screen.tab == tab::charts);
}
