#include "app/pictures.hpp"

#include "panels/panels.hpp"
#include "support/process.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::viz {

namespace {

void draw_once(glfw_window& window, ui& with, workbench& bench) {
  window.begin_frame();
  draw_window(with, bench);
}

/// ImGui lays out what it does not know yet in the first frame and has it right in the third.
void settle(glfw_window& window, ui& with, workbench& bench) {
  for (int i = 0; i < 3; ++i) {
    draw_once(window, with, bench);
    static_cast<void>(window.end_frame_as_image(with));
  }
}

float wanted_scale(const glfw_window& window, const workbench& bench, const options& asked) {
  const float base = asked.scale > 0 ? asked.scale : window.display_scale();
  return base * bench.screen.text_scale * (bench.screen.presenter ? presenter_scale : 1.0F);
}

bool run_program(std::vector<std::string> command) {
  using support::process_options;
  try {
    support::child_process program({.argv = std::move(command),
                                    .others = process_options::streams::ours,
                                    .in = process_options::session::ours});
    return program.wait().status.success();
  } catch (const std::system_error&) {
    return false;
  }
}

std::string frame_name(std::size_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "frame-%05zu.png", number);
  return name;
}

/// An mp4, or a gif where this ffmpeg has no encoder for that.
void make_film(const std::filesystem::path& folder, int fps) {
  const std::string frames = (folder / "frame-%05d.png").string();
  const std::string rate = std::to_string(fps);
  const std::string film = (folder / "weir.mp4").string();
  const std::string moving = (folder / "weir.gif").string();
  if (run_program({"ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-framerate", rate, "-i",
                   frames, "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", film})) {
    std::cout << film << '\n';
  } else if (run_program({"ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-framerate", rate,
                          "-i", frames, "-vf", "fps=15,scale=iw/2:-1", moving})) {
    std::cout << moving << '\n';
  } else {
    std::cout << "No film: ffmpeg is not installed, or could not make one. The pictures are in "
              << folder.string() << ".\n";
  }
}

} // namespace

void take_screenshot(glfw_window& window, ui& with, workbench& bench, const options& asked) {
  window.fit_to(wanted_scale(window, bench, asked), with);
  settle(window, with, bench);
  draw_once(window, with, bench);
  write_png(window.end_frame_as_image(with), asked.screenshot);
}

void record_run(glfw_window& window, ui& with, workbench& bench, const options& asked) {
  const std::filesystem::path folder = asked.record_folder;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    throw std::runtime_error("The folder " + folder.string() +
                             " could not be made: " + failed.message() + ".");
  }
  window.fit_to(wanted_scale(window, bench, asked), with);
  if (!asked.at) {
    bench.clock.to_start();
  }
  settle(window, with, bench);
  bench.clock.play(bench.shown()->trace());
  const nanos step = 1'000'000'000 / asked.frames_per_second;
  std::size_t number = 0;
  for (bool more = true; more; more = bench.clock.playing()) {
    draw_once(window, with, bench);
    write_png(window.end_frame_as_image(with), (folder / frame_name(number++)).string());
    bench.advance(step);
  }
  draw_once(window, with, bench);
  write_png(window.end_frame_as_image(with), (folder / frame_name(number++)).string());
  std::cout << number << " pictures in " << folder.string() << '\n';
  make_film(folder, asked.frames_per_second);
}

} // namespace weir::viz
