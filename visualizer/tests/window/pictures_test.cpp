#include "app/glfw_window.hpp"
#include "panels/panels.hpp"
#include "testing/catch.hpp"
#include "tests/model/task_script.hpp"
#include "tests/panels/contrast.hpp"
#include "tests/panels/stages.hpp"
#include "tests/session/fake_simulation.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

/// One window for all tests: opening one takes longer than they do.
struct studio {
  studio() : window(1280, 720, "Weir", glfw_window::visibility::hidden) {
    window.fit_to(1, with);
    with.places = &places;
  }

  static studio& get() {
    static studio only;
    return only;
  }

  image draw(workbench& bench) {
    image drawn;
    for (int i = 0; i < 4; ++i) {
      window.begin_frame();
      draw_window(with, bench);
      drawn = window.end_frame_as_image(with);
    }
    return drawn;
  }

  glfw_window window;
  locator places;
  ui with;
};

std::unique_ptr<workbench> bench_of(weir::trace::recording run) {
  return std::make_unique<workbench>(std::make_shared<const weir::trace::recording>(std::move(run)),
                                     "run.weirtrace");
}

int channel(ImU32 colour, int shift) {
  return static_cast<int>((colour >> shift) & 0xff);
}

/// How many pixels of `area` have that colour, give or take what smoothing does.
std::size_t count(const image& seen, ImU32 colour, const box& area, int tolerance = 6) {
  std::size_t found = 0;
  const auto inside = [](float value, int most) {
    return static_cast<std::size_t>(std::clamp(static_cast<int>(value), 0, most));
  };
  for (std::size_t y = inside(area.min.y, seen.height); y < inside(area.max.y, seen.height); ++y) {
    for (std::size_t x = inside(area.min.x, seen.width); x < inside(area.max.x, seen.width); ++x) {
      const std::uint8_t* pixel = &seen.pixels[(y * static_cast<std::size_t>(seen.width) + x) * 4];
      const auto near = [&](int which, int shift) {
        return std::abs(static_cast<int>(pixel[which]) - channel(colour, shift)) <= tolerance;
      };
      found += near(0, IM_COL32_R_SHIFT) && near(1, IM_COL32_G_SHIFT) && near(2, IM_COL32_B_SHIFT)
                   ? 1
                   : 0;
    }
  }
  return found;
}

box inside(const box& what, const box& clip) {
  return {{std::max(what.min.x, clip.min.x), std::max(what.min.y, clip.min.y)},
          {std::min(what.max.x, clip.max.x), std::min(what.max.y, clip.max.y)}};
}

/// The colour that most pixels of `area` have: what a text stands on.
ImU32 commonest(const image& seen, const box& area) {
  std::map<ImU32, std::size_t> times;
  const auto bound = [](float value, int most) {
    return static_cast<std::size_t>(std::clamp(static_cast<int>(value), 0, most));
  };
  for (std::size_t y = bound(area.min.y, seen.height); y < bound(area.max.y, seen.height); ++y) {
    for (std::size_t x = bound(area.min.x, seen.width); x < bound(area.max.x, seen.width); ++x) {
      const std::uint8_t* pixel = &seen.pixels[(y * static_cast<std::size_t>(seen.width) + x) * 4];
      ++times[IM_COL32(pixel[0], pixel[1], pixel[2], 255)];
    }
  }
  return std::ranges::max_element(times, {}, &std::pair<const ImU32, std::size_t>::second)->first;
}

const box everything{{0, 0}, {1280, 720}};

} // namespace

TEST_CASE("the charts' band shows all three states of the breaker") {
  auto bench = bench_of(breaker_run());
  const image seen = studio::get().draw(*bench);
  const box band = studio::get().places.find("charts plot")->where;
  CHECK(count(seen, theme::closed, band) > 500);
  CHECK(count(seen, theme::open, band) > 500);
  CHECK(count(seen, theme::half_open, band) > 60);
}

TEST_CASE("the breaker's panel shows the state at the cursor by colour and in a word") {
  auto bench = bench_of(breaker_run());
  const box panel{{900, 60}, {1280, 130}};

  struct expected {
    nanos at;
    ImU32 colour;
    const char* word;
  };

  for (const expected each :
       {expected{500 * ms, theme::closed, "closed"}, expected{1500 * ms, theme::open, "open"},
        expected{2300 * ms, theme::half_open, "half-open"}}) {
    bench->clock.go_to(bench->shown()->trace(), each.at);
    const image seen = studio::get().draw(*bench);
    CAPTURE(each.word);
    CHECK(count(seen, each.colour, panel) > 200);
    bool told = false;
    for (const locator::label& label : studio::get().places.labels()) {
      told = told || (label.text == each.word && label.where.min.x > 900);
    }
    CHECK(told);
  }
}

