// Draws every panel in each of its states, for a person to look at:
//
//   xvfb-run weir_viz_gallery FOLDER [WIDTHxHEIGHT [SCALE [WORD]]]
//
// One PNG for each stage whose name has WORD in it.
#include "app/glfw_window.hpp"
#include "panels/panels.hpp"
#include "tests/panels/stages.hpp"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

namespace {

using namespace weir::viz;

std::string file_name(std::string text) {
  for (char& each : text) {
    each = std::isalnum(static_cast<unsigned char>(each)) != 0 ? each : '-';
  }
  return text + ".png";
}

void draw_all(const std::filesystem::path& folder, int width, int height, float scale,
              const std::string& word) {
  glfw_window window{width, height, "Weir", glfw_window::visibility::hidden};
  locator places;
  ui with;
  with.places = &places;
  for (const test::stage& each : test::all_stages()) {
    if (each.name.find(word) == std::string::npos) {
      continue;
    }
    const auto bench = each.set();
    window.fit_to(
        scale * bench->screen.text_scale * (bench->screen.presenter ? presenter_scale : 1), with);
    image drawn;
    for (int i = 0; i < 4; ++i) {
      window.begin_frame();
      draw_window(with, *bench);
      drawn = window.end_frame_as_image(with);
    }
    write_png(drawn, (folder / file_name(each.name)).string());
    for (const std::string& fault : places.complaints()) {
      std::printf("%s: %s\n", each.name.c_str(), fault.c_str());
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  int width = 1280;
  int height = 720;
  if (argc < 2 || (argc > 2 && std::sscanf(argv[2], "%dx%d", &width, &height) != 2)) {
    std::fprintf(stderr, "usage: weir_viz_gallery FOLDER [WIDTHxHEIGHT [SCALE [WORD]]]\n");
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[1]);
    draw_all(argv[1], width, height, argc > 3 ? std::strtof(argv[3], nullptr) : 1,
             argc > 4 ? argv[4] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir_viz_gallery: %s\n", error.what());
    return 1;
  }
  return 0;
}