TEST_CASE("nothing is drawn over the edge and no labels overlap") {
  auto bench = bench_of(breaker_run());
  for (const tab which :
       {tab::charts, tab::lanes, tab::tree, tab::events, tab::compare, tab::sweep}) {
    bench->screen.tab = which;
    const image seen = studio::get().draw(*bench);
    CAPTURE(static_cast<int>(which));
    CHECK(studio::get().places.complaints().empty());
    // The window's margin stays empty.
    const box right{{1272, 60}, {1280, 640}};
    CHECK(count(seen, theme::ground, right) == 4'640); // all of it
  }
}

TEST_CASE("text stands out from its ground") {
  auto bench = bench_of(breaker_run());
  const image seen = studio::get().draw(*bench);
  CHECK(count(seen, theme::text, everything, 24) > 1500);
  CHECK(count(seen, theme::ground, everything, 2) > 20'000);
}

TEST_CASE("in every state each label has a contrast of 4.5 to 1 to what it stands on") {
  for (const stage& each : all_stages()) {
    if (each.heavy) {
      continue;
    }
    const auto bench = each.set();
    const image seen = studio::get().draw(*bench);
    const bool covered = bench->screen.menu_open || bench->screen.help_open;
    std::string found;
    for (const locator::label& label : studio::get().places.labels()) {
      const bool faded = (label.colour >> IM_COL32_A_SHIFT) != 0xff; // of what cannot be pressed
      const box area = inside(label.where, label.clip);
      // A single digit is mostly its own strokes; what lies under an open list is not to be read.
      if (faded || area.width() < 10 || area.height() < 8 ||
          (covered &&
           (label.colour == theme::dark_text || count(seen, label.colour, area, 60) == 0))) {
        continue;
      }
      if (const double ratio = contrast(label.colour, commonest(seen, area));
          ratio < text_contrast) {
        found += label.text + ": " + std::to_string(ratio) + '\n';
      }
    }
    CAPTURE(each.name, found);
    CHECK(found.empty());
  }
}

TEST_CASE("an orphan is marked from the moment at which it became one, and nobody else is") {
  auto bench = bench_of(failed_request());
  bench->screen.tab = tab::tree;
  const image seen = studio::get().draw(*bench);
  const auto row = [](const char* name) {
    return studio::get().places.find(std::string{"row "} + name)->where;
  };
  const box plot = studio::get().places.find("tree list")->where;
  const float left = plot.min.x + 230;
  const float orphaned = left + 0.7F * (row("record").max.x - left); // 70 of 100 ms
  const auto marks = [&](const char* name, float from, float to) {
    return count(seen, theme::timeout, {{from, row(name).min.y}, {to, row(name).max.y}}, 24);
  };
  CHECK(marks("record", orphaned, plot.max.x) > 300);
  CHECK(marks("record", left, orphaned - 14) == 0);
  for (const char* name : {"server", "meter", "price", "read page"}) {
    CAPTURE(name);
    CHECK(marks(name, left, plot.max.x) == 0);
  }
  // From the first failure up to its scope, and from the scope up to its task.
  CHECK(count(seen, theme::open, plot) > 100);
}

TEST_CASE("the ghost of the run before is drawn") {
  auto source = std::make_unique<fake_simulation>();
  fake_simulation& scene = *source;
  workbench bench{std::move(source)};
  scene.tell(fake_simulation::scene());
  bench.poll();
  scene.answer();
  bench.poll();
  const box plot{{480, 330}, {1250, 600}};
  const std::size_t before = count(studio::get().draw(bench), theme::ghost, plot);
  bench.begin_change();
  bench.set_knob(0, 25);
  scene.answer();
  bench.poll();
  CHECK(count(studio::get().draw(bench), theme::ghost, plot) > before + 50);
}

TEST_CASE("what is drawn fits the scale") {
  auto bench = bench_of(breaker_run());
  studio& at = studio::get();
  at.window.fit_to(1.5F, at.with);
  const image seen = at.draw(*bench);
  CHECK(at.places.complaints().empty());
  CHECK(count(seen, theme::text, everything, 24) > 1500);
  at.window.fit_to(1, at.with);
}
